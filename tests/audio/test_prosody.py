from __future__ import annotations

import math
import time
import tracemalloc

import numpy as np
import pytest
from clips import noise, silence, tone
from real import real_file
from voices import hissing, voice

from audiokit.audio.clip import Clip
from audiokit.audio.decode import decode
from audiokit.audio.measuring.activity import Segment
from audiokit.audio.resample import resample
from audiokit.audio.voice.prosody import Prosody, prosody

RATE = 24_000
# Medians and ranges of Praat 6.1.38 ("To Pitch (ac)", twice, the second time in the range that turns.py names).
PRAAT = {
    "cmusphinx__pocketsphinx/test__data__librivox__sense_and_sensibility_01_austen_64kb-0880.wav": (81.0, 8.1),
    "Picovoice__leopard/resources__audio_samples__test_de.wav": (83.5, 7.3),
    "tyiannak__pyAudioAnalysis/pyAudioAnalysis__data__count.wav": (93.9, 7.6),
    "alphacep__vosk-api/python__example__test.wav": (101.7, 10.5),
    "Picovoice__leopard/resources__audio_samples__test.wav": (112.0, 13.2),
    "microsoft__markitdown/packages__markitdown__tests__test_files__test.wav": (114.5, 11.2),
    "Picovoice__leopard/resources__audio_samples__test_fr.wav": (130.0, 10.8),
    "openai__openai-dotnet/tests__Assets__audio_meeting.wav": (160.0, 13.2),
    "lhotse-speech__lhotse/test__fixtures__ami__ES2011a.Headset-0-40s-46s.wav": (167.5, 6.1),
    "mozilla__DeepSpeech/data__smoke_test__LDC93S1.wav": (197.7, 6.3),
    "coqui-ai__TTS/tests__data__ljspeech__wavs__LJ001-0001.wav": (214.1, 13.0),
    "openai__whisper/tests__jfk.flac": (233.9, 9.2),
    "Picovoice__leopard/resources__audio_samples__test_es.wav": (318.9, 7.4),
}
# Syllables of the words that are known to be spoken, as a dictionary has them.
SYLLABLES = {
    "openai__whisper/tests__jfk.flac": 28,
    "Picovoice__leopard/resources__audio_samples__test.wav": 24,
    "Picovoice__leopard/resources__audio_samples__test_de.wav": 20,
    "Picovoice__leopard/resources__audio_samples__test_es.wav": 24,
    "Picovoice__leopard/resources__audio_samples__test_fr.wav": 24,
    "cmusphinx__pocketsphinx/test__data__cards__001.wav": 3,
    "cmusphinx__pocketsphinx/test__data__cards__002.wav": 4,
    "cmusphinx__pocketsphinx/test__data__cards__003.wav": 4,
    "cmusphinx__pocketsphinx/test__data__cards__004.wav": 2,
    "cmusphinx__pocketsphinx/test__data__cards__005.wav": 10,
    "cmusphinx__pocketsphinx/test__data__librivox__sense_and_sensibility_01_austen_64kb-0870.wav": 30,
    "cmusphinx__pocketsphinx/test__data__librivox__sense_and_sensibility_01_austen_64kb-0880.wav": 9,
    "cmusphinx__pocketsphinx/test__data__librivox__sense_and_sensibility_01_austen_64kb-0890.wav": 20,
    "cmusphinx__pocketsphinx/test__data__librivox__sense_and_sensibility_01_austen_64kb-0920.wav": 26,
    "alphacep__vosk-api/python__example__test.wav": 24,
    "speechbrain__speechbrain/tests__samples__ASR__spk1_snt1.wav": 8,
    "speechbrain__speechbrain/tests__samples__ASR__spk1_snt2.wav": 9,
    "speechbrain__speechbrain/tests__samples__ASR__spk1_snt5.wav": 9,
    "mozilla__DeepSpeech/data__smoke_test__LDC93S1.wav": 13,
    "coqui-ai__TTS/tests__data__ljspeech__wavs__LJ001-0001.wav": 38,
    "coqui-ai__TTS/tests__data__ljspeech__wavs__LJ001-0002.wav": 10,
}
UNKNOWN = (
    "pitch_hz",
    "pitch_range_semitones",
    "level_range_db",
    "n_syllables",
    "speaking_rate_per_s",
    "articulation_rate_per_s",
)


def of(samples: np.ndarray, rate: int = RATE) -> Prosody:
    return prosody(Clip(samples, rate))


