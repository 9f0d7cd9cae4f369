from __future__ import annotations

import time
import tracemalloc
from math import inf

import numpy as np
import pytest
from clips import noise, silence, tone
from hypothesis import given, settings
from hypothesis import strategies as st
from real import real_file

from audiokit.audio.clip import Clip
from audiokit.audio.decode import decode
from audiokit.audio.measuring.loudness import Loudness, LoudnessMeter, gain_db, loudness

RATE = 24_000
# What FFmpeg 5.1's ebur128=peak=true says of these files, at their own rate and channels.
BY_FFMPEG = [
    ("containers/Borewit__music-metadata/test__samples__aac__adts-mpeg4.aac", -16.23, -1.49),
    ("containers/Borewit__music-metadata/test__samples__flac__01._Make_It_Out_Alive.flac", -11.93, -1.61),
    ("containers/Borewit__music-metadata/test__samples__ogg__audio.opus.ogg", -12.04, 0.53),
    ("containers/Borewit__music-metadata/test__samples__ogg__audio.speex.ogg", -13.05, 3.14),
    ("containers/Borewit__music-metadata/test__samples__ogg__issue_62.ogg", -13.41, -0.15),
    ("containers/Borewit__music-metadata/test__samples__wav__riff-iprt-tag.wav", -11.65, 0.03),
    ("containers/Vanilagy__mediabunny/test__public__multiple-aac-tracks.mp4", -37.41, -28.87),  # 5.1
    ("containers/browser/chrome156_mp4-opus-slice500.mp4", -10.83, -1.86),
    ("containers/browser/chrome156_webm-opus-stereo.webm", -10.61, -2.04),
    ("containers/browser/firefox153_ogg-opus-jfk.ogg", -12.46, -1.85),
    ("speech/Picovoice__leopard/resources__audio_samples__test_de.wav", -22.68, -0.72),
    ("speech/Picovoice__leopard/resources__audio_samples__test_es.wav", -14.04, -0.42),
    ("speech/cmusphinx__pocketsphinx/test__regression__chan3.2chan.wav", -24.70, -2.10),
    ("speech/cmusphinx__pocketsphinx/test__regression__chan3.wav", -27.71, -2.10),
    ("speech/coqui-ai__TTS/tests__data__ljspeech__wavs__LJ001-0001.mp3", -20.71, -1.79),
    ("speech/coqui-ai__TTS/tests__data__ljspeech__wavs__LJ001-0001.wav", -20.21, -1.26),
    ("speech/ggml-org__whisper.cpp/samples__jfk.mp3", -15.40, -2.14),
    ("speech/lhotse-speech__lhotse/test__fixtures__ami__ES2011a.Headset-0-40s-46s.wav", -31.50, -15.76),
    ("speech/lhotse-speech__lhotse/test__fixtures__libri__libri-1088-134315-0000.wav", -28.34, -9.68),
    ("speech/microsoft__markitdown/packages__markitdown__tests__test_files__test.wav", -39.98, -27.74),
    ("speech/openai__openai-dotnet/tests__Assets__audio_hello_world.mp3", -22.32, -9.34),
    ("speech/openai__whisper/tests__jfk.flac", -12.46, -2.11),
    ("speech/pydantic__pydantic-ai/tests__assets__marcelo.mp3", -15.35, -0.22),
    (
        "speech/speechbrain__speechbrain/tests__samples__multi-mic__speech_-0.82918_0.55279_-0.082918.flac",
        *(-34.19, -20.45),  # four channels
    ),
    ("speech/speechbrain__speechbrain/tests__samples__noise__noise3.wav", -25.24, 1.15),
    ("speech/tyiannak__pyAudioAnalysis/pyAudioAnalysis__data__diarizationExample.wav", -16.78, -0.26),
]


def tones(*parts: tuple[float, float], channels: int = 2, rate: int = RATE) -> Clip:
    """A tone of 1 kHz whose peak goes through these levels in dBFS, each for so many seconds."""
    samples = [
        tone(1_000, seconds=seconds, rate=rate, peak=10 ** (level / 20), channels=channels) for level, seconds in parts
    ]
    return Clip(np.concatenate(samples), rate)


def measured(**values: float) -> Loudness:
    quiet = {"range_lu": 0.0, "momentary_max_lufs": -inf, "short_term_max_lufs": -inf, "peak_dbfs": -inf}
    return Loudness(**{**quiet, **values})


