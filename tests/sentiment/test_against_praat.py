"""Our measures of voices against Praat's, through parselmouth, in twenty real recordings of 3 to 16 s, four languages.

Pitch and voicing: "To Pitch (ac)" from 65 to 500 Hz every 10 ms, with Praat's own thresholds. A window of 10 ms counts
as agreed upon where both say that it is voiced, or neither does; silence counts too. Syllables: the recipe of de Jong &
Wempe (2009), with its own settings, computed in Praat. Where a recording does not reach the goal, it is named.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import parselmouth
import pytest
from parselmouth.praat import call
from real import real_file

from audiokit.audio.clip import Clip
from audiokit.audio.decode import decode
from audiokit.audio.voice.pitch import listen
from audiokit.audio.voice.prosody import of_turns
from audiokit.audio.voice.turns import turns_of

pytestmark = pytest.mark.real

CLIPS = (
    "Azure-Samples__cognitive-services-speech-sdk/samples__java__jre__console__es-mx.wav",
    "Azure-Samples__cognitive-services-speech-sdk/scenarios__python__console__language-learning__chatting__resources__chat_input_1.wav",
    "Picovoice__leopard/resources__audio_samples__test.wav",
    "Picovoice__leopard/resources__audio_samples__test_de.wav",
    "Picovoice__leopard/resources__audio_samples__test_es.wav",
    "Picovoice__leopard/resources__audio_samples__test_fr.wav",
    "alphacep__vosk-api/python__example__test.wav",
    "cmusphinx__pocketsphinx/test__data__librivox__sense_and_sensibility_01_austen_64kb-0880.wav",
    "cmusphinx__pocketsphinx/test__data__librivox__sense_and_sensibility_01_austen_64kb-0890.wav",
    "cmusphinx__pocketsphinx/test__data__librivox__sense_and_sensibility_01_austen_64kb-0920.wav",
    "coqui-ai__TTS/tests__data__ljspeech__wavs__LJ001-0001.wav",
    "lhotse-speech__lhotse/test__fixtures__ami__ES2011a.Headset-0-40s-46s.wav",
    "lhotse-speech__lhotse/test__fixtures__libri__libri-1088-134315-0000.wav",
    "lhotse-speech__lhotse/test__fixtures__mix_cut_test__audio__storage__2412-153948-0000.flac",
    "lhotse-speech__lhotse/test__fixtures__mix_cut_test__audio__storage__2412-153948-0001.flac",
    "microsoft__markitdown/packages__markitdown__tests__test_files__test.wav",
    "openai__openai-dotnet/tests__Assets__audio_meeting.wav",
    "openai__whisper/tests__jfk.flac",
    "speechbrain__speechbrain/tests__samples__TTS__LJ050-0131.wav",
    "tyiannak__pyAudioAnalysis/pyAudioAnalysis__data__count.wav",
)
NOISY = {CLIPS[5], CLIPS[13], CLIPS[14]}  # Praat hears their hiss above 4 kHz, and less voice in it: 92 to 95 % agree
MUMBLED = {CLIPS[6], CLIPS[8]}  # spelled digits, and a low creaking voice: 11 and 14 % fewer syllables


@dataclass(frozen=True)
class Compared:
    """What we say of a recording, and what Praat says."""

    pitch_ratio: float
    agreed: npt.NDArray[np.bool_]
    n_syllables: int
    n_by_praat: int


@pytest.fixture(scope="module")
def compared() -> dict[str, Compared]:
    return {name: compare(decode(real_file(f"speech/{name}").read_bytes()).mono()) for name in CLIPS}


def compare(clip: Clip) -> Compared:
    sound = parselmouth.Sound(clip.samples[:, 0].astype(np.float64), clip.sample_rate_hz)
    turn = turns_of([listen([clip])])[0]
    pitch = call(sound, "To Pitch (ac)", 0.01, 65, 15, "no", 0.03, 0.45, 0.01, 0.35, 0.14, 500)
    praat_hz = pitch.selected_array["frequency"]
    nearest = np.rint(((np.arange(len(turn.pitch_hz)) + 0.5) / 100 - pitch.x1) / pitch.dx).astype(np.intp)
    inside = (nearest >= 0) & (nearest < len(praat_hz))  # Praat looks at no windows at the edges
    by_praat = inside & (praat_hz[np.clip(nearest, 0, len(praat_hz) - 1)] > 0)
    return Compared(
        pitch_ratio=float(np.median(turn.pitch_hz[turn.is_voiced]) / np.median(praat_hz[praat_hz > 0])),
        agreed=turn.is_voiced == by_praat,
        n_syllables=of_turns([turn]).n_syllables or 0,
        n_by_praat=nuclei(sound),
    )


def nuclei(sound: parselmouth.Sound) -> int:
    """Peaks of intensity within 25 dB of the loudest, from which it falls by 2 dB before the next, with a voice."""
    intensity = call(sound, "To Intensity", 50, 0, "yes")
    levels_db, times_s = intensity.values[0], intensity.xs()
    before, here, after = levels_db[:-2], levels_db[1:-1], levels_db[2:]
    least_db = np.quantile(levels_db, 0.99) - 25
    peaks = 1 + np.flatnonzero((here > before) & (here >= after) & (here > least_db))
    falls_db = levels_db[peaks] - np.minimum.reduceat(levels_db, peaks)
    falls_db[-1] = np.inf
    pitch = call(sound, "To Pitch (ac)", 0.02, 30, 4, "no", 0.03, 0.25, 0.01, 0.35, 0.25, 450)
    voices_hz = [call(pitch, "Get value at time", at_s, "Hertz", "Linear") for at_s in times_s[peaks[falls_db > 2]]]
    return int(np.count_nonzero(~np.isnan(voices_hz)))


def test_the_median_pitch_is_that_of_praat_within_two_percent(compared: dict[str, Compared]) -> None:
    apart = {name: abs(found.pitch_ratio - 1) for name, found in compared.items()}

    assert {name: by for name, by in apart.items() if by > 0.02} == {}
    assert np.median(list(apart.values())) < 0.005


def test_nineteen_of_twenty_windows_are_voiced_for_both_or_for_neither(compared: dict[str, Compared]) -> None:
    shares = {name: float(found.agreed.mean()) for name, found in compared.items()}

    assert {name: share for name, share in shares.items() if share < 0.95 and name not in NOISY} == {}
    assert min(shares.values()) > 0.92
    assert np.concatenate([found.agreed for found in compared.values()]).mean() > 0.965


def test_the_rate_is_that_of_the_usual_recipe_within_a_tenth(compared: dict[str, Compared]) -> None:
    apart = {name: found.n_syllables / found.n_by_praat - 1 for name, found in compared.items()}

    assert {name: by for name, by in apart.items() if abs(by) > 0.1 + 1e-9 and name not in MUMBLED} == {}
    assert min(apart.values()) > -0.15
    assert abs(np.mean(list(apart.values()))) < 0.05
