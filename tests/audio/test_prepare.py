from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from clips import noise, silence, tone
from hypothesis import given, settings
from hypothesis import strategies as st
from made_recordings import heard, joined
from real import real_file
from talks import activity_of, talk

from audiokit.audio.changing.timemap import TimeMap
from audiokit.audio.clip import Clip
from audiokit.audio.measuring.loudness import loudness
from audiokit.audio.prepare import Changes, Preparation, advice, heard_after, plan, prepared
from audiokit.audio.track import Track

RATE = 24_000
TURNS = [(1, 2.5), (4.5, 6), (6.4, 8)]
TALK = talk(TURNS, seconds=10, rate=RATE, noise_rms=2e-4)
CLICKS_S = (1.5, 5.25, 7.9)
AS_IT_IS = Preparation(removes_dc=False, trims=False, loudness_lufs=None)
WISHES = st.builds(
    Preparation,
    removes_dc=st.booleans(),
    trims=st.booleans(),
    max_pause_s=st.sampled_from([None, 0.0, 0.5, 1.0]),
    denoises=st.booleans(),
    loudness_lufs=st.sampled_from([None, -30.0, -23.0, -20.0, -16.0]),
    ceiling_dbtp=st.sampled_from([-1.5, -6.0]),
)


def clicking() -> np.ndarray:
    """A talk with an offset, and a click in the middle of each turn that stands out, whatever is done."""
    samples = 0.3 * TALK + np.float32(0.01)
    samples[[round(at_s * RATE) for at_s in CLICKS_S]] = 0.9
    return np.asarray(samples, np.float32)


@pytest.fixture(scope="module")
def talked() -> Iterator[Track]:
    with heard(TALK) as track:
        yield track


@pytest.fixture(scope="module")
def clicked() -> Iterator[Track]:
    with heard(clicking()) as track:
        yield track


def after(track: Track, changes: Changes) -> Clip:
    return Clip(joined(prepared(track, changes)), track.sample_rate_hz)


def told(samples: np.ndarray, rate: int = RATE, **wanted: Any) -> tuple[str, ...]:
    with heard(samples, rate) as track:
        return plan(track, replace(AS_IT_IS, **wanted)).sentences


def advised(samples: np.ndarray) -> tuple[str, ...]:
    with heard(samples) as track:
        return advice(track.measures, plan(track))


