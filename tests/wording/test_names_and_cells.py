"""What somebody else wrote, as the name of a file and as a cell of a table."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiokit.words.formulas import no_formula
from audiokit.words.names import MOST_LETTERS, shown_name


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("talk.wav", "talk.wav"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\boot.ini", "boot.ini"),
        ("a\0b\x1f.wav", "ab.wav"),
        ("gnp\u202e3pm.wav", "gnp3pm.wav"),
        ("  Über uns \n heute.txt ", "Über uns heute.txt"),
        ("<script>.wav", "<script>.wav"),
        ("..", "Untitled"),
        ("\u200b\u2066\ud800", "Untitled"),
        ("", "Untitled"),
    ],
)
def test_a_name_is_the_files_own_and_shows_what_it_is(given_name: str, shown: str) -> None:
    assert shown_name(given_name) == shown


@given(st.text(), st.sampled_from(["", ".wav", ".flac", "." + "x" * 50]))
def test_a_name_can_be_kept_and_shown_wherever_it_came_from(stem: str, ending: str) -> None:
    name = shown_name(stem + ending)

    assert 0 < len(name) <= MOST_LETTERS
    assert not {unicodedata.category(letter) for letter in name} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert "/" not in name
    assert "\\" not in name


def test_a_long_name_keeps_its_ending() -> None:
    assert shown_name("x" * 10_000 + ".flac").endswith("x….flac")


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1+1", "\ufeff=1", " =1"])
def test_a_cell_that_a_spreadsheet_would_run_stands_behind_an_apostrophe(cell: str) -> None:
    assert no_formula(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "hello", "1-1", "a=b", "'=1", "3 @ 4"])
def test_other_cells_stay_as_they_are(cell: str) -> None:
    assert no_formula(cell) == cell