# EBU Tech 3341, test signals 1 to 5.
@pytest.mark.parametrize(
    ("parts", "expected_lufs"),
    [
        ([(-23, 20)], -23.0),
        ([(-33, 20)], -33.0),
        ([(-36, 10), (-23, 60), (-36, 10)], -23.0),
        ([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23.0),
        ([(-26, 20), (-20, 20.1), (-26, 20)], -23.0),
    ],
)
def test_tones_read_and_are_gated_as_the_ebu_says(parts: list[tuple[float, float]], expected_lufs: float) -> None:
    assert loudness(tones(*parts)).integrated_lufs == pytest.approx(expected_lufs, abs=0.1)


def test_the_relative_gate_is_10_lu_below_what_is_heard() -> None:
    assert loudness(tones((-20, 10), (-31.5, 10))).integrated_lufs == pytest.approx(-22.7, abs=0.1)
    assert loudness(tones((-20, 10), (-34, 10))).integrated_lufs == pytest.approx(-20.0, abs=0.1)


def test_surround_weighs_more_and_lfe_nothing() -> None:
    """EBU Tech 3341, test signal 6, with a loud LFE that nobody may hear."""
    levels = [-28, -28, -24, 0, -30, -30]
    samples = np.hstack([tones((level, 20), channels=1).samples for level in levels])

    assert loudness(Clip(samples, RATE)).integrated_lufs == pytest.approx(-23.0, abs=0.1)


@pytest.mark.parametrize(("n_channels", "sides"), [(1, 0), (2, 0), (3, 0), (4, 2), (5, 2), (6, 2), (7, 2), (8, 2)])
def test_every_channel_counts_as_where_it_stands(n_channels: int, sides: int) -> None:
    result = loudness(tones((-30, 1), channels=n_channels))

    n_heard = n_channels - (n_channels >= 6)
    assert result.integrated_lufs == pytest.approx(-33 + 10 * np.log10(n_heard + 0.41 * sides), abs=0.05)


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 24_000, 44_100, 96_000, 192_000])
def test_one_channel_is_one_loudspeaker_at_any_rate(rate: int) -> None:
    assert loudness(tones((-20, 2), channels=1, rate=rate)).integrated_lufs == pytest.approx(-23.0, abs=0.1)


def test_the_loudest_400_ms_and_3_s_are_known() -> None:
    """EBU Tech 3341, test signals 9 and 12."""
    slow, quick = [(-20, 1.34), (-30, 1.66)] * 5, [(-20, 0.18), (-30, 0.22)] * 25

    assert loudness(tones(*slow)).short_term_max_lufs == pytest.approx(-23.0, abs=0.1)
    assert loudness(tones(*quick)).momentary_max_lufs == pytest.approx(-23.0, abs=0.1)
    assert loudness(tones((-40, 5), (-20, 0.4), (-40, 5))).momentary_max_lufs == pytest.approx(-20.0, abs=0.1)


# EBU Tech 3342, test signals 1 to 4.
@pytest.mark.parametrize(
    ("levels", "expected_lu"),
    [((-20, -30), 10), ((-20, -15), 5), ((-40, -20), 20), ((-50, -35, -20, -35, -50), 15)],
)
def test_the_range_is_what_the_ebu_says(levels: tuple[float, ...], expected_lu: float) -> None:
    assert loudness(tones(*((level, 20) for level in levels))).range_lu == pytest.approx(expected_lu, abs=0.5)


def test_the_range_leaves_out_the_quietest_tenth_and_the_loudest_twentieth() -> None:
    rising = tones(*((-40 + level, 3) for level in range(20)))

    assert loudness(rising).range_lu == pytest.approx(0.85 * 19, abs=0.7)


def test_peaks_are_those_of_samples_and_between_them() -> None:
    instants = np.arange(RATE)
    samples = (
        np.asarray(0.5 * np.sin(np.pi / 2 * instants + np.pi / 4), np.float32)[:, None] * np.hanning(RATE)[:, None]
    )

    result = loudness(Clip(samples.astype(np.float32), RATE))

    assert result.peak_dbfs == pytest.approx(-9.03, abs=0.02)
    assert result.true_peak_dbtp == pytest.approx(-6.02, abs=0.05)


@pytest.mark.parametrize("seconds", [0, 0.1, 5])
def test_digital_silence_has_no_loudness(seconds: float) -> None:
    result = loudness(Clip(silence(seconds=seconds, channels=2), 24_000))

    assert result == measured(integrated_lufs=-inf, true_peak_dbtp=-inf)


def test_what_is_below_the_absolute_gate_has_no_loudness() -> None:
    assert loudness(tones((-71, 5))).integrated_lufs == -inf
    assert loudness(tones((-69, 5))).integrated_lufs == pytest.approx(-69, abs=0.1)


@pytest.mark.parametrize("seconds", [0.05, 0.1, 0.25, 0.399])
def test_a_word_shorter_than_a_block_is_measured_as_a_whole(seconds: float) -> None:
    assert loudness(tones((-20, seconds))).integrated_lufs == pytest.approx(-20, abs=0.2)