def babbled(n_syllables: int, per_s: float = 4.0, *, pitch_hz: float = 150.0, dip_db: float = 12.0) -> np.ndarray:
    """A vowel that comes and goes, once a syllable."""
    seconds = n_syllables / per_s
    samples = voice(pitch_hz, seconds=seconds)
    swing = 0.5 - 0.5 * np.cos(2 * np.pi * per_s * np.arange(len(samples)) / RATE)
    return np.asarray(samples * 10 ** (-dip_db * (1 - swing) / 20)[:, None], np.float32)


def real(name: str) -> Clip:
    return decode(real_file(f"speech/{name}").read_bytes()).mono()


@pytest.mark.parametrize("pitch_hz", [90, 180, 360])
def test_pitch_is_the_median_of_the_voice(pitch_hz: float) -> None:
    sound = np.vstack([voice(pitch_hz, seconds=2), silence(), voice(1.2 * pitch_hz, seconds=1)])

    assert of(sound).pitch_hz == pytest.approx(pitch_hz, rel=0.001)


@pytest.mark.parametrize("factor", [2, 3])
def test_an_octave_of_melody_is_an_octave_for_any_voice(factor: float) -> None:
    sweep = 2 ** np.linspace(0, 1, 4 * RATE)

    found = of(voice(55 * factor * sweep, seconds=4))

    assert found.pitch_range_semitones == pytest.approx(0.9 * 12, abs=0.2)  # from the 5th to the 95th percentile
    assert found.pitch_hz == pytest.approx(55 * factor * math.sqrt(2), rel=0.01)


@pytest.mark.parametrize("semitones", [-5, -1, 1, 3, 7])
def test_a_recording_played_faster_is_higher_by_as_many_semitones(semitones: float) -> None:
    samples = babbled(12, pitch_hz=160)
    ratio = 2 ** (semitones / 12)

    plain, faster = of(samples), prosody(Clip(samples, round(RATE * ratio)))

    assert plain.pitch_hz
    assert faster.pitch_hz
    assert 12 * math.log2(faster.pitch_hz / plain.pitch_hz) == pytest.approx(semitones, abs=0.02)
    assert faster.n_syllables == plain.n_syllables == 12


def test_voiced_ratio_is_the_share_of_speech_that_has_a_pitch() -> None:
    hiss = noise(seconds=1, rms=0.05)

    found = of(np.vstack([voice(seconds=3), hiss, silence(), voice(seconds=3), hiss]))

    assert found.voiced_ratio == pytest.approx(6 / 8, abs=0.02)


def test_the_level_is_the_power_of_speech_without_its_pauses() -> None:
    sound = tone(200, seconds=2, peak=0.2)

    with_pauses = of(np.vstack([sound, silence(seconds=3), sound]))

    assert with_pauses.level_dbfs == pytest.approx(20 * math.log10(0.2 / math.sqrt(2)), abs=0.1)


def test_the_range_of_levels_is_in_decibels() -> None:
    sound = voice(seconds=2)

    assert of(np.vstack([sound, 2 * sound])).level_range_db == pytest.approx(6.02, abs=0.1)


@pytest.mark.parametrize("per_s", [2, 3, 5, 7])
def test_syllables_are_counted_even_in_noise(per_s: float) -> None:
    sound = babbled(12, per_s, dip_db=10)

    for snr_db in (40, 20, 10):
        found = of(hissing(sound, snr_db))
        assert found.n_syllables == 12
        assert found.speaking_rate_per_s == pytest.approx(per_s, rel=0.06)


def test_a_dip_below_two_decibels_parts_no_syllables() -> None:
    assert of(babbled(8, dip_db=1.5)).n_syllables == 1
    assert of(babbled(8, dip_db=4)).n_syllables == 8


def test_a_tremor_that_no_mouth_can_speak_is_no_syllables() -> None:
    assert of(babbled(30, 25, dip_db=10)).n_syllables == 1


def test_hisses_are_no_syllables() -> None:
    bursts = [np.vstack([silence(seconds=0.1), noise(seconds=0.1, rms=0.1)]) for _ in range(5)]

    assert of(np.vstack([babbled(4), *bursts])).n_syllables == 4


