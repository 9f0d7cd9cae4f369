from __future__ import annotations

import json
import math
import time
import tracemalloc
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from clips import noise, silence, tone
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from real import REAL, real_file, real_files
from talks import activity_from, activity_of, talk, voice

from audiokit.audio.decode import decode
from audiokit.audio.measuring.activity import LEAD_S, TAIL_S, Activity, ActivityMeter, Segment
from audiokit.audio.resample import resample

RATE = 16_000
TURNS = [(1.0, 3.0), (4.0, 4.4), (6.5, 9.0)]
AZURE = "speech/Azure-Samples__cognitive-services-speech-sdk"
SPOKEN = [
    f"{AZURE}/samples__csharp__sharedcontent__console__whatstheweatherlike.wav",
    "speech/Picovoice__leopard/resources__audio_samples__test.wav",
    "speech/coqui-ai__TTS/tests__data__ljspeech__wavs__LJ001-0001.flac",
    "speech/mozilla__DeepSpeech/data__smoke_test__LDC93S1.wav",
    *(f"speech/speechbrain__speechbrain/tests__samples__ASR__spk1_snt{number}.wav" for number in (1, 2, 5)),
    *(f"speech/cmusphinx__pocketsphinx/test__data__cards__00{number}.wav" for number in (1, 2, 3, 4, 5)),
]
TRANSCRIBED = [
    path
    for transcripts in real_files("transcripts.json")
    for path in (REAL / name for name in json.loads(transcripts.read_text()))
    if path.suffix != ".pcm"
]
Maker = Callable[[int], np.ndarray]


def edges(segments: tuple[Segment, ...]) -> list[float]:
    return [edge for segment in segments for edge in (segment.start_s, segment.end_s)]


def flags(text: str) -> Activity:
    """Activity from a drawing: ten windows a character, ``#`` is speech."""
    return activity_from(np.repeat([character == "#" for character in text], 10))


def of_rms_one(samples: np.ndarray) -> np.ndarray:
    return np.asarray(samples / samples.std())


