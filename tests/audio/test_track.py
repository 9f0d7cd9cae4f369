from __future__ import annotations

import math

import numpy as np
import pytest
from clips import noise, silence, tone
from made_recordings import file_of, heard, joined
from numpy.testing import assert_allclose
from real import real_file
from talks import activity_of, talk

from audiokit.audio.changing.downmix import downmix_gains, downmixed
from audiokit.audio.clip import Clip
from audiokit.audio.measuring.loudness import loudness
from audiokit.audio.measuring.peaks import PeaksMeter
from audiokit.audio.reading.sniff import Container
from audiokit.audio.resample import resample
from audiokit.audio.track import Origin, listen
from audiokit.audio.wav import to_pcm16, to_wav
from audiokit.errors import ClipTooLong, FileTooLarge, UnreadableAudio

RATE = 24_000
TALK = talk([(1, 3), (4, 6)], seconds=8, rate=RATE)
RATES_HZ = [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000]
EDGES = np.concatenate([np.full((RATE // 2, 1), 1.0), np.full((RATE // 2, 1), -1.0)] * 4).astype(np.float32)


def origin(**said: object) -> Origin:
    whole = {"container": Container.WAV, "codec": "pcm_s16le", "sample_rate_hz": RATE, "n_channels": 1}
    return Origin(**(whole | {"size_bytes": 44, "declared_s": None} | said))  # type: ignore[arg-type] # of many types


@pytest.mark.parametrize("rate", RATES_HZ)
@pytest.mark.parametrize("seconds", [0.004, 0.5, 1, 2.75])
def test_a_recording_lasts_as_long_as_it_does_at_any_rate(rate: int, seconds: float) -> None:
    samples = noise(seconds=seconds, rate=rate)

    with heard(samples, rate) as track:
        assert track.duration_s == pytest.approx(len(samples) / rate, abs=1 / RATE)
        assert track.measures.duration_s == track.duration_s == track.activity.duration_s == track.waveform.duration_s


@pytest.mark.parametrize("rate", [8_000, 44_100, 192_000])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_what_is_put_aside_is_the_recording_in_one_channel_at_the_working_rate(rate: int, channels: int) -> None:
    samples = noise(seconds=2.5, rate=rate, channels=channels)
    gains = downmix_gains([""] * channels)  # a plain WAV says no positions

    with heard(samples, rate) as track:
        kept = joined(track.spool.blocks())

    assert_allclose(kept, resample(downmixed(Clip(samples, rate), gains), RATE).samples, atol=1e-4)


def test_everything_is_measured_as_if_it_were_one_clip() -> None:
    clip = Clip(TALK, RATE)

    with heard(TALK) as track:
        activity, waveform = activity_of(TALK, RATE), PeaksMeter(RATE)
        waveform.add(TALK)
        measures = track.measures

    assert measures.loudness.integrated_lufs == pytest.approx(loudness(clip).integrated_lufs, abs=0.01)
    assert measures.loudness.true_peak_dbtp == pytest.approx(loudness(clip).true_peak_dbtp, abs=0.01)
    assert track.activity.is_speech.tolist() == activity.is_speech.tolist()
    assert track.waveform == waveform.result()
    assert (measures.snr_db, measures.noise_floor_dbfs) == (activity.snr_db, activity.noise_floor_dbfs)
    assert measures.active_ratio == activity.speech_ratio
    assert measures.heard_ratio == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("kind", ["WAV", "FLAC", "AIFF", "W64"])
def test_the_wrapping_changes_nothing(kind: str) -> None:
    samples = np.frombuffer(to_pcm16(Clip(TALK, RATE)), np.int16)

    with heard(file_of(samples, subtype="PCM_16")) as plain, heard(file_of(samples, kind=kind, subtype=None)) as track:
        assert track.measures == plain.measures


@pytest.mark.parametrize("offset", [0.01, -0.1])
def test_an_offset_is_found_and_hides_nothing(offset: float) -> None:
    with heard(TALK) as plain, heard(TALK + np.float32(offset)) as track:
        kept = joined(track.spool.blocks())

    assert track.measures.dc_offset == pytest.approx(offset, abs=1e-4)
    assert kept.mean() == pytest.approx(offset, abs=1e-3)
    assert track.measures.noise_floor_dbfs == pytest.approx(plain.measures.noise_floor_dbfs, abs=0.5)
    assert track.measures.snr_db == pytest.approx(plain.measures.snr_db, abs=0.5)
    assert track.measures.loudness.integrated_lufs == pytest.approx(plain.measures.loudness.integrated_lufs, abs=0.1)
    assert track.measures.bandwidth_hz == pytest.approx(plain.measures.bandwidth_hz, abs=200)
    assert np.mean(track.activity.is_speech == plain.activity.is_speech) > 0.99


def test_channels_that_cancel_each_other_are_heard_one_alone() -> None:
    with heard(TALK) as plain, heard(np.hstack([TALK, -TALK])) as track:
        kept = joined(track.spool.blocks())

    assert (track.origin.n_channels, track.origin.used_channel, plain.origin.used_channel) == (2, 0, None)
    assert track.measures.loudness == plain.measures.loudness
    assert_allclose(kept, TALK, atol=1e-4)


def test_a_voice_in_one_channel_only_is_heard_at_half() -> None:
    with heard(TALK) as plain, heard(np.hstack([silence(seconds=8), TALK])) as track:
        assert track.origin.used_channel is None
        assert track.measures.peak_dbfs == plain.measures.peak_dbfs
        lower_lu = plain.measures.loudness.integrated_lufs - track.measures.loudness.integrated_lufs
        assert lower_lu == pytest.approx(6.02, abs=0.05)
        assert track.measures.has_speech


@pytest.mark.parametrize("samples", [silence(seconds=2), np.full((2 * RATE, 1), np.nan, np.float32)], ids=["0", "nan"])
def test_of_digital_silence_there_is_nothing_to_say(samples: np.ndarray) -> None:
    with heard(samples) as track:
        measures = track.measures

    levels = (measures.peak_dbfs, measures.loudness.integrated_lufs, measures.noise_floor_dbfs)
    assert levels == (-math.inf, -math.inf, -math.inf)
    assert (measures.snr_db, measures.bandwidth_hz, measures.dc_offset) == (None, None, 0)
    assert (measures.active_ratio, measures.heard_ratio, measures.clipped_ratio) == (0, 0, 0)


def test_nothing_but_an_offset_is_silence_too() -> None:
    with heard(np.full((2 * RATE, 1), 0.5, np.float32)) as track:
        assert track.measures.dc_offset == pytest.approx(0.5)
        assert track.measures.loudness.integrated_lufs == -math.inf
        assert not track.measures.has_speech


def test_what_was_lost_is_measured_before_anything_is_changed() -> None:
    with heard(np.hstack([EDGES, 0 * EDGES])) as track:
        assert track.measures.clipped_ratio == 0.5
        assert track.measures.peak_dbfs == 0


@pytest.mark.parametrize("n_frames", [1, 2, 10, 240])
@pytest.mark.parametrize("rate", [8_000, 24_000, 48_000])
def test_a_moment_is_a_recording(n_frames: int, rate: int) -> None:
    with heard(tone(rate=rate)[1 : 1 + n_frames], rate) as track:
        assert track.spool.n_frames == max(1, round(n_frames * RATE / rate))
        assert track.measures.dc_offset == 0


def test_less_than_a_frame_is_refused() -> None:
    with pytest.raises(UnreadableAudio, match="Record again"):
        heard(file_of(noise(rate=192_000)[:1], 192_000))


def test_how_far_it_is_is_told_and_too_much_is_refused_before_it_is_decoded() -> None:
    hearing = listen(to_wav(Clip(noise(seconds=10), RATE)), max_duration_s=3.5)

    assert [next(hearing), next(hearing), next(hearing)] == [1, 2, 3]
    with pytest.raises(ClipTooLong) as refused:
        next(hearing)
    assert (refused.value.duration_s, refused.value.max_duration_s) == (10, 3.5)


def test_exactly_as_much_as_is_allowed_is_heard() -> None:
    with heard(noise(seconds=2), max_duration_s=2) as track:
        assert track.duration_s == 2


def test_too_many_bytes_are_refused() -> None:
    with pytest.raises(FileTooLarge):
        heard(noise(), max_size_bytes=1_000)


def test_whoever_stops_asking_leaves_nothing_behind() -> None:
    hearing = listen(file_of(noise(seconds=60)))  # more than fits into memory; warnings of open files are errors
    for _ in range(30):
        next(hearing)

    hearing.close()


@pytest.mark.parametrize(
    ("said", "is_plain"),
    [
        ({}, True),
        ({"container": Container.MP3, "codec": "mp3float"}, True),
        ({"container": Container.MP3, "codec": "mp2float"}, False),
        ({"codec": "pcm_f32le"}, False),
        ({"codec": "adpcm_ms"}, False),
        ({"container": Container.WEBM, "codec": "opus"}, False),
        ({"n_channels": 2, "used_channel": 1}, False),
    ],
)
def test_what_others_may_read_otherwise_is_not_plain(said: dict[str, object], is_plain: bool) -> None:
    assert origin(**said).is_plain is is_plain


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "offset"),
    [
        ("tyiannak__pyAudioAnalysis/pyAudioAnalysis__data__diarizationExample.wav", 0.0605),
        (
            "Azure-Samples__cognitive-services-speech-sdk/samples__csharp__sharedcontent__console__whatstheweatherlike.wav",
            0,
        ),
    ],
)
def test_the_offset_of_a_real_recording_is_told_from_a_voice_that_is_not_symmetrical(name: str, offset: float) -> None:
    with heard(real_file(f"speech/{name}")) as track:
        assert track.measures.dc_offset == pytest.approx(offset, abs=5e-4)
        assert track.measures.snr_db is not None
        assert track.measures.snr_db > 15
