from __future__ import annotations

import json
import math
import time
from pathlib import Path

import numpy as np
import pytest
from clips import noise, silence, tone
from real import real_file, real_files
from talks import talk

from audiokit.audio.clip import Clip
from audiokit.audio.decode import decode
from audiokit.audio.encode import SoundFormat, encode
from audiokit.audio.measuring.levels import levels_of
from audiokit.audio.measuring.quality import Quality, measure, refuse_unusable
from audiokit.audio.wav import from_pcm16, to_pcm16
from audiokit.errors import ClipTooShort, Distorted, NothingHeard

RATE = 24_000
SOUND = {".wav", ".mp3", ".flac", ".opus", ".sph", ".pcm", ".raw"}
# A ramp, the same ramp, and a second of mains hum while a microphone settles: nobody speaks in these.
NO_SPEECH = {"test__fixtures__stereo.wav", "test__fixtures__stereo.mp3", "test__fixtures__mono_c0.opus"}
RECORDINGS = [path for path in real_files("speech/**/*") if path.suffix in SOUND and "noise" not in path.name]
SPOKEN = [path for path in RECORDINGS if path.name not in NO_SPEECH]


def syllables(*, peak: float = 0.3, seconds: float = 2.0, rate: int = RATE) -> np.ndarray:
    """Bursts of a buzz with a formant, a quarter of a second long, four tenths apart: as speech comes and goes."""
    instants = np.arange(round(seconds * rate)) / rate
    buzz = sum(np.sin(2 * np.pi * 120 * k * instants) / (1 + abs(120 * k - 600) / 300) for k in range(1, 25))
    envelope = np.clip(np.sin(2 * np.pi * instants / 0.4), 0, None)
    voiced = np.asarray(buzz * envelope)
    return np.asarray(peak * voiced / np.abs(voiced).max(), np.float32)[:, None]


def hum(*, peak: float, hz: float = 50.0, seconds: float = 3.0) -> np.ndarray:
    instants = np.arange(round(seconds * RATE)) / RATE
    waves = sum(np.sin(2 * np.pi * hz * k * instants + k) / k for k in range(1, 20))
    return np.asarray(peak * waves, np.float32)[:, None]


def is_heard(samples: np.ndarray, rate: int = RATE) -> bool:
    return measure(Clip(samples, rate)).has_speech


def spoken(path: Path) -> Clip:
    if path.suffix in {".pcm", ".raw"}:
        return from_pcm16(path.read_bytes(), 24_000 if "24khz" in path.name else 16_000)
    return decode(path.read_bytes())


def quieter(clip: Clip, rms_dbfs: float) -> Clip:
    """The same, as a sound card would hand it over if it were as quiet as that."""
    factor = np.float32(10 ** ((rms_dbfs - measure(clip).rms_dbfs) / 20))
    return from_pcm16(to_pcm16(Clip(clip.samples * factor, clip.sample_rate_hz)), clip.sample_rate_hz, clip.n_channels)


def test_levels_are_against_full_scale() -> None:
    quality = measure(Clip(tone(peak=0.5), RATE))

    assert quality.duration_s == 1.0
    assert quality.peak_dbfs == pytest.approx(-6.02, abs=0.01)
    assert quality.rms_dbfs == pytest.approx(-9.03, abs=0.01)
    assert quality.clipped_ratio == 0


@pytest.mark.parametrize("rate", [8_000, 24_000, 48_000])
def test_the_noise_floor_is_the_power_between_200_and_3400_hz(rate: int) -> None:
    quality = measure(Clip(noise(seconds=20, rate=rate, rms=0.01), rate))

    in_band = 10 * math.log10(3_200 / (rate / 2))
    assert quality.noise_floor_dbfs == pytest.approx(-40 + in_band, abs=1)


def test_a_tone_in_the_band_is_measured_at_its_own_level() -> None:
    assert measure(Clip(tone(1_000, peak=0.1), RATE)).noise_floor_dbfs == pytest.approx(-23.0, abs=0.1)


@pytest.mark.parametrize("seconds", [0, 0.01, 1])
def test_digital_silence_has_no_level(seconds: float) -> None:
    quality = measure(Clip(silence(seconds=seconds, channels=2), RATE))

    assert (quality.peak_dbfs, quality.rms_dbfs, quality.noise_floor_dbfs) == (-math.inf,) * 3
    assert (quality.clipped_ratio, quality.speech_ratio, quality.has_speech) == (0, 0, False)


