from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from clips import noise, silence, tone
from hypothesis import given, settings
from hypothesis import strategies as st
from real import real_files
from talks import voice

from audiokit.audio.clip import Samples
from audiokit.audio.decode import decode
from audiokit.audio.measuring.clipping import ClippingMeter

RATE = 16_000
SPOKEN = [
    path
    for path in real_files("speech/**/*")
    if path.suffix in {".wav", ".flac", ".mp3"} and "noise" not in path.name and "fixtures" not in path.name
]


def clipped_ratio(samples: Samples, *cuts: int, rate: int = RATE) -> float:
    meter = ClippingMeter(rate, samples.shape[1])
    for block in np.split(samples, cuts):
        meter.add(block)
    return meter.ratio


def in_bits(samples: Samples, bits: int) -> Samples:
    steps = 2 ** (bits - 1)
    return np.asarray(np.clip(np.rint(samples * steps), -steps, steps - 1) / steps, np.float32)


def u_law(samples: Samples) -> Samples:
    """As G.711 gives it back: 256 levels, the largest at 98 % of full scale (the rule, not the table)."""
    mu = 255
    code = np.rint(127 * np.sign(samples) * np.log1p(mu * np.abs(np.clip(samples, -1, 1))) / np.log1p(mu)) / 127
    return np.asarray(0.98 * np.sign(code) * np.expm1(np.abs(code) * np.log1p(mu)) / mu, np.float32)


def overdriven(times: float) -> Samples:
    return np.asarray(np.clip(times * voice(seconds=4), -1, 1), np.float32)


def truly_clipped(samples: Samples) -> float:
    return float((np.abs(samples) >= 1).mean())


@pytest.mark.parametrize("times", [4, 8, 30])
@pytest.mark.parametrize("bits", [16, 8])
@pytest.mark.parametrize("turned_down", [1.0, 0.5, 0.1])
def test_what_was_cut_is_found_though_it_was_turned_down_afterwards(
    times: float, bits: int, turned_down: float
) -> None:
    cut = overdriven(times)

    found = clipped_ratio(in_bits(np.float32(turned_down) * cut, bits))
    assert truly_clipped(cut) > 0.02
    assert found == pytest.approx(truly_clipped(cut), rel=0.15)


def test_what_a_telephone_cut_is_found() -> None:
    assert clipped_ratio(u_law(overdriven(8))) == pytest.approx(truly_clipped(overdriven(8)), rel=0.15)


def test_one_side_that_is_cut_is_found() -> None:
    one_side = np.clip(8 * voice(seconds=4), -9, 0.3).astype(np.float32) / 9

    assert clipped_ratio(np.asarray(one_side, np.float32)) > 0.05


def test_a_channel_that_is_cut_below_the_other_is_found() -> None:
    both = np.hstack([np.float32(0.3) * overdriven(8), voice(seconds=4, rms=0.15)])

    assert clipped_ratio(both) == pytest.approx(truly_clipped(overdriven(8)) / 2, rel=0.15)


@pytest.mark.parametrize(
    "samples",
    [voice(seconds=4), noise(seconds=4, rate=RATE), silence(rate=RATE), np.zeros((0, 1), np.float32)],
    ids=["voice", "noise", "silence", "nothing"],
)
def test_what_is_whole_is_not_called_clipped(samples: Samples) -> None:
    assert clipped_ratio(samples) == 0
    assert clipped_ratio(in_bits(samples, 8)) == 0


@pytest.mark.parametrize("hz", [50, 60, 120, 200, 440, 1_000, 3_000])
@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 48_000])
def test_a_pure_tone_has_round_tops(hz: float, rate: int) -> None:
    assert clipped_ratio(tone(hz, seconds=2, rate=rate, peak=0.7), rate=rate) == 0


@settings(max_examples=25, deadline=None)
@given(cuts=st.lists(st.integers(0, 4 * RATE), max_size=6))
def test_where_blocks_are_cut_changes_little(cuts: list[int]) -> None:
    half = np.float32(0.5) * overdriven(8)

    assert clipped_ratio(half, *sorted(cuts)) == pytest.approx(clipped_ratio(half), rel=0.1)


@pytest.mark.real
@pytest.mark.parametrize("path", SPOKEN[::2], ids=lambda path: path.name)
def test_real_speech_is_clipped_only_once_it_is_cut(path: Path) -> None:
    clip = decode(path.read_bytes())
    samples, rate = clip.samples[: 20 * clip.sample_rate_hz, :1], clip.sample_rate_hz
    samples = samples / max(np.abs(samples).max(), np.float32(1e-9))
    half = np.float32(0.5)

    assert clipped_ratio(half * samples, rate=rate) < 0.002
    assert clipped_ratio(in_bits(half * samples, 8), rate=rate) < 0.002
    cut = np.clip(8 * samples, -1, 1)
    if truly_clipped(cut) > 0.03:
        assert clipped_ratio(half * cut, rate=rate) == pytest.approx(truly_clipped(cut), rel=0.5)
