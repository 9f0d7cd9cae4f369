from __future__ import annotations

import pytest
from covers import jpeg, png
from hypothesis import given
from hypothesis import strategies as st

from audiokit.audio.writing.pictures import picture_size
from audiokit.audio.writing.tags import Cover
from audiokit.errors import UnsupportedFormat

SIDES = st.integers(min_value=1, max_value=600)


@given(SIDES, SIDES)
def test_the_size_of_a_png_is_read(width: int, height: int) -> None:
    assert picture_size(png(width, height), "image/png") == (width, height)


@pytest.mark.parametrize("size", [(16, 16), (40, 30), (30, 40), (601, 7)])
def test_the_size_of_a_jpeg_is_read(size: tuple[int, int]) -> None:
    assert picture_size(jpeg(*size), "image/jpeg") == size


def test_padding_and_a_long_comment_before_the_frame_of_a_jpeg_are_passed_over() -> None:
    data = jpeg()
    comment = b"\xff\xff\xff\xfe" + (60_002).to_bytes(2, "big") + b"\xff\xc0" * 30_000

    assert picture_size(data[:2] + comment + data[2:], "image/jpeg") == (40, 30)


@pytest.mark.parametrize(("data", "media_type"), [(png(), "image/png"), (jpeg(), "image/jpeg")])
def test_a_picture_cut_before_its_size_has_none(data: bytes, media_type: str) -> None:
    sizes = {picture_size(data[:cut], media_type) for cut in range(len(data))}

    assert sizes == {None, (40, 30)}
    assert picture_size(data[:20], media_type) is None


@given(st.binary(max_size=300), st.sampled_from(["image/png", "image/jpeg"]))
def test_random_bytes_have_no_size_or_one_above_nothing(data: bytes, media_type: str) -> None:
    for begun in (data, b"\xff\xd8" + data, png()[:16] + data):
        size = picture_size(begun, media_type)
        assert size is None or min(size) > 0


@pytest.mark.parametrize(
    ("data", "media_type"),
    [(b"", "image/png"), (png(), "image/jpeg"), (jpeg(), "image/png"), (png(), "image/webp"), (b"GIF89a", "image/gif")],
)
def test_a_cover_is_a_jpeg_or_a_png_and_what_it_says_to_be(data: bytes, media_type: str) -> None:
    with pytest.raises(UnsupportedFormat, match="JPEG or PNG"):
        Cover(data, media_type)


def test_a_cover_does_not_print_its_bytes() -> None:
    assert len(repr(Cover(png(), "image/png"))) < 60