def test_a_loud_click_below_hearing_does_not_move_the_filter_for_long() -> None:
    samples = np.vstack([np.full((RATE, 1), 0.9, np.float32), tones((-30, 10), channels=1).samples])

    assert loudness(Clip(samples, RATE)).short_term_max_lufs < -20


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(0, 9_000), min_size=1, max_size=8), st.integers(1, 2))
def test_it_does_not_matter_how_the_sound_is_cut(sizes: list[int], n_channels: int) -> None:
    samples = noise(seconds=sum(sizes) / 8_000, rate=8_000, channels=n_channels)
    meter = LoudnessMeter(8_000, n_channels)

    for block in np.split(samples, np.cumsum(sizes)[:-1]):
        meter.add(block)

    assert meter.result() == loudness(Clip(samples, 8_000))


def test_asking_on_the_way_changes_nothing() -> None:
    samples = noise(seconds=7.77, channels=2)
    meter = LoudnessMeter(24_000, 2)

    meter.add(samples[:100_001])
    first, again = meter.result(), meter.result()
    meter.add(samples[100_001:])

    assert first == again == loudness(Clip(samples[:100_001], 24_000))
    assert meter.result() == loudness(Clip(samples, 24_000))


def test_asking_in_a_wave_makes_no_peak() -> None:
    wave = Clip(tone(0.5, seconds=4, peak=0.9), 24_000)
    meter = LoudnessMeter(24_000, 1)

    meter.add(wave.samples[:36_000])
    stopped_dead = meter.result().true_peak_dbtp
    meter.add(wave.samples[36_000:])

    assert stopped_dead > -0.5
    assert meter.result() == loudness(wave)
    assert meter.result().true_peak_dbtp == pytest.approx(-0.915, abs=0.01)


@pytest.mark.parametrize(("rate", "n_channels"), [(24_000, 9), (7_999, 1), (192_001, 1), (24_000, 0)])
def test_what_the_standard_does_not_know_is_refused(rate: int, n_channels: int) -> None:
    with pytest.raises(ValueError, match="loudness is not defined for"):
        LoudnessMeter(rate, n_channels)


def test_memory_stays_flat() -> None:
    meter, second = LoudnessMeter(24_000, 1), noise()
    tracemalloc.start()
    try:
        for _ in range(150):
            meter.add(second)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 4_000_000  # of 14 MB that went by


def test_a_minute_is_measured_in_a_moment() -> None:
    clip = Clip(noise(seconds=60), 24_000)

    started = time.process_time()
    loudness(clip)

    assert time.process_time() - started < 0.5  # 0.02 s on an idle core


def test_the_gain_brings_sound_to_the_target() -> None:
    assert gain_db(measured(integrated_lufs=-31.5, true_peak_dbtp=-20.0)) == pytest.approx(11.5)
    assert gain_db(measured(integrated_lufs=-14.0, true_peak_dbtp=0.5)) == pytest.approx(-6.0)
    assert gain_db(measured(integrated_lufs=-14.0, true_peak_dbtp=0.5), target_lufs=-16) == pytest.approx(-2.0)


def test_the_gain_asks_no_more_of_a_limiter_than_it_may() -> None:
    crackling = measured(integrated_lufs=-40.0, true_peak_dbtp=-6.0)

    assert gain_db(crackling) == pytest.approx(10.5)  # to 4.5 dBTP, 6 dB over the ceiling
    assert gain_db(crackling, most_limiting_db=0) == pytest.approx(4.5)
    assert gain_db(crackling, ceiling_dbtp=-3) == pytest.approx(9.0)


def test_silence_gets_no_gain() -> None:
    assert gain_db(loudness(Clip(silence(), 24_000))) == 0


@settings(deadline=None, max_examples=20)
@given(st.floats(0.002, 0.3), st.floats(-30, -10))
def test_after_the_gain_the_sound_is_as_loud_as_was_asked(rms: float, target_lufs: float) -> None:
    clip = Clip(noise(rms=rms, rate=8_000), 8_000)

    gain = gain_db(loudness(clip), target_lufs=target_lufs, most_limiting_db=60)

    louder = Clip(clip.samples * np.float32(10 ** (gain / 20)), 8_000)
    assert loudness(louder).integrated_lufs == pytest.approx(target_lufs, abs=0.01)


@pytest.mark.real
@pytest.mark.parametrize(("name", "lufs", "dbtp"), BY_FFMPEG, ids=lambda value: str(value).rpartition("__")[2])
def test_real_recordings_measure_as_with_ffmpeg(name: str, lufs: float, dbtp: float) -> None:
    result = loudness(decode(real_file(name).read_bytes()))

    assert result.integrated_lufs == pytest.approx(lufs, abs=0.1)
    assert result.true_peak_dbtp == pytest.approx(dbtp, abs=0.2)


@pytest.mark.real
def test_a_recording_that_stops_dead_overshoots_where_ffmpeg_does_not_look() -> None:
    ramp = decode(real_file("speech/lhotse-speech__lhotse/test__fixtures__stereo.wav").read_bytes())

    assert loudness(ramp).true_peak_dbtp == pytest.approx(-1.57, abs=0.1)  # FFmpeg: -2.71, without the last 16 frames
