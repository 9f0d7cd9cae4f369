"""Documents: sentences, what says most, what answers. Whatever is said of a document stands in it."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiokit.offline.documents import best_sentences
from audiokit.offline.messages import Message
from audiokit.offline.sentences import Sentence, sentences, terms
from audiokit.offline.summarise import key_sentences
from audiokit.offline.think import think

NOW = datetime(2026, 11, 21, 15, 52, tzinfo=UTC)
TAMAR = (
    "The river Tamar rises in Cornwall. Mr. Smith built a bridge over it in 1859, after a plan of Brunel. "
    "It carries trains every day, and boats pass below it.\n\n[page 2]\n"
    "The bridge was painted grey in 1998. Otters returned to the river in 2004, after forty years. "
    "Many visitors walk along the banks in summer."
)


def ask(question: str, document: str = TAMAR, title: str = "The Tamar") -> str:
    text = f'{question}\n<document title="{title}">{document}</document>'
    return think([Message(role="user", text=text)], NOW).text


def test_sentences_end_where_they_end() -> None:
    text = "Dr. A. Smith paid 3.50 e.g. for tea. He said: “Go!” Then J. left... 1. First item.\nNot two lines"

    assert [s.text for s in sentences(text)] == [
        "Dr. A. Smith paid 3.50 e.g. for tea.",
        "He said: “Go!”",
        "Then J. left...",
        "1. First item.",
        "Not two lines",
    ]


def test_a_sentence_knows_its_page() -> None:
    assert [s.page for s in sentences(TAMAR)] == [None, None, None, 2, 2, 2]
    assert [s.page for s in sentences("One here.\fTwo here.\fThree here.")] == [1, 2, 3]


def test_languages_without_spaces_have_terms_too() -> None:
    assert terms("天气很好") == ["天气", "气很", "很好"]


@given(st.text(max_size=300))
def test_no_text_breaks_the_splitter(text: str) -> None:
    assert all(sentence.text.strip() for sentence in sentences(text))


def test_a_question_is_answered_verbatim_with_its_page() -> None:
    assert ask("When was the bridge painted?") == "From your document, page 2: The bridge was painted grey in 1998."


def test_a_misheard_question_still_finds_its_sentence() -> None:
    assert "Otters returned" in ask("one did the otters comeback two the river")


def test_what_a_document_does_not_say_is_not_answered() -> None:
    assert ask("How tall is the Eiffel tower?").startswith("I did not find that in your document.")


@pytest.mark.parametrize("n", [1, 2, 4])
def test_a_summary_has_as_many_sentences_as_asked_and_all_of_them_are_the_documents_own(n: int) -> None:
    summary = sentences(ask(f"Please summarise this in {n} sentences"))

    assert len(summary) == n
    assert {s.text for s in summary} <= {s.text for s in sentences(TAMAR)}


def test_a_document_alone_is_summarised() -> None:
    assert len(sentences(ask(""))) == 3


def test_a_long_text_is_a_document_without_being_marked() -> None:
    street = "Nothing ever happened in that long street. " * 30
    text = f"What colour was the house?\n\nThe old house was blue. {street}"

    assert think([Message(role="user", text=text)], NOW).text == "From your document: The old house was blue."


def test_the_clock_still_works_beside_a_document() -> None:
    assert ask("what time is it") == "It is three fifty-two in the afternoon."


def test_the_sentences_that_say_most_leave_out_what_is_said_twice() -> None:
    apples = "Apples and pears grow in the old orchard near the village."
    text = f"{apples} The harvest of apples feeds the whole village. {apples} Bees visit the orchard in spring."

    chosen = [s.text for s in key_sentences(sentences(text), 2)]

    assert len(set(chosen)) == 2


def test_the_order_of_a_summary_is_the_documents() -> None:
    pool = sentences(TAMAR)
    places = [pool.index(sentence) for sentence in key_sentences(pool, 4)]

    assert places == sorted(places)


def test_a_very_long_document_is_summarised_in_bounded_memory() -> None:
    words = [f"word{n}" for n in range(500)]
    chance = np.random.default_rng(0)
    text = [Sentence(" ".join(chance.choice(words, 9)) + ".") for _ in range(6_000)]

    assert len(key_sentences(text[:1_500], 5)) == 5


def test_nothing_is_found_in_nothing() -> None:
    assert best_sentences("anything", []) == []
    assert best_sentences("the of and", sentences(TAMAR)) == []
