from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from clips import noise, silence, tone
from real import real_files
from rooms import fan
from talks import talk

from audiokit.audio.clip import Clip
from audiokit.audio.decode import decode
from audiokit.audio.door import Door
from audiokit.audio.intake import Order
from audiokit.audio.measuring.levels import levels_of
from audiokit.audio.measuring.quality import measure, refuse_unusable
from audiokit.audio.measuring.room import Room, calibrate
from audiokit.audio.wav import from_pcm16, to_pcm16, to_wav
from audiokit.errors import ClipTooShort, Distorted, InputError, NothingHeard

RATE = 24_000
SPOKEN = [
    path
    for path in real_files("speech/**/*")
    if path.suffix in {".wav", ".mp3", ".flac", ".sph"} and "noise" not in path.name and "fixtures" not in path.name
]


def room_of(samples: np.ndarray, rate: int = RATE) -> Room:
    return calibrate(Clip(samples, rate))


def room_around(clip: Clip, *, louder_db: float) -> Room:
    """The room that a recording was made in, from its quietest moments, or one that is louder by so much."""
    rises = measure(clip).rises
    swell_db = 5.0  # what noise reaches for 0.1 s is that much above its quietest tenth
    bands = tuple(max(floor, -100.0) + swell_db + louder_db for floor in rises.floors_dbfs)
    return Room(noise_dbfs=max(rises.noise_floor_dbfs, -95.0) + louder_db, bands_dbfs=bands)


def refuses(samples: np.ndarray, room: Room | None = None) -> bool:
    try:
        refuse_unusable(measure(Clip(samples, RATE)), room=room)
    except NothingHeard:
        return True
    return False


@pytest.mark.parametrize("rate", [8_000, 16_000, 48_000])
@pytest.mark.parametrize("rms", [1e-4, 1e-3, 1e-2])
def test_a_quiet_room_is_measured_at_its_level_in_the_range_of_speech(rate: int, rms: float) -> None:
    room = room_of(noise(seconds=3, rate=rate, rms=rms), rate)

    in_band_dbfs = 20 * np.log10(rms) + 10 * np.log10(3_200 / (rate / 2))
    assert room.noise_dbfs == pytest.approx(in_band_dbfs, abs=1.5)
    assert max(room.bands_dbfs) < in_band_dbfs + 1
    assert (room.hum_hz, room.hum_dbfs) == (None, None)


@pytest.mark.parametrize("hz", [50, 60])
@pytest.mark.parametrize("off", [0.998, 1, 1.002])
def test_the_mains_are_found_with_their_level(hz: int, off: float) -> None:
    instants = np.arange(3 * RATE) / RATE
    waves = sum(0.01 * np.sin(2 * np.pi * hz * off * k * instants) for k in (1, 2, 3))
    room = room_of(np.asarray(waves, np.float32)[:, None] + noise(seconds=3, rms=0.003))

    assert room.hum_hz == hz
    assert room.hum_dbfs == pytest.approx(20 * np.log10(0.01) - 3 + 10 * np.log10(3), abs=0.5)


@pytest.mark.parametrize("seed", range(20))
def test_noise_has_no_hum(seed: int) -> None:
    assert room_of(noise(seconds=3, rate=8_000, rms=0.01, seed=seed), 8_000).hum_hz is None


def test_one_tone_at_a_harmonic_is_not_the_mains() -> None:
    assert room_of(tone(100, seconds=3, peak=0.01) + noise(seconds=3, rms=0.001)).hum_hz is None


def test_a_room_is_the_same_after_it_was_kept_as_json() -> None:
    room = room_of(fan(level_dbfs=-50))

    assert room.hum_hz == 50
    assert Room.from_json(json.loads(json.dumps(room.to_json(), allow_nan=False))) == room


@pytest.mark.parametrize(
    "kept",
    [
        {},
        {"noise_dbfs": -50, "bands_dbfs": [-60] * 5},
        {"noise_dbfs": "loud", "bands_dbfs": [-60] * 6},
        {"noise_dbfs": -50, "bands_dbfs": None},
        {"noise_dbfs": -50, "bands_dbfs": [-60] * 5 + [float("nan")]},
    ],
)
def test_what_is_no_room_is_refused(kept: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"room|loud"):
        Room.from_json(kept)


def test_less_than_two_seconds_are_no_room() -> None:
    with pytest.raises(ClipTooShort, match=r"lasts only 1\.90 s"):
        room_of(noise(seconds=1.9))
    room_of(noise(seconds=2))


def test_two_seconds_count_from_when_the_microphone_wakes() -> None:
    asleep, awake = silence(seconds=1.5), noise(seconds=3, rms=0.001)

    assert room_of(np.vstack([asleep, awake])) == room_of(awake)
    with pytest.raises(ClipTooShort):
        room_of(np.vstack([asleep, awake[: round(1.5 * RATE)]]))


def test_a_muted_microphone_is_no_room() -> None:
    with pytest.raises(NothingHeard, match=r"not even a room's.*not muted"):
        room_of(silence(seconds=3))


def test_a_microphone_that_clips_is_no_room() -> None:
    with pytest.raises(Distorted, match="Lower its level"):
        room_of(np.clip(noise(seconds=3, rms=0.6), -1, 1))


@pytest.mark.parametrize("level", [0.01, 0.1, 1])
def test_a_room_in_which_somebody_speaks_is_refused(level: float) -> None:
    voice = np.float32(level) * talk([(1.2, 1.7)], seconds=3, rate=RATE)

    with pytest.raises(InputError, match="Be quiet for three seconds"):
        room_of(voice + noise(seconds=3, rms=level / 100))