def coloured(n_frames: int, gain: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Noise of a spectrum that is given by its amplitude at each frequency."""
    spectrum = np.fft.rfft(np.random.default_rng(3).normal(0, 1, n_frames))
    return of_rms_one(np.fft.irfft(spectrum * gain(np.fft.rfftfreq(n_frames, 1 / RATE)), n_frames))


def white(n_frames: int) -> np.ndarray:
    return coloured(n_frames, np.ones_like)


def pink(n_frames: int) -> np.ndarray:
    return coloured(n_frames, lambda hz: 1 / np.sqrt(np.maximum(hz, 20)))


def rumble(n_frames: int) -> np.ndarray:
    """A fan: steady to 100 Hz, and 12 dB less for each octave above."""
    return coloured(n_frames, lambda hz: (hz > 20) / (1 + (hz / 100) ** 2))


def hum(n_frames: int) -> np.ndarray:
    instants = np.arange(n_frames) / RATE
    return of_rms_one(np.sum([np.sin(2 * np.pi * 50 * k * instants + k) / k for k in range(1, 12)], axis=0))


def breathing(n_frames: int) -> np.ndarray:
    """A second of noise that swells and fades, every four."""
    swell = np.clip(np.sin(np.arange(n_frames) / RATE * np.pi / 2), 0.003, None) ** 4
    return of_rms_one(np.random.default_rng(4).normal(0, 1, n_frames) * swell)


def music(n_frames: int) -> np.ndarray:
    """Two plucked notes a second, each of a chord of three."""
    generator, samples = np.random.default_rng(5), np.zeros(n_frames + RATE)
    instants = np.arange(RATE) / RATE
    for start in range(0, n_frames, RATE // 2):
        for hz in generator.choice([220, 262, 294, 330, 392, 440, 523], 3):
            samples[start : start + RATE] += np.exp(-3 * instants) * np.sin(2 * np.pi * hz * instants)
    return of_rms_one(samples[:n_frames])


STEADY = [white, pink, rumble, hum, music]


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000])
def test_speech_is_found_where_it_is_with_a_little_quiet_around_it(rate: int) -> None:
    activity = activity_of(talk(TURNS, seconds=10, rate=rate), rate)

    expected = [(start_s - LEAD_S, end_s + TAIL_S) for start_s, end_s in TURNS]
    assert edges(activity.segments()) == pytest.approx([edge for pair in expected for edge in pair], abs=0.06)
    assert activity.duration_s == 10
    assert activity.speech_ratio == pytest.approx(0.49, abs=0.03)


@settings(deadline=None, max_examples=20)
@given(st.sampled_from([8_000, 11_025, 44_100]), st.lists(st.integers(0, 60_000), max_size=6))
def test_it_does_not_matter_how_the_sound_is_cut_into_blocks(rate: int, cuts: list[int]) -> None:
    samples = talk([(0.5, 1.5), (2.5, 3)], seconds=4, rate=rate)
    whole, meter = activity_of(samples, rate), ActivityMeter(rate)

    for block in np.split(samples, sorted(min(cut, len(samples)) for cut in cuts)):
        meter.add(block)

    parts = meter.result()
    assert_array_equal(parts.is_speech, whole.is_speech)
    assert_array_equal(parts.levels_dbfs, whole.levels_dbfs)
    assert parts.n_frames == whole.n_frames


def test_levels_are_against_a_full_scale_square() -> None:
    activity = activity_of(np.vstack([tone(peak=0.5, rate=RATE), silence(rate=RATE)]), RATE)

    assert activity.levels_dbfs.dtype == np.float32
    assert activity.levels_dbfs[:100] == pytest.approx(-9.03, abs=0.2)
    assert (activity.levels_dbfs[101:] == -math.inf).all()


def test_the_level_of_the_noise_and_of_speech_above_it_are_measured() -> None:
    activity = activity_of(talk(TURNS, seconds=10, rms=0.1, noise_rms=0.003), RATE)

    assert activity.noise_floor_dbfs == pytest.approx(20 * math.log10(0.003), abs=1.5)
    assert activity.snr_db == pytest.approx(20 * math.log10(0.1 / 0.003), abs=1)


def test_above_digital_silence_speech_stands_infinitely_high() -> None:
    activity = activity_of(talk(TURNS, seconds=10, noise_rms=0), RATE)

    assert activity.snr_db == math.inf
    assert activity.noise_floor_dbfs == -math.inf


@pytest.mark.parametrize("samples", [silence(rate=RATE), noise(rate=RATE), voice(seconds=3), tone(rate=RATE)])
def test_without_speech_or_without_pauses_there_is_nothing_to_compare(samples: np.ndarray) -> None:
    assert activity_of(samples).snr_db is None


@pytest.mark.parametrize("n_frames", [0, 1, 159, 160, 161])
def test_hardly_any_sound_is_activity_too(n_frames: int) -> None:
    activity = activity_of(np.full((n_frames, 1), 0.25, np.float32))

    assert len(activity.is_speech) == -(-n_frames // 160)
    assert activity.speech_ratio == (1 if n_frames else 0)
    assert sum(segment.duration_s for segment in activity.segments(min_speech_s=0)) == n_frames / RATE


@pytest.mark.parametrize("rms", [3e-4, 1e-2, 0.3])
@pytest.mark.parametrize("make", STEADY)
def test_sound_without_dynamics_is_kept_whole(make: Maker, rms: float) -> None:
    assert activity_of((rms * make(20 * RATE)).astype(np.float32)[:, None]).speech_ratio == 1


def test_digital_silence_and_what_nobody_hears_are_no_speech() -> None:
    assert activity_of(silence(seconds=2, rate=RATE)).speech_ratio == 0
    assert activity_of(noise(seconds=2, rate=RATE, rms=3e-5)).speech_ratio == 0


@pytest.mark.parametrize("rms", [0.3, 1e-2, 5e-4])
def test_speech_is_found_however_quiet(rms: float) -> None:
    activity = activity_of(talk(TURNS, seconds=10, rms=rms, noise_rms=rms / 100))

    assert len(activity.segments()) == 3


@pytest.mark.parametrize("dead_s", [60, 600])
def test_dead_air_is_found_however_long(dead_s: float) -> None:
    samples = talk([(1, 8), (9 + dead_s, 15 + dead_s)], seconds=16 + dead_s, rate=8_000)

    first, second = activity_of(samples, 8_000).segments()
    assert second.start_s - first.end_s == pytest.approx(dead_s + 1 - LEAD_S - TAIL_S, abs=0.1)


def test_a_microphone_that_is_off_says_nothing_of_the_noise_of_the_room() -> None:
    turns = [(start_s, start_s + 3.0) for start_s in range(1, 60, 5)]
    samples = np.vstack([silence(seconds=60, rate=RATE), talk(turns, seconds=60, noise_rms=3e-3)])

    assert len([segment for segment in activity_of(samples).segments() if segment.start_s > 82]) == 7


def test_between_beeps_there_is_silence() -> None:
    samples = np.vstack([silence(rate=RATE), tone(rate=RATE), silence(rate=RATE), tone(rate=RATE), silence(rate=RATE)])

    assert activity_of(samples).speech_ratio == pytest.approx(0.4, abs=0.05)


def test_noise_that_grows_while_people_talk_is_still_noise() -> None:
    turns = [(start_s, start_s + 3.0) for start_s in range(0, 120, 5)]
    samples = talk(turns, seconds=120, noise_rms=5e-4)
    samples[60 * RATE :] += noise(seconds=60, rate=RATE, rms=2e-3)

    activity = activity_of(samples)

    ends_late = [segment.end_s - LEAD_S - TAIL_S for segment in activity.segments() if segment.end_s > 85]
    assert len(ends_late) == 7
    assert len([segment for segment in activity.segments() if segment.end_s < 55]) == 11


def test_loud_music_after_quiet_talk_is_no_noise() -> None:
    samples = talk([(1, 5), (7, 12), (14, 19)], seconds=80, rms=0.03)
    samples[20 * RATE :, 0] += (0.05 * music(60 * RATE)).astype(np.float32)

    assert activity_of(samples).is_speech[2_010:-10].all()


def test_a_quiet_person_beside_a_loud_one_is_kept() -> None:
    samples = talk([(1, 6)], seconds=20, rms=0.3, noise_rms=1e-4)
    samples += talk([(10, 14)], seconds=20, rms=0.003, noise_rms=0)

    assert len(activity_of(samples).segments()) == 2


def test_speech_is_found_beneath_hum_that_is_as_loud() -> None:
    samples = talk(TURNS, seconds=10, noise_rms=1e-4)
    samples[:, 0] += (0.1 * hum(len(samples))).astype(np.float32)

    activity = activity_of(samples)

    assert len(activity.segments()) == 3
    assert activity.snr_db == pytest.approx(0, abs=1)


def test_a_sound_that_fades_is_followed_until_it_is_nearly_noise() -> None:
    fading = tone(1_000, seconds=4, rate=RATE, peak=0.14) * 10 ** (-np.linspace(0, 60, 4 * RATE)[:, None] / 20)
    samples = (talk([], seconds=8) + np.pad(fading, ((RATE, 3 * RATE), (0, 0)))).astype(np.float32)

    ((start_s, end_s),) = [(s.start_s, s.end_s) for s in activity_of(samples).segments(lead_s=0, tail_s=0)]

    assert start_s == pytest.approx(1, abs=0.05)
    left_dbfs = -20 - 15 * (end_s - 1)
    assert -60 < left_dbfs < -53


def test_soft_talk_without_a_pause_is_judged_by_the_pauses_before_and_after_it() -> None:
    for turn in [(9.5, 20), (0, 10.5)]:
        samples = talk([turn], seconds=20, rms=0.006)

        start, end = (round(edge_s * 100) for edge_s in turn)
        assert activity_of(samples).is_speech[start:end].mean() > 0.95


def test_a_pause_that_is_long_enough_parts_two_segments() -> None:
    activity = flags("...####.....####....")

    assert edges(activity.segments(min_pause_s=0.5)) == pytest.approx([0.18, 0.95, 1.08, 1.85])
    assert edges(activity.segments(min_pause_s=0.51)) == pytest.approx([0.18, 1.85])
    assert edges(activity.segments(min_pause_s=0.1, lead_s=0, tail_s=0)) == pytest.approx([0.3, 0.7, 1.2, 1.6])


def test_margins_end_where_the_recording_ends_and_never_overlap() -> None:
    activity = flags("#..#")

    assert edges(activity.segments(min_pause_s=0.1, lead_s=0, tail_s=0.3)) == pytest.approx([0, 0.4])
    assert edges(activity.segments(min_pause_s=0.1, lead_s=0.1, tail_s=0.1)) == pytest.approx([0, 0.2, 0.2, 0.4])


def test_what_is_too_short_to_be_speech_is_left_out_only_if_it_stands_alone() -> None:
    activity = flags("#........#..####......")

    assert edges(activity.segments(min_speech_s=0.2, lead_s=0, tail_s=0)) == pytest.approx([0.9, 1.6])


def test_pauses_are_what_the_segments_leave() -> None:
    activity = flags("...####.....####....")

    assert edges(activity.pauses()) == pytest.approx([0, 0.18, 0.95, 1.08, 1.85, 2.0])
    assert activity.pauses(min_speech_s=1) == (Segment(0, 2),)
    assert flags("####").pauses() == ()


@given(st.lists(st.integers(1, 90), max_size=20), st.floats(0, 1), st.floats(0, 0.5), st.floats(0, 0.5))
def test_segments_and_pauses_take_turns_and_leave_nothing(
    lengths: list[int], min_pause_s: float, lead_s: float, tail_s: float
) -> None:
    activity = activity_from(np.repeat(np.arange(len(lengths)) % 2 == 0, lengths))

    segments = activity.segments(min_pause_s=min_pause_s, lead_s=lead_s, tail_s=tail_s)
    pauses = activity.pauses(min_pause_s=min_pause_s, lead_s=lead_s, tail_s=tail_s)

    both = sorted([*segments, *pauses], key=lambda segment: segment.start_s)
    assert all(before.end_s == after.start_s for before, after in pairwise(both))
    assert sum(segment.duration_s for segment in both) == pytest.approx(activity.duration_s)
    assert len(pauses) <= len(segments) + 1


def test_activity_has_as_many_windows_as_its_sound() -> None:
    with pytest.raises(ValueError, match="have 100 windows"):
        Activity(sample_rate_hz=RATE, n_frames=RATE, is_speech=np.zeros(99, bool), levels_dbfs=np.zeros(99, np.float32))


def test_an_hour_is_searched_in_a_moment() -> None:
    block, meter = talk([(1, 4), (5, 9)], seconds=10), ActivityMeter(RATE)

    started = time.process_time()
    for _ in range(360):
        meter.add(block)
    n_segments = len(meter.result().segments())

    assert time.process_time() - started < 1  # a tenth of that on the machine where it was written
    assert n_segments == 720


def test_three_hours_need_a_few_bytes_for_each_window() -> None:
    block, meter = talk([(1, 4), (5, 9)], seconds=10, rate=8_000), ActivityMeter(8_000)
    tracemalloc.start()

    for _ in range(1_080):
        meter.add(block)
    activity = meter.result()
    assert activity.snr_db is not None
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak_bytes < 32 * len(activity.is_speech)


@pytest.mark.real
@pytest.mark.parametrize("path", TRANSCRIBED, ids=lambda path: path.name)
def test_just_outside_of_what_is_kept_there_is_only_the_noise_of_the_room(path: Path) -> None:
    clip = decode(path.read_bytes()).mono()
    activity = activity_of(clip.samples, clip.sample_rate_hz)
    powers = 10 ** (activity.levels_dbfs.astype(np.float64) / 10)
    starts = [round(segment.start_s * 100) for segment in activity.segments()]
    ends = [round(segment.end_s * 100) for segment in activity.segments()]

    outside = [powers[start - 5 : start] for start in starts if start >= 5]
    outside += [powers[end : end + 5] for end in ends if end + 5 <= len(powers)]

    floor = max(10 ** (activity.noise_floor_dbfs / 10), 1e-9)
    assert all(10 * math.log10(stretch.mean() / floor + 1e-9) < 6 for stretch in outside)


def spoken(*, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Real speech of about -26 dBFS, digital silence of any length between, and which windows of it are speech."""
    generator = np.random.default_rng(seed)
    parts, truth = list[np.ndarray](), list[np.ndarray]()
    for name in generator.permutation(SPOKEN):
        samples = resample(decode(real_file(str(name)).read_bytes()).mono(), RATE).samples
        samples = samples[: len(samples) // 160 * 160]
        is_speech = activity_of(samples).is_speech
        heard = samples[:, 0] * np.repeat(is_speech, 160)
        n_quiet = int(generator.uniform(0.3, 4) * 100)
        parts += [heard * (0.05 / heard[heard != 0].std()), np.zeros(n_quiet * 160)]
        truth += [is_speech, np.zeros(n_quiet, np.bool_)]
    return np.concatenate(parts).astype(np.float32), np.concatenate(truth)


def disturbed(speech: np.ndarray, make: Maker, snr_db: float) -> np.ndarray:
    rms = speech[speech != 0].std() * 10 ** (-snr_db / 20)
    return np.asarray(speech + rms * make(len(speech)), np.float32)[:, None]


@pytest.mark.real
@pytest.mark.parametrize("snr_db", [20, 10, 5])
@pytest.mark.parametrize("make", [*STEADY, breathing])
def test_in_noise_rather_too_much_is_kept_than_too_little(make: Maker, snr_db: float) -> None:
    speech, is_spoken = spoken()

    segments = activity_of(disturbed(speech, make, snr_db)).segments()

    is_lost = is_spoken.copy()
    for segment in segments:
        is_lost[round(segment.start_s * 100) : round(segment.end_s * 100)] = False
    energies = np.square(speech.reshape(-1, 160)).sum(axis=1)
    assert energies[is_lost].sum() < 3e-5 * energies.sum()
    assert is_lost.sum() < 0.01 * is_spoken.sum()


@pytest.mark.real
@pytest.mark.parametrize("make", [hum, rumble, white])
def test_in_moderate_noise_pauses_are_found_all_the_same(make: Maker) -> None:
    speech, _ = spoken(seed=1)

    pauses_s = [
        sum(pause.duration_s for pause in activity_of(samples).pauses())
        for samples in (speech[:, None], disturbed(speech, make, 15))
    ]

    assert pauses_s[1] > 0.8 * pauses_s[0] > 10


@pytest.mark.real
def test_the_same_speech_is_found_at_every_rate() -> None:
    clip = decode(real_file("speech/openai__whisper/tests__jfk.flac").read_bytes()).mono()

    found = [
        edges(activity_of(resample(clip, rate).samples, rate).segments()) for rate in (11_025, 16_000, 22_050, 44_100)
    ]

    assert all(edges == pytest.approx(found[0], abs=0.1) for edges in found)