def test_pauses_slow_the_speaking_rate_but_not_the_articulation_rate() -> None:
    found = of(np.vstack([babbled(8), silence(seconds=2), babbled(8)]))

    assert found.speaking_s == pytest.approx(6, abs=0.1)
    assert found.speaking_rate_per_s == pytest.approx(16 / 6, rel=0.03)
    assert found.articulation_rate_per_s == pytest.approx(4, rel=0.03)


@pytest.mark.parametrize("snr_db", [None, 40, 20, 10])
def test_pauses_are_counted_and_measured_and_the_silence_at_both_ends_is_none(snr_db: float | None) -> None:
    gap, vowel = silence(seconds=0.6), voice(seconds=1)
    sound = np.vstack([silence(seconds=2), vowel, gap, vowel, gap, vowel, silence(seconds=3)])

    found = of(sound if snr_db is None else hissing(sound, snr_db))

    assert found.n_pauses == 2
    assert found.mean_pause_s == pytest.approx(0.58, abs=0.025)
    assert found.pause_ratio == pytest.approx(1.16 / 4.22, abs=0.012)
    assert found.speaking_s == pytest.approx(4.22, abs=0.025)


@pytest.mark.parametrize(("gap_s", "n_pauses"), [(0.1, 0), (0.2, 0), (0.24, 0), (0.3, 1), (0.5, 1)])
def test_a_quarter_of_a_second_is_a_pause(gap_s: float, n_pauses: int) -> None:
    assert of(np.vstack([voice(), silence(seconds=gap_s), voice()])).n_pauses == n_pauses


def test_a_click_neither_parts_a_pause_nor_begins_the_speech() -> None:
    click = np.full((20, 1), 0.5, np.float32)
    parts = [click, silence(), voice(), silence(), click, silence(), voice()]

    found = of(np.vstack(parts))

    assert found.n_pauses == 1
    assert found.mean_pause_s == pytest.approx(2, abs=0.05)
    assert found.speaking_s == pytest.approx(4, abs=0.05)


def test_a_click_far_louder_than_a_voice_does_not_silence_it() -> None:
    click = np.full((20, 1), 0.9, np.float32)

    found = of(np.vstack([voice(seconds=4, peak=0.01), click, voice(seconds=4, peak=0.01)]))

    assert found.voiced_ratio == pytest.approx(1, abs=0.1)


def test_only_the_segments_are_listened_to_and_what_lies_between_is_no_pause() -> None:
    mine, theirs = babbled(8, pitch_hz=120), babbled(8, pitch_hz=300)
    clip = Clip(np.vstack([mine, theirs, mine, silence(), mine]), RATE)

    found = prosody(clip, [Segment(0, 2), Segment(4, 9)])

    assert found.duration_s == pytest.approx(7)
    assert found.pitch_hz == pytest.approx(120, rel=0.001)
    assert found.n_syllables == 24
    assert found.n_pauses == 1
    assert prosody(clip, [Segment(2, 4)]).pitch_hz == pytest.approx(300, rel=0.001)


def test_a_segment_beyond_the_clip_is_what_there_is_of_it() -> None:
    assert prosody(Clip(voice(), RATE), [Segment(0.5, 99)]).duration_s == pytest.approx(0.5)
    assert prosody(Clip(voice(), RATE), [Segment(5, 9)]).duration_s == 0


@pytest.mark.parametrize(
    "samples", [silence(seconds=0), silence(seconds=0.005), silence(seconds=3)], ids=["empty", "tiny", "silence"]
)
def test_of_silence_nothing_is_known(samples: np.ndarray) -> None:
    found = of(samples)

    assert [
        getattr(found, name) for name in (*UNKNOWN, "voiced_ratio", "level_dbfs", "mean_pause_s", "pause_ratio")
    ] == [None] * 10
    assert (found.speaking_s, found.n_pauses) == (0, 0)
    assert found == prosody(Clip(voice(), RATE), []) or len(samples)


@pytest.mark.parametrize("rms", [1e-3, 0.1])
def test_noise_without_a_voice_has_a_level_and_nothing_else(rms: float) -> None:
    found = of(noise(seconds=5, rms=rms))

    assert found.voiced_ratio == pytest.approx(0, abs=0.01)
    assert found.level_dbfs == pytest.approx(20 * math.log10(rms) + 10 * math.log10(3_740 / 12_000), abs=0.2)
    assert [getattr(found, name) for name in UNKNOWN] == [None] * 6


