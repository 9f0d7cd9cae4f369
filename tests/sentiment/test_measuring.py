from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from clips import silence
from hypothesis import given, settings
from hypothesis import strategies as st
from planted import Manner, planted
from voices import hissing, voice

from audiokit.audio.clip import Clip, Samples
from audiokit.audio.voice.prosody import prosody
from audiokit.offline.engine import Engine
from audiokit.sentiment.figures import activation
from audiokit.sentiment.measuring import measured
from audiokit.sentiment.readings import Measured
from audiokit.sentiment.stretches import Stretch

RATE = 12_000
PITCHES_HZ = (140.0, 150.0, 145.0, 155.0, 150.0, 148.0)


@cache
def babble(pitch_hz: float) -> Samples:
    """Two seconds of one vowel, eight syllables, with a melody."""
    times_s = np.arange(2 * RATE) / RATE
    swing = 0.55 - 0.45 * np.cos(2 * np.pi * 4 * times_s)
    melody = pitch_hz * 2 ** (0.1 * np.sin(2 * np.pi * times_s))
    return np.asarray(voice(melody, seconds=2, rate=RATE) * swing[:, None], np.float32)


def said(*pieces: Samples, speakers: tuple[int, ...] = ()) -> tuple[Clip, list[Stretch]]:
    """Pieces with half a second between, and a stretch for each."""
    sound, stretches, at = list[Samples](), list[Stretch](), 0
    for index, piece in enumerate(pieces):
        sound += [piece, silence(seconds=0.5, rate=RATE)]
        speaker = speakers[index] if speakers else 1
        stretches.append(Stretch(start_s=at / RATE, end_s=(at + len(piece)) / RATE, speaker=speaker))
        at += len(piece) + RATE // 2
    return Clip(hissing(np.vstack(sound), 40), RATE), stretches


def cut(clip: Clip, *sizes: int) -> Iterator[Clip]:
    for part in np.split(clip.samples, np.cumsum(sizes).tolist()):
        yield Clip(part, clip.sample_rate_hz)


PLAIN = said(*(babble(pitch_hz) for pitch_hz in PITCHES_HZ))


def close(found: tuple[Measured, ...], other: tuple[Measured, ...]) -> bool:
    return [one.prosody.pitch_hz for one in found] == pytest.approx([one.prosody.pitch_hz for one in other]) and [
        one.activation for one in found
    ] == pytest.approx([one.activation for one in other], abs=0.02)


def test_each_stretch_is_measured_as_if_it_were_alone() -> None:
    clip, stretches = PLAIN

    found = measured([clip], stretches)

    for one, stretch in zip(found, stretches, strict=True):
        first, last = round(stretch.start_s * RATE), round(stretch.end_s * RATE)
        alone = prosody(Clip(clip.samples[first:last], RATE))
        assert one.prosody.pitch_hz == pytest.approx(alone.pitch_hz, rel=0.001)
        assert one.prosody.level_dbfs == pytest.approx(alone.level_dbfs, abs=0.1)
        assert one.prosody.duration_s == pytest.approx(2)


@settings(max_examples=5, deadline=None)
@given(st.lists(st.integers(1, 200_000), min_size=1, max_size=6))
def test_it_does_not_matter_where_the_blocks_are_cut(sizes: list[int]) -> None:
    clip, stretches = PLAIN

    assert close(measured(cut(clip, *sizes), stretches), measured([clip], stretches))


def test_stretches_may_come_in_any_order_overlap_and_lie_beyond_the_end() -> None:
    clip, stretches = PLAIN
    beyond = Stretch(start_s=99.0, end_s=101.0, speaker=2)
    across = Stretch(start_s=stretches[1].start_s, end_s=stretches[2].end_s, speaker=3)

    found = measured([clip], [beyond, *reversed(stretches), across])

    assert close(tuple(reversed(found[1:-1])), measured([clip], stretches))
    assert (found[0].prosody.duration_s, found[0].prosody.pitch_hz, found[0].activation) == (0, None, None)
    assert found[-1].prosody.duration_s == pytest.approx(4.5)


