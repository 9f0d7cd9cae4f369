"""Covers: square, light, the same for the same programme, with a title that fits and can be read."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from audiokit.summaries.cover import SIZE_PX, cover

LONG = (
    "What the committee's annual budget means for the schools of the northern region, and for all who live there " * 3
)


def pixels(title: str, seed: str = "0a1b2c") -> np.ndarray:
    picture = Image.open(io.BytesIO(cover(title, seed).data))
    assert picture.format == "JPEG"
    return np.asarray(picture.convert("RGB"), np.float64)


def letters(picture: np.ndarray) -> np.ndarray:
    """Return which pixels are white, or nearly so."""
    return np.asarray(picture.min(axis=2) > 225)


@pytest.mark.parametrize("title", ["Tea", LONG, "W" * 90, "Łódź", "中国的河流", "🎧", "", "<script>alert(1)</script>"])
def test_a_cover_is_square_and_lighter_than_200_kb(title: str) -> None:
    made = cover(title, "0a1b2c")
    assert made.size_px == (SIZE_PX, SIZE_PX)
    assert len(made.data) < 200_000


@pytest.mark.parametrize("title", ["Tea", LONG, "W" * 90, "a b " * 40])
def test_a_title_is_drawn_within_the_margins_and_below_the_wave(title: str) -> None:
    is_letter = letters(pixels(title))[600:]
    rows, columns = np.nonzero(is_letter)
    assert len(rows) > 1000
    assert columns.min() > 90
    assert columns.max() < SIZE_PX - 90
    assert rows.max() + 600 < SIZE_PX - 60


def test_a_title_that_no_font_can_draw_is_left_out_rather_than_drawn_as_boxes() -> None:
    assert not letters(pixels("\U000f0000\U000f0001"))[600:].any()


def test_the_same_programme_has_the_same_cover_and_another_one_has_another() -> None:
    assert cover("Tea", "a").data == cover("Tea", "a").data
    assert np.abs(pixels("Tea", "a")[:100] - pixels("Tea", "b")[:100]).mean() > 5
    assert np.abs(pixels("Tea", "a")[:500] - pixels("Coffee", "a")[:500]).mean() < 1


@settings(max_examples=8)
@given(seed=st.text(max_size=40))
def test_white_letters_can_be_read_on_every_background(seed: str) -> None:
    picture = pixels("", seed)
    for corner in (picture[:8, :8], picture[-8:, -8:], picture[:8, -8:], picture[-8:, :8]):
        rgb = corner.mean(axis=(0, 1)) / 255
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        contrast = 1.05 / (linear @ (0.2126, 0.7152, 0.0722) + 0.05)
        assert contrast > 4.5  # WCAG 2.2, 1.4.3