def test_a_short_word_has_a_pitch_but_no_range_and_no_rate() -> None:
    found = of(voice(seconds=0.3))

    assert found.pitch_hz == pytest.approx(150, rel=0.001)
    assert (found.pitch_range_semitones, found.level_range_db, found.speaking_rate_per_s) == (None, None, None)


@pytest.mark.parametrize("gain_db", [-30, -10, 10])
def test_turning_it_up_changes_the_level_and_nothing_else(gain_db: float) -> None:
    samples = hissing(np.vstack([babbled(8), silence(seconds=0.5), babbled(5)]), 30) * np.float32(0.3)

    plain, louder = of(samples), of(samples * np.float32(10 ** (gain_db / 20)))

    assert louder.level_dbfs == pytest.approx(plain.level_dbfs + gain_db if plain.level_dbfs else None, abs=0.05)
    assert louder.pitch_hz == pytest.approx(plain.pitch_hz, rel=1e-4)
    assert (louder.n_syllables, louder.n_pauses, louder.voiced_ratio) == (
        plain.n_syllables,
        plain.n_pauses,
        plain.voiced_ratio,
    )


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 48_000])
def test_the_rate_of_the_recording_does_not_matter(rate: int) -> None:
    clip = Clip(np.vstack([babbled(8, pitch_hz=210), silence(seconds=0.5), babbled(5, pitch_hz=190)]), RATE)

    plain, other = prosody(clip), prosody(resample(clip, rate))

    assert other.pitch_hz == pytest.approx(plain.pitch_hz, rel=0.001)
    assert other.level_dbfs == pytest.approx(plain.level_dbfs, abs=0.05)
    assert (other.n_syllables, other.n_pauses) == (plain.n_syllables, plain.n_pauses)


def test_two_channels_are_mixed() -> None:
    samples = babbled(8)

    assert of(np.hstack([samples, samples])) == of(samples)


def test_a_voice_that_never_rests_is_not_taken_for_noise() -> None:
    fading = np.vstack([voice(seconds=3), voice(seconds=0.4, peak=0.05)])

    found = of(fading)

    assert found.voiced_ratio == pytest.approx(1, abs=0.02)
    assert found.speaking_s == pytest.approx(3.4, abs=0.02)


def test_two_minutes_take_a_moment() -> None:
    clip = Clip(np.tile(babbled(24), (20, 1)), RATE)

    started = time.process_time()
    found = prosody(clip)

    assert found.duration_s == pytest.approx(120)
    assert time.process_time() - started < 3


def test_memory_grows_by_no_more_than_the_figures_of_each_window() -> None:
    peaks_bytes = []
    for n in (2, 7):
        clip = Clip(np.tile(babbled(24), (n, 1)), RATE)
        tracemalloc.start()
        prosody(clip)
        peaks_bytes.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert (peaks_bytes[1] - peaks_bytes[0]) / 30 < 30_000  # a second of the clip itself has 96,000


@pytest.mark.real
@pytest.mark.parametrize("name", PRAAT)
def test_pitch_is_what_praat_finds(name: str) -> None:
    found = prosody(real(name))

    median_hz, range_semitones = PRAAT[name]
    assert found.pitch_hz
    assert 12 * math.log2(found.pitch_hz / median_hz) == pytest.approx(0, abs=0.4)
    assert found.pitch_range_semitones == pytest.approx(range_semitones, abs=1.5)


@pytest.mark.real
def test_as_many_syllables_are_found_as_a_dictionary_has() -> None:
    found = {name: prosody(real(name)).n_syllables for name in SYLLABLES}

    counted = np.array([found[name] for name in SYLLABLES], np.float64)
    spoken = np.array(list(SYLLABLES.values()), np.float64)
    assert counted.sum() / spoken.sum() == pytest.approx(1, abs=0.05)
    assert np.corrcoef(counted, spoken)[0, 1] > 0.97
    assert np.median(np.abs(counted / spoken - 1)) < 0.1


@pytest.mark.real
@pytest.mark.parametrize("snr_db", [20, 10])
def test_noise_hardly_moves_the_pitch_of_real_speech(snr_db: float) -> None:
    clip = real("Picovoice__leopard/resources__audio_samples__test.wav")

    clean, noisy = prosody(clip), of(hissing(clip.samples, snr_db), clip.sample_rate_hz)

    assert clean.pitch_hz
    assert noisy.pitch_hz
    assert 12 * math.log2(noisy.pitch_hz / clean.pitch_hz) == pytest.approx(0, abs=0.3)