@settings(max_examples=30, deadline=None)
@given(wanted=WISHES)
def test_whatever_is_done_every_instant_is_where_the_plan_says(clicked: Track, wanted: Preparation) -> None:
    changes = plan(clicked, wanted)

    samples = after(clicked, changes).samples

    assert len(samples) == changes.kept.n_frames == round(changes.duration_s * RATE)
    for at_s in CLICKS_S:
        expected = round(changes.kept.to_prepared_s(at_s) * RATE)
        around = slice(expected - RATE // 10, expected + RATE // 10)
        assert np.abs(samples[around]).argmax() == RATE // 10
        assert changes.kept.to_original_s(expected / RATE) == at_s


@settings(max_examples=20, deadline=None)
@given(wanted=WISHES, level=st.sampled_from([0.1, 0.5, 1.0, 2.0]))
def test_the_loudness_is_what_was_wanted(wanted: Preparation, level: float) -> None:
    with heard(np.float32(level) * TALK) as track:
        changes = plan(track, wanted)
        now = loudness(after(track, changes))
        before = track.measures.loudness

    over_db = max(0.0, before.true_peak_dbtp + changes.gain_db - wanted.ceiling_dbtp) if changes.gain_db > 0 else 0
    target_lufs = before.integrated_lufs if wanted.loudness_lufs is None else wanted.loudness_lufs
    assert target_lufs - over_db - 0.5 <= now.integrated_lufs <= target_lufs + 0.5
    if changes.gain_db > 0:
        assert now.true_peak_dbtp <= wanted.ceiling_dbtp + 0.05


@pytest.mark.parametrize(
    ("samples", "gain_db"),
    [
        (5e-3 * TALK, 24),
        (0.2 * TALK + noise(seconds=10, rms=0.003), 5.5),
        (0.2 * TALK + noise(seconds=10, rms=0.01), 0),
        (silence(seconds=3), 0),
        (np.full((3 * RATE, 1), 0.3, np.float32), 0),
    ],
    ids=["next to nothing", "noise", "much noise", "silence", "an offset"],
)
def test_what_would_raise_nothing_but_noise_is_not_raised(samples: np.ndarray, gain_db: float) -> None:
    with heard(np.asarray(samples, np.float32)) as track:
        assert plan(track).gain_db == pytest.approx(gain_db, abs=0.5)


@pytest.mark.parametrize("gain_db", [0.4, -0.4])
def test_what_nobody_hears_is_not_done(talked: Track, gain_db: float) -> None:
    changes = plan(talked, replace(AS_IT_IS, loudness_lufs=talked.measures.loudness.integrated_lufs + gain_db))

    assert (changes.gain_db, changes.is_nothing, changes.sentences) == (0, True, ())


def test_nothing_wanted_is_nothing_done(talked: Track) -> None:
    changes = plan(talked, AS_IT_IS)

    assert changes.is_nothing
    assert changes.kept == TimeMap.of_everything(10 * RATE, RATE)
    assert np.array_equal(after(talked, changes).samples, joined(talked.spool.blocks()))


@pytest.mark.parametrize("trims", [False, True])
@pytest.mark.parametrize("rate", [24_000, 44_100, 16_000])
def test_an_offset_is_removed_to_the_edges(rate: int, trims: bool) -> None:
    with heard(talk(TURNS, seconds=10, rate=rate) + np.float32(0.1), rate) as track:
        changes = plan(track, replace(AS_IT_IS, removes_dc=True, trims=trims))
        samples = after(track, changes).samples

    assert abs(samples.mean()) < 1e-3
    assert np.abs(samples[[*range(120), *range(-120, 0)]]).max() < 0.01
    assert changes.kept.removed_s > 2 or not trims
    assert "removed an offset of 10.0%" in changes.sentences


@pytest.mark.parametrize("removes_dc", [False, True])
def test_peaks_that_are_raised_stay_under_the_ceiling_with_what_stays_of_an_offset(removes_dc: bool) -> None:
    with heard(0.3 * TALK + np.float32(0.4)) as track:
        changes = plan(track, Preparation(removes_dc=removes_dc))
        now = loudness(after(track, changes))

    assert changes.gain_db > 3
    assert now.true_peak_dbtp <= -1.45


@settings(max_examples=12, deadline=None)
@given(wanted=WISHES)
def test_speech_is_known_where_it_has_gone(talked: Track, wanted: Preparation) -> None:
    changes = plan(talked, replace(wanted, loudness_lufs=None, denoises=False))

    known, found = heard_after(talked, changes), activity_of(after(talked, changes).samples, RATE)

    assert (known.n_frames, known.sample_rate_hz) == (found.n_frames, found.sample_rate_hz)
    assert np.mean(known.is_speech == found.is_speech) > 0.98
    assert np.median(np.abs(known.levels_dbfs - found.levels_dbfs)) < 0.5


def test_of_speech_no_window_is_lost(talked: Track) -> None:
    changes = plan(talked, Preparation(max_pause_s=0.5))

    assert changes.kept.removed_s > 2
    assert heard_after(talked, changes).is_speech.sum() == pytest.approx(talked.activity.is_speech.sum(), abs=4)


def test_every_change_is_said_in_its_turn() -> None:
    with heard(np.repeat(0.2 * TALK + np.float32(0.05), 2, axis=1), 48_000) as track:
        changes = plan(track, Preparation(denoises=True))

    removed = f"trimmed {changes.kept.removed_s:.1f} s"
    assert changes.sentences[:5] == (
        "stereo → mono",
        "48 → 24 kHz",
        removed,
        "removed an offset of 5.0%",
        "reduced steady noise",
    )
    assert changes.sentences[5].startswith("raised ")


@pytest.mark.parametrize(
    ("samples", "rate", "wanted", "sentence"),
    [
        (TALK, 44_100, {}, "44.1 → 24 kHz"),
        (TALK, 8_000, {}, "8 → 24 kHz"),
        (np.repeat(TALK, 6, axis=1), RATE, {}, "6 channels → mono"),
        (np.hstack([TALK, -TALK]), RATE, {}, "channel 1 of 2 alone, since together they cancel each other"),
        (TALK, RATE, {"loudness_lufs": -60.0}, "lowered 39 dB"),
        (0.2 * TALK, RATE, {"loudness_lufs": -16.0, "ceiling_dbtp": -12.0}, "peaks held 12 dB under full scale"),
    ],
)
def test_a_change_is_said_as_it_is(samples: np.ndarray, rate: int, wanted: dict[str, Any], sentence: str) -> None:
    assert sentence in told(np.asarray(samples, np.float32), rate, **wanted)


@pytest.mark.parametrize("samples", [TALK, 0.05 * TALK, TALK + np.float32(0.05), np.hstack([TALK, 0 * TALK])])
def test_a_good_recording_needs_no_advice(samples: np.ndarray) -> None:
    assert advised(np.asarray(samples, np.float32)) == ()


@pytest.mark.parametrize(("level", "is_told"), [(1.0, False), (4.0, True), (100.0, True)])
def test_what_is_clipped_is_told(level: float, is_told: bool) -> None:
    sentences = advised(np.clip(np.float32(level) * TALK, -1, 1))

    assert any("is clipped. Move the microphone away" in sentence for sentence in sentences) is is_told


@pytest.mark.parametrize("offset", [0, 0.2])
@pytest.mark.parametrize(("level", "is_told"), [(0.1, False), (0.01, True)])
def test_what_is_very_quiet_is_told(level: float, is_told: bool, offset: float) -> None:
    sentences = advised(np.float32(level) * TALK + np.float32(offset))

    assert any("very quiet" in sentence for sentence in sentences) is is_told


@pytest.mark.parametrize(("snr_db", "is_told"), [(25, False), (15, False), (6, True), (0, True), (-5, True)])
@pytest.mark.parametrize("seed", range(2))
def test_noise_near_the_voice_is_told(snr_db: float, is_told: bool, seed: int) -> None:
    rms = math.sqrt(np.mean(np.square(TALK))) * 10 ** (-snr_db / 20)
    sentences = advised(np.float32(0.3) * (TALK + noise(seconds=10, rms=rms, seed=seed)))

    assert any("much noise" in sentence for sentence in sentences) is is_told


@pytest.mark.parametrize(
    "samples", [noise(seconds=5), tone(seconds=5), TALK[RATE : 2 * RATE]], ids=["noise", "tone", "a word"]
)
def test_what_is_no_voice_in_noise_is_not_told_to_be(samples: np.ndarray) -> None:
    assert advised(samples) == ()


@pytest.mark.real
@pytest.mark.parametrize(
    "name",
    [
        "ggml-org__whisper.cpp/samples__jfk.wav",
        "coqui-ai__TTS/tests__data__ljspeech__wavs__LJ001-0001.mp3",
        "lhotse-speech__lhotse/test__fixtures__libri__libri-1088-134315-0000.wav",
        "openai__openai-dotnet/tests__Assets__audio_meeting.wav",
        "tyiannak__pyAudioAnalysis/pyAudioAnalysis__data__diarizationExample.wav",
        "snakers4__silero-vad/tests__data__test.wav",
    ],
)
def test_real_speech_needs_no_advice_and_reaches_its_loudness(name: str) -> None:
    with heard(real_file(f"speech/{name}")) as track:
        changes = plan(track)
        now = loudness(after(track, changes))
        told = advice(track.measures, changes)

    assert told == ()
    assert now.integrated_lufs == pytest.approx(-20, abs=0.5)