def test_of_no_stretches_and_of_no_sound_nothing_is_said() -> None:
    assert measured([PLAIN[0]], []) == ()
    assert [one.prosody.pitch_hz for one in measured([], PLAIN[1])] == [None] * len(PITCHES_HZ)


def test_channels_are_mixed() -> None:
    clip, stretches = PLAIN
    both = Clip(np.hstack([clip.samples, clip.samples]), RATE)

    assert close(measured([both], stretches), measured([clip], stretches))


def test_each_speaker_has_a_baseline_of_their_own() -> None:
    mine, theirs = [babble(pitch_hz) for pitch_hz in PITCHES_HZ], [babble(2 * pitch_hz) for pitch_hz in PITCHES_HZ]
    pieces = [piece for pair in zip(mine, theirs, strict=True) for piece in pair]
    clip, stretches = said(*pieces, speakers=(1, 2) * len(mine))

    found = measured([clip], stretches)

    differences = [one.differences.pitch_semitones for one in found]
    assert [one and round(one.amount, 1) for one in differences[::2]] == [
        one and pytest.approx(round(one.amount, 1), abs=0.11) for one in differences[1::2]
    ]


def test_a_voice_that_is_raised_is_more_activated_and_louder_alone_is_not() -> None:
    pitches = (140.0, 150.0, 145.0, 155.0, 150.0, 148.0, 144.0)
    clip, stretches = said(*map(babble, pitches), 2 * babble(148.0), babble(230.0))

    *_, not_activated, activated = measured([clip], stretches)

    assert activated.activation is not None
    assert not_activated.activation is not None
    assert activated.activation > 2
    assert abs(not_activated.activation) < 1.5
    assert not_activated.differences.level_db is not None
    assert not_activated.differences.level_db.amount == pytest.approx(6, abs=1)


def test_with_few_stretches_nobody_knows_what_is_usual() -> None:
    clip, stretches = said(*(babble(pitch_hz) for pitch_hz in PITCHES_HZ[:4]))

    assert [one.activation for one in measured([clip], stretches)] == [None] * 4


def test_one_pitch_found_an_octave_off_does_not_decide_alone() -> None:
    clip, stretches = said(*(babble(pitch_hz) for pitch_hz in (*PITCHES_HZ, 480.0)))

    found = measured([clip], stretches)[-1].activation

    assert found is not None
    assert found <= (4 + 4 + 2) / 1.5


def test_memory_does_not_grow_with_the_recording() -> None:
    clip, _ = PLAIN
    peaks_bytes = []
    for n in (2, 10):
        stretches = [Stretch(start_s=15.0 * index, end_s=15.0 * index + 14, speaker=1) for index in range(n)]
        tracemalloc.start()
        measured((clip for _ in range(n)), stretches)
        peaks_bytes.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert peaks_bytes[1] < peaks_bytes[0] + 500_000  # two minutes more are 6 MB of sound


def test_a_speaker_who_grows_excited_is_seen_to_in_synthetic_speech() -> None:
    with Engine() as engine:
        recording = planted(engine, "echo", {9: Manner(semitones=4), 12: Manner()}, n=16)
        activations = [activation(one.readings) for one in recording.segments()]

    known = [value for value in activations if value is not None]
    assert len(known) == 16
    assert min(known[9:12]) > max(known[:9] + known[12:])


def test_the_rule_of_activation_is_the_one_that_is_written_down() -> None:
    clip, stretches = PLAIN
    found = measured([clip], [replace(stretch, speaker=1) for stretch in stretches])
    brightness = np.array([one.brightness_db for one in found])
    middle = np.median(brightness)
    spread = max(1.4826 * np.median(np.abs(brightness - middle)), 0.4)

    for one in found:
        pitch, melody = one.differences.pitch_semitones, one.differences.pitch_range_semitones
        assert pitch is not None
        assert melody is not None
        assert pitch.z is not None
        assert melody.z is not None
        assert one.activation == pytest.approx(
            (np.clip(pitch.z, -4, 4) + (one.brightness_db - middle) / spread + np.clip(melody.z, -4, 4) / 2) / 1.5,
            abs=0.05,
        )
