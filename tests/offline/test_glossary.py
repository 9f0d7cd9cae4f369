"""The list of words and phrases: what is in it comes back, what is not stays, and numbers are kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiokit.offline.glossary import LANGUAGES, entries, translate
from audiokit.offline.numbers import figures

OTHERS = [code for code in LANGUAGES if code != "en"]
languages = st.sampled_from(OTHERS)
phrases = st.sampled_from(sorted(entries("de")))
unknown = st.from_regex(r"[b-df-hj-np-tv-xz]{4,9}", fullmatch=True)  # no English word is without a vowel and so long


@pytest.mark.parametrize("into", OTHERS)
def test_every_phrase_and_word_comes_back_as_its_translation(into: str) -> None:
    known = entries(into)

    assert len(known) > 800
    assert sum(" " in said for said in known) >= 50
    assert {said: translate(said, into) for said in known} == dict(known)


@given(languages, st.lists(st.tuples(phrases, unknown), min_size=1, max_size=6))
def test_phrases_among_unknown_words_are_found_and_the_unknown_stay(into: str, pairs: list[tuple[str, str]]) -> None:
    text = " ".join(f"{phrase} {word}" for phrase, word in pairs)

    assert translate(text, into) == " ".join(f"{entries(into)[phrase]} {word}" for phrase, word in pairs)


@given(languages, st.lists(unknown, max_size=8))
def test_what_nobody_knows_stays_as_it_is(into: str, words: list[str]) -> None:
    assert translate("  ".join(words), into) == "  ".join(words)


@given(languages, st.integers(min_value=0, max_value=10**9))
def test_numbers_in_figures_are_kept(into: str, number: int) -> None:
    for written in (f"{number}", f"{number:,}", f"{number}.5"):
        assert translate(f"grmpf {written} grmpf", into) == f"grmpf {written} grmpf"


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("twenty five", "25"),
        ("twenty-five", "25"),
        ("a hundred and five", "105"),
        ("two thousand twenty six", "2026"),
        ("three point five", "3.5"),
    ],
)
def test_numbers_of_several_words_become_figures_for_a_voice_to_read(said: str, number: str) -> None:
    assert figures(said) == number
    assert translate(f"{said} apples", "de") == f"{number} apples"


@given(languages, st.text(max_size=80))
def test_any_text_goes_through(into: str, text: str) -> None:
    assert translate(text, "en") == text
    assert translate(text, into).isspace() == text.isspace()


def test_the_longest_phrase_goes_first() -> None:
    assert translate("good", "de") == "gut"
    assert translate("good morning", "de") == "guten Morgen"
    assert translate("thank you", "fr") == "merci"
    assert translate("thank you very much", "fr") == "merci beaucoup"


def test_a_phrase_ends_where_a_mark_stands_between_its_words() -> None:
    assert translate("It is good. Morning!", "de") == "Es ist gut. Morgen!"


def test_marks_stay_and_sentences_begin_as_they_began() -> None:
    assert translate("Hello, my friend! Where’s the station?", "es") == "Hola, mi amigo! Dónde está el estación?"  # noqa: RUF001 - the typed apostrophe
    assert translate("you and I", "de") == "Sie und ich"


def test_a_language_that_is_not_in_the_list_is_none_of_ours() -> None:
    with pytest.raises(KeyError):
        translate("hello", "it")