def test_a_room_so_quiet_that_only_the_last_bit_moves_is_a_room() -> None:
    last_bit = from_pcm16(to_pcm16(Clip(noise(seconds=3, rms=1e-5), RATE)), RATE)

    assert calibrate(last_bit).noise_dbfs < -90


@pytest.mark.parametrize("level_dbfs", [-75, -60, -45, -30])
@pytest.mark.parametrize("swell_db", [0, 2, 4])
@pytest.mark.parametrize("seed", [0, 1])
def test_what_stays_within_the_rooms_own_noise_is_not_sent(level_dbfs: float, swell_db: float, seed: int) -> None:
    lasting = fan(level_dbfs=level_dbfs, swell_db=swell_db, seconds=33, seed=seed)
    room = room_of(lasting[: 3 * RATE])

    assert refuses(lasting[3 * RATE :], room)
    assert refuses(lasting[-RATE:], room)


def test_only_the_room_tells_that_a_swelling_fan_is_nobody() -> None:
    lasting = fan(level_dbfs=-50, swell_db=4, seconds=13)

    assert not refuses(lasting[3 * RATE :])
    assert refuses(lasting[3 * RATE :], room_of(lasting[: 3 * RATE]))


def test_a_word_that_is_a_little_louder_than_the_room_is_heard() -> None:
    here = fan(level_dbfs=-50, seconds=6)
    room = room_of(here[: 3 * RATE])
    voice = talk([(1, 1.5)], seconds=3, rate=RATE)

    within = measure(Clip(here[3 * RATE :], RATE)).rises
    assert room.explains(within)
    loud = np.float32(10 ** (-38 / 20) / np.abs(voice).max())
    assert not refuses(here[3 * RATE :] + loud * voice, room)


def test_what_moves_a_lot_is_heard_though_the_room_was_louder() -> None:
    room = room_of(fan(level_dbfs=-20))
    quiet_voice = np.float32(0.01) * talk([(1, 2)], seconds=3, rate=RATE) + noise(seconds=3, rms=1e-5)

    assert not refuses(quiet_voice, room)


def test_a_recording_that_came_through_the_door_is_judged_by_the_room_as_well() -> None:
    lasting = fan(level_dbfs=-50, swell_db=4, seconds=13)
    nobody, silent = (to_wav(Clip(samples, RATE)) for samples in (lasting[3 * RATE :], silence()))
    with closing(Door()) as door:
        swelling, nothing = (door.look(data, Order()).received.measures for data in (nobody, silent))

    refuse_unusable(swelling)
    with pytest.raises(NothingHeard, match="above the noise of your room"):
        refuse_unusable(swelling, room=room_of(lasting[: 3 * RATE]))
    with pytest.raises(NothingHeard, match="right microphone"):
        refuse_unusable(nothing)
    assert levels_of(nothing)["speech_dbfs"] is None


def test_one_band_above_the_room_is_enough() -> None:
    room = room_of(noise(seconds=3, rms=0.001))
    heard = measure(Clip(noise(seconds=3, rms=0.001, seed=1), RATE)).rises
    third = tuple(level + 10 * (band == 3) for band, level in enumerate(heard.loudest_dbfs))

    assert room.explains(heard)
    assert not room.explains(replace(heard, loudest_dbfs=third))


@pytest.mark.real
@pytest.mark.parametrize("path", SPOKEN, ids=lambda path: path.name)
def test_nobody_who_spoke_is_taken_for_a_room(path: Path) -> None:
    clip = decode(path.read_bytes())
    quality = measure(clip)

    refuse_unusable(quality)
    for louder_db in (-20, 0, 10, 20):
        refuse_unusable(quality, room=room_around(clip, louder_db=louder_db))
    three_s = Clip(clip.samples[: 3 * clip.sample_rate_hz], clip.sample_rate_hz)
    if measure(three_s).speech_ratio * three_s.duration_s > 0.3:
        with pytest.raises(InputError):
            calibrate(three_s)


@pytest.mark.real
@pytest.mark.parametrize("path", SPOKEN, ids=lambda path: path.name)
def test_nobody_who_said_one_word_is_taken_for_a_room(path: Path) -> None:
    clip = decode(path.read_bytes())
    loudest = int(np.argmax(np.abs(clip.samples).max(axis=1)))
    start = max(0, loudest - clip.sample_rate_hz // 2)
    for seconds in (0.4, 1.0):
        excerpt = Clip(clip.samples[start:][: round(seconds * clip.sample_rate_hz) + 1], clip.sample_rate_hz)
        if excerpt.duration_s >= 0.4 and excerpt.n_frames > loudest - start + 0.1 * clip.sample_rate_hz:
            refuse_unusable(measure(excerpt), room=room_around(clip, louder_db=10))


@pytest.mark.real
@pytest.mark.parametrize("path", real_files("speech/**/*multi-mic__noise*"), ids=lambda path: path.name)
def test_real_steady_noise_is_a_room(path: Path) -> None:
    clip = decode(path.read_bytes()).mono()
    first = Clip(clip.samples[: 3 * clip.sample_rate_hz], clip.sample_rate_hz)
    rest = Clip(clip.samples[3 * clip.sample_rate_hz :], clip.sample_rate_hz)

    assert calibrate(first).explains(measure(rest).rises)