@pytest.mark.parametrize("rate", [8_000, 16_000, 24_000, 48_000])
@pytest.mark.parametrize("rms", [1e-4, 1e-2, 0.3])
@pytest.mark.parametrize("seconds", [0.5, 2, 20])
@pytest.mark.parametrize("seed", [0, 1])
def test_steady_noise_is_not_heard(rate: int, rms: float, seconds: float, seed: int) -> None:
    assert measure(Clip(noise(seconds=seconds, rate=rate, rms=rms, seed=seed), rate)).speech_ratio == 0


@pytest.mark.parametrize("to", [SoundFormat.MP3, SoundFormat.OPUS, SoundFormat.AAC])
@pytest.mark.parametrize("rms", [1e-4, 1e-2, 0.2])
def test_steady_noise_is_not_heard_after_a_lossy_codec_either(to: SoundFormat, rms: float) -> None:
    assert not measure(decode(encode(Clip(noise(seconds=5, rms=rms), RATE), to))).has_speech


@pytest.mark.parametrize("hz", [50, 60, 100, 120])
@pytest.mark.parametrize("peak", [1e-4, 1e-3, 1e-2])
def test_hum_is_not_heard(hz: float, peak: float) -> None:
    clean = hum(peak=peak, hz=hz)

    assert not is_heard(clean)
    assert not is_heard(from_pcm16(to_pcm16(Clip(clean, RATE)), RATE).samples)
    assert not is_heard(clean + noise(seconds=3, rms=peak / 3))


@pytest.mark.parametrize("hz", [300, 1_000, 3_000])
def test_a_steady_tone_is_not_heard(hz: float) -> None:
    assert not is_heard(tone(hz, seconds=2))


@pytest.mark.parametrize("asleep_s", [0.2, 3])
def test_noise_is_not_heard_because_the_microphone_wakes_late(asleep_s: float) -> None:
    assert not is_heard(np.vstack([silence(seconds=asleep_s), noise(seconds=2, rms=0.003)]))


def test_a_single_click_is_not_heard() -> None:
    samples = noise(seconds=2, rms=1e-3)
    samples[RATE : RATE + 10] = 0.8

    assert not is_heard(samples)


@pytest.mark.parametrize("peak", [0.5, 0.01, 0.0005])
def test_bursts_like_syllables_are_heard_however_quiet(peak: float) -> None:
    assert is_heard(from_pcm16(to_pcm16(Clip(syllables(peak=peak), RATE)), RATE).samples)


def test_syllables_are_heard_in_noise_as_loud_as_they_are() -> None:
    samples = syllables()

    assert is_heard(samples + noise(seconds=2, rms=float(np.sqrt(np.mean(samples**2)))))


def test_syllables_are_heard_when_both_channels_cancel_each_other() -> None:
    samples = syllables()

    assert is_heard(np.hstack([samples, -samples]))


def test_syllables_are_heard_beside_a_channel_of_loud_noise() -> None:
    assert is_heard(np.hstack([noise(seconds=2, rms=0.3), syllables(peak=0.05)]))


def test_one_syllable_in_ten_minutes_of_noise_is_heard() -> None:
    samples = noise(seconds=600, rate=8_000, rms=0.001)
    samples[80_000:83_200] += syllables(seconds=0.4, rate=8_000, peak=0.05)

    assert is_heard(samples, 8_000)


def test_what_can_be_used_is_measured_and_let_through() -> None:
    quality = measure(Clip(syllables(), RATE))

    refuse_unusable(quality)
    assert quality.has_speech


@pytest.mark.parametrize("samples", [silence(), noise(), hum(peak=1e-3)], ids=["silence", "noise", "hum"])
def test_where_nobody_spoke_the_sentence_says_what_to_do(samples: np.ndarray) -> None:
    with pytest.raises(NothingHeard, match=r"so nothing was sent\. Check that the right microphone is chosen"):
        refuse_unusable(measure(Clip(samples, RATE)))


def test_what_is_too_short_is_refused() -> None:
    with pytest.raises(ClipTooShort, match=r"lasts only 0.30 s"):
        refuse_unusable(measure(Clip(syllables(seconds=0.3), RATE)))
    refuse_unusable(measure(Clip(syllables(seconds=0.3), RATE)), min_duration_s=0.1)


def test_how_much_is_clipped_is_measured() -> None:
    assert measure(Clip(np.clip(8 * syllables(), -1, 1), RATE)).clipped_ratio > 0.03


def test_sound_that_only_touches_full_scale_is_not_called_clipped() -> None:
    quality = measure(Clip(syllables(peak=1.0), RATE))

    assert quality.peak_dbfs == 0
    assert quality.clipped_ratio == 0


