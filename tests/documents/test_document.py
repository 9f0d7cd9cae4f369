"""A document: passages in order, words counted, stored and read back as it was."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiokit.documents.blocks import Block, Shape, by_sections, grouped
from audiokit.documents.document import Document, Kind, Passage, count_words
from audiokit.documents.extract import pasted
from audiokit.errors import Damaged, DocumentTooLarge, EmptyDocument

H, P, ITEM, ROW = Shape.HEADING, Shape.PARAGRAPH, Shape.ITEM, Shape.ROW
words = st.text(max_size=40)
documents = st.builds(
    Document,
    title=words,
    kind=st.sampled_from(Kind),
    passages=st.lists(st.builds(Passage, mark=words, heading=st.none() | words, text=words)).map(tuple),
    notes=st.lists(words).map(tuple),
)


@settings(deadline=None)
@given(documents)
def test_a_document_is_read_back_as_it_was_stored(document: Document) -> None:
    assert Document.from_json(document.to_json()) == document


@pytest.mark.parametrize("stored", [b"", b"{}", b"nonsense", b'{"title": 3}', b"\xff"])
def test_what_is_no_stored_document_is_damaged(stored: bytes) -> None:
    with pytest.raises(Damaged):
        Document.from_json(stored)


@pytest.mark.parametrize(
    ("text", "n_words"),
    [
        ("", 0),
        ("It's a well-known 3.5 % rise.", 5),
        ("one — two … three", 3),
        ("中國是一個", 5),
        ("Жили-были дед и баба", 4),  # noqa: RUF001 - Cyrillic is meant
        ("ひらがな and kanji 漢字", 8),
    ],
)
def test_words_are_counted_as_a_person_would(text: str, n_words: int) -> None:
    assert count_words(text) == n_words


def test_a_heading_is_told_once_and_counts() -> None:
    passages = (
        Passage(mark="p. 1", heading="The Fox", text="A fox."),
        Passage(mark="p. 2", heading="The Fox", text="Another fox."),
        Passage(mark="p. 2", heading=None, text="The end."),
    )
    document = Document(title="Foxes", kind=Kind.PDF, passages=passages, notes=())

    assert document.text == "The Fox\n\nA fox.\n\nAnother fox.\n\nThe end."
    assert document.n_words == count_words(document.text) == 8


def test_rows_and_items_have_lines_and_paragraphs_have_room() -> None:
    blocks = [Block(P, "One."), Block(ITEM, "- a"), Block(ITEM, "- b"), Block(ROW, "1; 2"), Block(P, "Two.")]

    (passage,) = by_sections(blocks)

    assert (passage.mark, passage.heading) == ("part 1", None)
    assert passage.text == "One.\n\n- a\n- b\n\n1; 2\n\nTwo."


def test_every_heading_begins_a_section_and_one_without_text_leads_the_next() -> None:
    blocks = [
        Block(P, "Before."), Block(H, "Part One"), Block(H, "Chapter 1"), Block(P, "It began."), Block(H, "What now?"),
        Block(P, "It went on."), Block(H, "The end"),
    ]  # fmt: skip

    assert [(p.mark, p.heading, p.text) for p in by_sections(blocks)] == [
        ("section 1", None, "Before."),
        ("section 2", "Part One. Chapter 1", "It began."),
        ("section 3", "What now?", "It went on."),
        ("section 4", None, "The end"),
    ]


def test_headings_too_long_for_one_lose_no_word() -> None:
    (passage,) = by_sections([Block(H, "A " * 90), Block(H, "B " * 90), Block(P, "C")])

    assert passage.heading == "B " * 90
    assert passage.text == "A " * 90 + "\n\nC"


def test_a_long_section_is_parted_between_paragraphs() -> None:
    passages = by_sections([Block(H, "Long"), *(Block(P, f"{n} " + "word " * 250) for n in range(5))])

    assert [p.mark for p in passages] == ["section 1, part 1", "section 1, part 2", "section 1, part 3"]
    assert {p.heading for p in passages} == {"Long"}
    assert [p.text.split()[0] for p in passages] == ["0", "2", "4"]


def test_pages_and_headings_both_part_passages() -> None:
    blocks = [
        Block(H, "A", "p. 1"),
        Block(P, "x", "p. 1"),
        Block(P, "y", "p. 2"),
        Block(H, "B", "p. 2"),
        Block(P, "z", "p. 2"),
    ]

    assert [(p.mark, p.heading, p.text) for p in grouped(blocks)] == [
        ("p. 1", "A", "x"),
        ("p. 2", "A", "y"),
        ("p. 2", "B", "z"),
    ]


def test_pasted_text_is_a_document() -> None:
    document = pasted("The first paragraph\nis wrapped here.\n\nThe second is not.")

    assert (document.kind, document.title) == (Kind.TXT, "The first paragraph is wrapped here. The second")
    assert document.text == "The first paragraph is wrapped here.\n\nThe second is not."
    assert pasted("Some words.", title="My notes").title == "My notes"


def test_pasted_markdown_is_known_by_its_marks() -> None:
    document = pasted("# Plans\n\nWe **must** see [the site](https://example.org).\n")

    assert (document.kind, document.title) == (Kind.MD, "Plans")
    assert document.passages == (Passage(mark="section 1", heading="Plans", text="We must see the site."),)


@pytest.mark.parametrize("text", ["", " \n\t", "\u200b", "***\n---"])
def test_pasted_nothing_is_said_to_be_nothing(text: str) -> None:
    with pytest.raises(EmptyDocument, match="no text here"):
        pasted(text)


def test_too_much_pasted_text_is_better_uploaded() -> None:
    with pytest.raises(DocumentTooLarge, match="Upload it as a file"):
        pasted("word " * 300_000)
