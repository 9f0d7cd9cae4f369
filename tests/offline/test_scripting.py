"""Forced functions that want a script or a plan: the documents' own sentences, as many as were asked for."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiokit.offline.extracting import shortened
from audiokit.offline.filling import filled
from audiokit.offline.messages import Message, Turn

NOW = datetime(2026, 11, 21, 15, 52, tzinfo=UTC)
Schema = dict[str, Any]
ANIMALS = ("otter", "heron", "beaver", "kingfisher", "salmon", "badger", "swallow", "newt")
PLACES = ("the upper valley", "a flooded quarry", "the old canal", "every reed bed", "the estuary", "two small lakes")
ENDS = (
    "in spring.",
    "when the water is low and the nights are short.",
    "although nobody had expected it there.",
    "and was counted by volunteers on three mornings in a row.",
    "which the report calls a surprise, since the bank had been cleared only a year before.",
)


def closed(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


TEXT: Schema = {"type": "string"}


def script(*speakers: str) -> Schema:
    line = closed(speaker={"type": "string", "enum": list(speakers)}, text=TEXT, quote=TEXT, mark=TEXT)
    return closed(lines={"type": "array", "items": line})


PLAN = closed(
    title=TEXT,
    sections={"type": "array", "items": closed(title=TEXT, passages={"type": "array", "items": {"type": "integer"}})},
)


def sentence(number: int) -> str:
    animal, place = ANIMALS[number % 8], PLACES[number // 3 % 6]
    return f"The {animal} was seen near {place} {ENDS[(number * 7 + number // 5) % 5]}"


def page(number: int, heading: str = "", n: int = 24) -> str:
    text = " ".join(dict.fromkeys(sentence(number * 24 + index) for index in range(n)))
    return f'<passage id="{number}" mark="p. {number}" heading="{heading}">\n{text}\n</passage>'


def document(*pages: str, title: str = "The River Report") -> str:
    return f'<document title="{title}">\n{"".join(pages)}\n</document>'


def fill(schema: Schema, material: str, request: str, rules: str = "You write scripts.") -> Any:
    messages = [Message(role="system", text=rules), Message(role="user", text=f"{material}\n\n{request}")]
    return filled(schema, Turn.of(messages, NOW))


def n_words(lines: list[dict[str, str]]) -> int:
    return sum(len(line["text"].split()) for line in lines)


MATERIAL = document(page(1, "1 Arrivals"), page(2, "1 Arrivals"), page(3, "2 Counts"), page(4, "References"))


@given(st.integers(60, 500), st.sampled_from([("Ann",), ("Ann", "Bob"), ("Ann", "Bob", "Cid")]), st.booleans())
def test_a_script_has_the_words_that_were_asked_for_and_they_are_the_documents_own(
    wanted: int, names: tuple[str, ...], first: bool
) -> None:
    which = "section 1 of 4" if first else "section 2 of 4"
    lines = fill(script(*names), MATERIAL, f'Write {which}, "Arrivals", in {wanted} words.')["lines"]

    assert n_words(lines) == pytest.approx(wanted, rel=0.04, abs=3)
    quoted = [line for line in lines if line["text"] == line["quote"]]
    assert n_words(quoted) >= 0.5 * wanted
    assert all(line["quote"] in MATERIAL for line in lines)
    places = [MATERIAL.index(line["quote"]) for line in quoted]
    assert places == sorted(places), "in the documents' order"
    assert len({line["text"] for line in quoted}) == len(quoted), "nothing twice"


def test_each_quote_stands_in_the_passage_of_its_mark() -> None:
    passages = dict(re.findall(r'mark="([^"]+)"[^>]*>\n(.*?)\n</passage>', MATERIAL, re.DOTALL))
    for line in fill(script("Ann"), MATERIAL, "Write section 2 of 2 in 300 words.")["lines"]:
        assert line["quote"] in passages[line["mark"]]


def test_the_first_section_says_what_this_is_and_that_it_is_word_for_word() -> None:
    opening = fill(script("Ann"), MATERIAL, "Write section 1 of 2 in 120 words.")["lines"][0]
    assert opening["text"] == "You will hear sentences from The River Report, word for word."
    assert (opening["quote"], opening["mark"]) == ("", "")


def test_speakers_take_turns_and_a_host_asks_more_than_they_tell() -> None:
    talk = fill(script("Ann", "Bob"), MATERIAL, "Write section 2 of 2 in 300 words.")["lines"]
    names = [line["speaker"] for line in talk]
    assert {"Ann", "Bob"} == set(names)
    assert "Let us look at Arrivals." in [line["text"] for line in talk]
    assert 0.3 < names.count("Ann") / len(names) < 0.7
    assert sum(one != other for one, other in pairwise(names)) >= len(names) // 3

    rules = "Speakers: Ann, who asks short questions; Bob, who answers."
    material = document(page(1, "1 Arrivals"), page(2, "2 COUNTS"))
    asked = fill(script("Ann", "Bob"), material, "Write section 2 of 2 in 650 words.", rules)["lines"]
    questions = [line for line in asked if line["text"].startswith("What does it say about ")]
    assert [line["text"][23:] for line in questions] == ["Arrivals?", "Counts?"]
    assert {line["speaker"] for line in questions} == {"Ann"}
    assert [line["speaker"] for line in asked].count("Ann") < len(asked) / 3


def test_who_asks_is_known_by_their_part_wherever_they_stand() -> None:
    rules = "Speakers: Ann, who explains; Bob, who asks what a listener would ask."
    lines = fill(script("Ann", "Bob"), MATERIAL, "Write section 2 of 2 in 300 words.", rules)["lines"]
    assert {line["speaker"] for line in lines if line["text"].endswith("?")} == {"Bob"}


def test_in_another_language_there_are_no_english_phrases() -> None:
    request = 'Write section 1 of 2 in 200 words. Write in the language with the ISO 639-1 code "de".'
    lines = fill(script("Ann", "Bob"), MATERIAL, request)["lines"]
    assert all(line["text"] == line["quote"] for line in lines)


def test_what_the_script_so_far_says_is_not_said_again_though_a_draft_may_be() -> None:
    request = "Write section 2 of 2 in 200 words."
    first = [line["text"] for line in fill(script("Ann"), MATERIAL, request)["lines"]]
    so_far = f'<document title="The script so far">\n{" ".join(first)}\n</document>'
    draft = f'<document title="Your draft">\n{" ".join(first)}\n</document>'
    after = [line["text"] for line in fill(script("Ann"), f"{MATERIAL}\n{so_far}", request)["lines"]]
    assert not set(first) & set(after)
    assert [line["text"] for line in fill(script("Ann"), f"{MATERIAL}\n{draft}", request)["lines"]] == first


def test_a_short_script_is_of_the_whole_passage_and_not_of_its_beginning() -> None:
    aside = " ".join(f"By the way, {place} has a name that nobody explains." for place in PLACES)
    wheat = " ".join(f"Wheat yields fell in {place} because the spring was dry." for place in PLACES)
    material = document(
        f'<passage id="1" mark="p. 1">\n{aside} {wheat} Wheat yields will fall in dry springs.\n</passage>'
    )
    lines = fill(script("Ann"), material, "Write it in 30 words.")["lines"]
    assert any("heat yields" in line["text"] for line in lines)


def test_recap_questions_come_at_the_end_each_with_its_answer() -> None:
    lines = fill(script("Ann"), MATERIAL, "Write section 2 of 2 in 300 words. End with recap questions.")["lines"]
    questions = [line["text"] for line in lines[-4::2]]
    answers = [line["text"] for line in lines[-3::2]]
    assert all(text.startswith("How does this go on? ") for text in questions)
    assert all(text.startswith("The answer: ") for text in answers)
    assert n_words(lines) == pytest.approx(300, rel=0.04)


def test_captions_formulas_and_rows_of_tables_are_not_read_out() -> None:
    noise = (
        "Table 3: Counts of otters by month.\n\n12 14 17 19 22 31.\n\nE = m c 2 + k 4 / 7 - 12 a.\n\nwhich was cut.\n\n"
    )
    material = document(f'<passage id="1" mark="p. 1">\n{noise}{sentence(1)} {sentence(4)}\n</passage>')
    lines = fill(script("Ann"), material, "Write it in 400 words.")["lines"]
    assert [line["text"] for line in lines] == [sentence(1), sentence(4)]


def test_where_there_are_no_sentences_what_there_is_is_read() -> None:
    material = document('<passage id="1" mark="p. 1">\nApples: 3\n\nPears: 4\n</passage>')
    lines = fill(script("Ann"), material, "Write it in 400 words.")["lines"]
    assert [line["text"] for line in lines] == ["Apples: 3", "Pears: 4"]


def test_other_functions_of_that_shape_are_answered_too_with_pages_where_no_passages_are_marked() -> None:
    row = closed(says=TEXT, evidence=TEXT, page=TEXT, weight={"type": "number"})
    material = f'<document title="T">[page 3] {sentence(1)} [page 4] {sentence(2)}</document>'
    rows = fill(closed(rows={"type": "array", "items": row}), material, "List it.")["rows"]
    assert rows == [
        {"says": sentence(1), "evidence": sentence(1), "page": "page 3", "weight": 0},
        {"says": sentence(2), "evidence": sentence(2), "page": "page 4", "weight": 0},
    ]


def test_a_plan_parts_the_passages_at_their_headings_and_takes_its_titles_from_them() -> None:
    plan = fill(PLAN, MATERIAL, "Plan it: 900 words, 2 sections.")
    assert plan == {
        "title": "The River Report",
        "sections": [{"title": "Arrivals", "passages": [1, 2]}, {"title": "Counts", "passages": [3]}],
    }


@given(st.integers(1, 14), st.integers(1, 10))
def test_a_plan_has_as_many_sections_as_were_asked_for_and_leaves_no_passage_out(n_pages: int, n: int) -> None:
    material = document(*(page(number, n=5) for number in range(1, n_pages + 1)))
    sections = fill(PLAN, material, f"Plan 900 words in {n} sections.")["sections"]
    assert len(sections) == min(n, n_pages)
    assert [number for section in sections for number in section["passages"]] == list(range(1, n_pages + 1))
    titles = [section["title"] for section in sections]
    assert all(titles), "named by what they speak of, where there are no headings"


def test_a_request_that_is_so_long_that_it_looks_like_a_document_is_still_read() -> None:
    request = f"Write section 1 of 1 in 150 words. {'Say it slowly and with care, please. ' * 30}"
    lines = fill(script("Ann"), MATERIAL, request)["lines"]
    assert n_words(lines) == pytest.approx(150, rel=0.04)


@pytest.mark.parametrize(
    ("text", "most", "short"),
    [
        ("The ferry (built in 1931), which is slow, crosses hourly.", 6, "The ferry crosses hourly."),
        (
            "It rained all night, so nobody went out; the play was read instead.",
            8,
            "It rained all night, so nobody went out.",
        ),
        ("One two three four five six", 3, "One two three."),
        ("Enough.", 5, "Enough."),
    ],
)
def test_a_sentence_is_shortened_by_leaving_out_what_can_be_spared(text: str, most: int, short: str) -> None:
    assert shortened(text, most) == short
    material = f'<document title="The line">\n{text}\n</document>'
    if text != "Enough.":
        assert fill(closed(text=TEXT), material, f"Say the same in at most {most} words.") == {"text": short}
