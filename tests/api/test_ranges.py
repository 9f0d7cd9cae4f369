from __future__ import annotations

from email.message import Message

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from audiokit.api.ranges import Unsatisfiable, attachment, parse_range

SIZES = st.integers(0, 10**12)


@given(SIZES, st.integers(0, 10**12), st.integers(0, 10**12))
def test_a_first_and_last_byte_give_just_these(size: int, first: int, length: int) -> None:
    assume(first < size)
    found = parse_range(f"bytes={first}-{first + length}", size)
    assert found is not None
    assert (found.start, found.end) == (first, min(size, first + length + 1))
    assert found.content_range == f"bytes {found.start}-{found.end - 1}/{size}"


@given(SIZES, st.integers(0, 10**12))
def test_an_open_end_goes_to_the_last_byte(size: int, first: int) -> None:
    assume(first < size)
    found = parse_range(f"bytes={first}-", size)
    assert found is not None
    assert found.n_bytes == size - first


@given(st.integers(1, 10**12), st.integers(1, 10**12))
def test_a_suffix_counts_from_the_end_and_is_never_more_than_there_is(size: int, last: int) -> None:
    found = parse_range(f"bytes=-{last}", size)
    assert found is not None
    assert (found.n_bytes, found.end) == (min(size, last), size)


@pytest.mark.parametrize(
    ("header", "size"), [("bytes=10-", 10), ("bytes=11-20", 10), ("bytes=-0", 10), ("bytes=0-", 0)]
)
def test_a_range_without_any_byte_is_unsatisfiable(header: str, size: int) -> None:
    with pytest.raises(Unsatisfiable):
        parse_range(header, size)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=5-2",
        "bytes=0-1,3-4",
        "items=0-1",
        "bytes=a-b",
        "bytes=٣-٤",
        "bytes=+1-2",
    ],
)
def test_what_is_not_one_range_is_ignored(header: str | None) -> None:
    assert parse_range(header, 10) is None


@given(st.text(), st.integers(0, 1000))
def test_no_header_breaks_it(header: str, size: int) -> None:
    try:
        found = parse_range(f"bytes={header}", size)
    except Unsatisfiable:
        return
    assert found is None or 0 <= found.start < found.end <= size


@given(st.text())
def test_a_download_name_is_one_safe_header_whatever_the_person_wrote(name: str) -> None:
    header = attachment(name)
    assert header.isascii()
    assert header.isprintable()
    message = Message()
    message["Content-Disposition"] = header
    saved = message.get_filename() or ""
    assert saved
    assert not set(saved) & set('/\\"\r\n\x00')
    assert not saved.startswith(".")


def test_a_download_keeps_the_name_that_a_person_can_read() -> None:
    assert attachment("Réponse « 1 ».mp3") == (
        "attachment; filename=\"R_ponse _ 1 _.mp3\"; filename*=UTF-8''R%C3%A9ponse%20%C2%AB%201%20%C2%BB.mp3"
    )
