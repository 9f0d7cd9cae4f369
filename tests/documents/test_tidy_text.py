"""Text that was broken for the page is made whole for the ear, and nothing else is touched."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiokit.documents.tidy import clean, joined, one_line, words_of


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("the oﬃce is ﬁne", "the office is fine"),
        ("m² and ½ of №5™", "m² and ½ of №5™"),
        ("a\r\nb\rc\u2028d\fe", "a\nb\nc\nd\ne"),
        ("ten\xa0thousand\u2009km", "ten thousand km"),
        ("zero\u200bwidth\ufeff \u202ahidden\u202c", "zerowidth hidden"),
        ("می\u200cخواهم", "می\u200cخواهم"),  # noqa: RUF001 - Persian is meant
        ("\uf0b7 first\n\u25aa second", "• first\n• second"),
        ("e\u0301", "é"),
        ("𝑥 + 𝐲", "x + y"),  # noqa: RUF001 - what formulas are written in
        ("ﻣﺮﺣﺒﺎ", "مرحبا"),
        ("\ud800half\x00", "half"),
    ],
)
def test_characters_become_those_that_can_be_spoken(given: str, expected: str) -> None:
    assert clean(given) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["an exam-", "ple of it"], "an example of it"),
        (["an exam\xad", "ple of it"], "an example of it"),
        (["the state-of-the-", "art engine"], "the state-of-the-art engine"),
        (["an Anglo-", "Saxon word"], "an Anglo-Saxon word"),
        (["from 1990-", "1995 on"], "from 1990-1995 on"),
        (["he paused -", "and went on"], "he paused - and went on"),
        (["one", "", "  two  words "], "one two words"),
        (["中國是", "一個"], "中國是一個"),
        (["soft\xadly spoken"], "softly spoken"),
        ([], ""),
    ],
)
def test_lines_of_a_paragraph_become_one(lines: list[str], expected: str) -> None:
    assert joined(lines) == expected


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ("it is well-known that", "a well-known fact"),
        ("nothing of the kind", "a wellknown fact"),
        ("the wellknown well-known", "a wellknown fact"),
        ("he is well and known", "a well-known fact"),
    ],
)
def test_a_hyphen_at_a_line_end_is_kept_where_the_document_has_it(known: str, expected: str) -> None:
    assert joined(["a well-", "known fact"], words_of(known)) == expected


def test_pieces_of_words_at_line_ends_are_no_words() -> None:
    assert words_of("an exam-\nple of a well-known\nthing") == {"an", "of", "a", "well-known", "thing"}


@settings(deadline=None)
@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = clean(text)
    assert clean(once) == once


@settings(deadline=None)
@given(st.text())
def test_cleaned_text_is_composed_and_can_be_stored(text: str) -> None:
    cleaned = clean(text)

    cleaned.encode("utf-8")
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not any(unicodedata.category(char) == "Cc" for char in cleaned if char != "\n")


@settings(deadline=None)
@given(st.text(alphabet=st.characters(codec="ascii")))
def test_plain_ascii_keeps_all_it_says(text: str) -> None:
    assert clean(text).split() == "".join(char if char.isprintable() else " " * char.isspace() for char in text).split()


@settings(deadline=None)
@given(st.lists(st.text(alphabet="abcde fgh.,", max_size=30)))
def test_joining_lines_without_hyphens_loses_and_adds_no_word(lines: list[str]) -> None:
    assert joined(lines).split() == " ".join(lines).split()


@settings(deadline=None)
@given(st.lists(st.text(max_size=40)))
def test_what_was_joined_is_one_line_and_has_every_letter(lines: list[str]) -> None:
    whole = joined([clean(line) for line in lines])

    letters = [char for line in lines for char in clean(line) if char.isalnum()]
    assert "\n" not in whole
    assert whole == one_line(whole)
    assert [char for char in whole if char.isalnum()] == letters


def test_a_million_short_lines_are_joined_in_a_moment() -> None:
    assert len(joined(["x-"] * 300_000)) > 300_000