@pytest.mark.parametrize("turned_down", [1.0, 0.4])
def test_words_that_are_cut_off_are_not_sent(turned_down: float) -> None:
    voice = talk([(0.5, 4.5)], seconds=5, rate=RATE)
    hopeless = np.float32(turned_down) * np.clip(60 * voice, -1, 1)

    with pytest.raises(Distorted, match=r"too loud: \d\d% of it .* nothing was sent\. Move away"):
        refuse_unusable(measure(Clip(hopeless, RATE)))


@pytest.mark.parametrize("times", [2, 4])
def test_a_recording_that_is_clipped_a_little_is_sent(times: float) -> None:
    quality = measure(Clip(np.clip(times * talk([(0.5, 4.5)], seconds=5, rate=RATE), -1, 1), RATE))

    assert quality.clipped_ratio > 0
    refuse_unusable(quality)


def test_where_nobody_spoke_it_is_not_called_too_loud() -> None:
    with pytest.raises(NothingHeard):
        refuse_unusable(measure(Clip(np.clip(noise(seconds=2, rms=5), -1, 1), RATE)))


def test_the_levels_of_a_recording_are_fit_for_json() -> None:
    levels = levels_of(measure(Clip(talk([(1, 3)], seconds=4, rate=RATE, rms=0.1, noise_rms=1e-3), RATE)))

    assert json.loads(json.dumps(levels, allow_nan=False)) == levels
    assert levels["speech_dbfs"] == pytest.approx(-20, abs=2.5)
    assert levels["noise_dbfs"] == pytest.approx(-60 - 10 * math.log10(12_000 / 3_200), abs=1.5)
    assert levels["peak_dbfs"] is not None
    assert -12 < levels["peak_dbfs"] < 0
    assert levels["clipped_ratio"] == 0
    assert levels["speech_ratio"] == pytest.approx(0.5, abs=0.1)


def test_levels_that_do_not_exist_are_none() -> None:
    assert levels_of(measure(Clip(silence(), RATE))) == {
        "peak_dbfs": None,
        "speech_dbfs": None,
        "noise_dbfs": None,
        "clipped_ratio": 0,
        "speech_ratio": 0,
    }


def test_a_minute_is_measured_in_a_moment() -> None:
    clip = Clip(noise(seconds=60), RATE)

    started = time.process_time()
    quality = measure(clip)

    assert isinstance(quality, Quality)
    assert time.process_time() - started < 0.5


@pytest.mark.real
@pytest.mark.parametrize("path", SPOKEN, ids=lambda path: path.name)
def test_nobody_who_spoke_is_refused(path: Path) -> None:
    clip = spoken(path)
    rms = 10 ** (measure(clip).rms_dbfs / 20)
    noisy = noise(seconds=clip.duration_s, rate=clip.sample_rate_hz, rms=rms, channels=clip.n_channels)

    assert measure(clip).speech_ratio > 0.2
    assert measure(quieter(clip, -65)).has_speech
    assert measure(Clip(clip.samples + noisy, clip.sample_rate_hz)).has_speech


@pytest.mark.real
@pytest.mark.parametrize("path", SPOKEN, ids=lambda path: path.name)
def test_nobody_who_spoke_for_a_second_only_is_refused(path: Path) -> None:
    clip = spoken(path)
    loudest = int(np.argmax(np.abs(clip.samples).max(axis=1)))
    start = max(0, loudest - clip.sample_rate_hz // 2)

    for seconds in (0.4, 1.0):
        excerpt = clip.samples[start:][: round(seconds * clip.sample_rate_hz) + 1]
        if len(excerpt) >= 0.4 * clip.sample_rate_hz and start + len(excerpt) > loudest + 0.1 * clip.sample_rate_hz:
            refuse_unusable(measure(Clip(excerpt, clip.sample_rate_hz)))


@pytest.mark.real
@pytest.mark.parametrize("name", sorted(NO_SPEECH))
def test_real_recordings_of_nothing_are_refused(name: str) -> None:
    with pytest.raises(NothingHeard):
        refuse_unusable(measure(decode(real_file(f"speech/lhotse-speech__lhotse/{name}").read_bytes())))


@pytest.mark.real
@pytest.mark.parametrize("path", real_files("speech/**/*multi-mic__noise*"), ids=lambda path: path.name)
def test_real_steady_noise_is_refused(path: Path) -> None:
    with pytest.raises(NothingHeard):
        refuse_unusable(measure(decode(path.read_bytes())))


@pytest.mark.real
@pytest.mark.parametrize("path", real_files("speech/**/*samples__noise__noise*"), ids=lambda path: path.name)
def test_real_noise_that_comes_and_goes_is_let_through(path: Path) -> None:
    assert measure(decode(path.read_bytes())).has_speech
