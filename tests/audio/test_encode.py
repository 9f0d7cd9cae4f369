from __future__ import annotations

import time

import numpy as np
import pytest
from clips import loudest_hz, noise, tone
from numpy.testing import assert_array_equal

from audiokit.audio.clip import Clip
from audiokit.audio.decode import decode
from audiokit.audio.encode import SoundFormat, encode
from audiokit.audio.wav import from_pcm16, to_pcm16

LOSSY = [SoundFormat.MP3, SoundFormat.OPUS, SoundFormat.AAC, SoundFormat.M4A, SoundFormat.M4B]
PADDED = [SoundFormat.AAC, SoundFormat.M4A, SoundFormat.M4B]  # MP3 and Opus tell how much to leave out
LOSSLESS = [SoundFormat.WAV, SoundFormat.FLAC]


@pytest.mark.parametrize("to", [*LOSSY, *LOSSLESS])
@pytest.mark.parametrize(
    ("rate", "channels"), [(8_000, 1), (11_025, 1), (24_000, 1), (44_100, 2), (48_000, 6), (96_000, 1)]
)
def test_a_tone_comes_back_with_its_frequency_length_and_level(to: SoundFormat, rate: int, channels: int) -> None:
    clip = decode(encode(Clip(tone(1_000, rate=rate, channels=channels), rate), to))

    assert loudest_hz(clip.samples, clip.sample_rate_hz) == pytest.approx(1_000, abs=2)
    assert clip.duration_s == pytest.approx(1.0, abs=0.1 if to in PADDED else 1e-3)
    assert 0.45 < np.abs(clip.samples).max() < 0.55


@pytest.mark.parametrize("to", LOSSLESS)
@pytest.mark.parametrize("channels", [1, 2, 8])
def test_lossless_formats_keep_all_sixteen_bits(to: SoundFormat, channels: int) -> None:
    clip = Clip(noise(seconds=0.2, rate=22_050, channels=channels), 22_050)

    again = decode(encode(clip, to))

    assert again.sample_rate_hz == 22_050
    assert_array_equal(again.samples, from_pcm16(to_pcm16(clip), 22_050, channels).samples)


def test_pcm16_is_the_bare_samples() -> None:
    clip = Clip(tone(), 24_000)

    assert encode(clip, SoundFormat.PCM16) == to_pcm16(clip)


def test_speech_as_mp3_is_what_the_speech_endpoint_answers_with() -> None:
    first, second = encode(Clip(tone(), 24_000), SoundFormat.MP3)[:2], b"\xff\xf3"

    assert first == second  # MPEG-2 layer III, without a tag before it
    assert decode(encode(Clip(tone(), 24_000), SoundFormat.MP3)).sample_rate_hz == 24_000
    assert len(encode(Clip(tone(seconds=10), 24_000), SoundFormat.MP3)) == pytest.approx(160_000, rel=0.02)


@pytest.mark.parametrize("to", [SoundFormat.MP3, SoundFormat.AAC, SoundFormat.M4A])
@pytest.mark.parametrize(("rate", "taken"), [(8_000, 16_000), (16_001, 22_050), (44_100, 44_100), (192_000, 48_000)])
def test_lossy_formats_take_the_next_rate_that_players_know(to: SoundFormat, rate: int, taken: int) -> None:
    assert decode(encode(Clip(tone(rate=rate), rate), to)).sample_rate_hz == taken


@pytest.mark.parametrize("to", LOSSY)
def test_two_channels_stay_apart(to: SoundFormat) -> None:
    samples = np.hstack([tone(500, rate=48_000), tone(2_000, rate=48_000)])

    clip = decode(encode(Clip(samples, 48_000), to))

    assert [round(loudest_hz(clip.samples[:, [c]], 48_000), -1) for c in (0, 1)] == [500, 2_000]


@pytest.mark.parametrize("to", [*LOSSY, *LOSSLESS])
def test_the_shortest_clip_can_be_encoded(to: SoundFormat) -> None:
    assert decode(encode(Clip(np.full((1, 1), 0.1, np.float32), 24_000), to)).n_frames >= 1


@pytest.mark.parametrize("to", list(SoundFormat))
def test_an_empty_clip_is_refused(to: SoundFormat) -> None:
    with pytest.raises(ValueError, match="empty"):
        encode(Clip(np.zeros((0, 1), np.float32), 24_000), to)


@pytest.mark.parametrize("to", LOSSY)
def test_full_scale_sound_stays_near_full_scale(to: SoundFormat) -> None:
    clip = decode(encode(Clip(tone(440, peak=1.0), 24_000), to))

    assert 0.9 < np.abs(clip.samples).max() < 1.15


def test_every_format_has_a_media_type_and_an_ending() -> None:
    assert {to.extension: to.media_type for to in SoundFormat} == {
        "wav": "audio/wav",
        "mp3": "audio/mpeg",
        "flac": "audio/flac",
        "opus": "audio/ogg",
        "aac": "audio/aac",
        "pcm": "audio/pcm",
        "m4a": "audio/mp4",
        "m4b": "audio/mp4",
    }


@pytest.mark.parametrize("to", list(SoundFormat))
def test_encoding_is_many_times_faster_than_listening(to: SoundFormat) -> None:
    clip = Clip(noise(seconds=20), 24_000)

    started = time.process_time()
    encode(clip, to)

    assert time.process_time() - started < 2
