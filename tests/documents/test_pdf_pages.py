"""PDF: lines become paragraphs and headings, page furniture is left out, and every passage knows its page."""

from __future__ import annotations

import pytest
from made_documents import Text, pdf_of, picture_pdf

from audiokit.documents.document import Document
from audiokit.documents.extract import extract
from audiokit.documents.limits import Limits
from audiokit.errors import EncryptedDocument, NoText, UnreadableDocument

LOREM = (
    "The settlement of the valley began when the first families came over the",
    "pass with their cattle, and it went on for a hundred years until there was",
    "no meadow left that nobody owned. They built their houses of larch and of",
)


def column(*lines: str, y: float = 700, x: float = 72, size: float = 11, bold: bool = False) -> list[Text]:
    """Return lines below each other, with the usual leading."""
    return [Text(line, x=x, y=y - 1.2 * size * n, size=size, bold=bold) for n, line in enumerate(lines)]


def told(document: Document) -> list[tuple[str, str | None, str]]:
    return [(passage.mark, passage.heading, passage.text) for passage in document.passages]


def test_lines_become_paragraphs_by_gaps_indents_and_short_last_lines() -> None:
    page = [
        *column(*LOREM, "stone.", y=700),
        *column(
            *LOREM, "stone, and nothing else was known to them in all the years that they lived.", y=700 - 4 * 13.2
        ),
        Text("   An indented one follows where the line before it was as long as the others", x=90, y=700 - 8 * 13.2),
        *column("were, and it goes on.", y=700 - 9 * 13.2),
        *column("After a gap there is another.", y=540),
    ]

    text = extract(pdf_of(page), "a.pdf").text

    first, second, third, fourth = text.split("\n\n")
    assert first == " ".join([*LOREM, "stone."])
    assert second.endswith("years that they lived.")
    assert third.endswith("as long as the others were, and it goes on.")
    assert fourth == "After a gap there is another."


def test_words_parted_at_line_ends_are_whole() -> None:
    page = column("It is an exam-", "ple of a well-", "known thing. It is well-known, I think, and", "so is the next.")

    assert extract(pdf_of(page), "a.pdf").text.startswith("It is an example of a well-known thing.")


def test_larger_and_bold_lines_are_headings_and_stand_over_the_pages_that_follow() -> None:
    first = [
        *column("The History of", "the Valley", y=740, size=20),
        *column("Its beginnings", y=680, bold=True),
        *column(*LOREM, "stone.", y=660),
    ]
    second = column(*LOREM, "wood.", y=700)

    document = extract(pdf_of(first, second), "a.pdf")

    assert document.title == "The History of the Valley"
    assert [(mark, heading) for mark, heading, _ in told(document)] == [
        ("p. 1", "The History of the Valley. Its beginnings"),
        ("p. 2", "The History of the Valley. Its beginnings"),
    ]


def test_a_document_that_is_all_bold_has_no_headings() -> None:
    page = column(*LOREM, "stone.", bold=True)

    assert [heading for _, heading, _ in told(extract(pdf_of(page), "a.pdf"))] == [None]


def test_running_heads_feet_and_page_numbers_are_left_out() -> None:
    words = ("wood", "stone", "iron", "glass", "clay")
    pages = [
        [
            Text(f"The Valley {2000 + n}", y=760, size=9),
            *column(*LOREM, f"{word}."),
            Text(f"Chapter of {word}" if n % 2 else "Left pages only", y=40, size=9),
            Text(f"- {n + 7} -", x=300, y=30, size=9),
        ]
        for n, word in enumerate(words)
    ]

    document = extract(pdf_of(*pages), "a.pdf")

    assert "The Valley" not in document.text
    assert "Left pages only" not in document.text
    assert "Chapter of stone" in document.text
    assert not any(f"{n}" in document.text for n in range(7, 12))
    assert [passage.text.split("\n")[0].split()[-1] for passage in document.passages] == [f"{word}." for word in words]


def test_a_number_that_is_no_page_number_stays() -> None:
    pages = [[*column(*LOREM, f"{word}."), Text("1848", y=60)] for word in ("wood", "stone")]

    assert extract(pdf_of(*pages[:1]), "a.pdf").text.endswith("1848")


def test_tables_of_contents_are_not_spoken() -> None:
    contents = column(
        "Contents", "1 The beginning ........................ 3", "2 The end ............................. 12"
    )

    document = extract(pdf_of(contents, column(*LOREM, "stone.")), "a.pdf")

    assert [mark for mark, _, _ in told(document)] == ["p. 2"]


def test_a_sentence_that_goes_on_over_a_page_stands_where_it_begins() -> None:
    first = [*column(*LOREM), Text("7 A footnote, in small print.", y=60, size=7)]
    second = column("stone. The next sentence stands on its own page, as it should, and is as long as", "this.")

    document = extract(pdf_of(first, second), "a.pdf")

    assert document.passages[0].text.startswith(" ".join([*LOREM, "stone."]))
    assert (
        document.passages[1].text == "The next sentence stands on its own page, as it should, and is as long as this."
    )


def test_note_marks_are_not_spoken_and_powers_are() -> None:
    page = [
        Text("A claim was made here", y=700),
        Text("12", x=180, y=704, size=6),
        Text(" and 10", x=187, y=700),
        Text("6", x=223, y=704, size=6),
        Text(" cows on 3 km", x=229, y=700),
        Text("2", x=300, y=704, size=6),
    ]

    text = extract(pdf_of(page), "a.pdf").text

    assert "here and" in text
    assert "12" not in text
    assert "106 cows" in text
    assert "km2" in text


def test_stamps_along_the_margin_are_left_out() -> None:
    stamp = "\nBT /F1 20 Tf 0 1 -1 0 30 200 Tm (arXiv:1310.4546v1) Tj ET"

    assert "arXiv" not in extract(pdf_of(column(*LOREM, *LOREM), extra=stamp), "a.pdf").text


def test_two_columns_are_read_one_after_the_other() -> None:
    left = column(
        "The left column begins",
        "here and goes on to its",
        "very last line, which is",
        "not its end; that comes",
        y=700,
    )
    right = column("at the top of the right", "column, as a reader of", "papers would expect it.", y=700, x=330)

    assert "that comes at the top of the right column" in extract(pdf_of([*left, *right]), "a.pdf").text


def test_rows_of_figures_stay_lines() -> None:
    page = [*column(*LOREM, "stone."), *column("Parts 2 100 200", "Labour 3 150 450", "Paint 1.5 150 225", y=600)]

    assert extract(pdf_of(page), "a.pdf").text.endswith("Parts 2 100 200\nLabour 3 150 450\nPaint 1.5 150 225")


def test_pictures_of_pages_need_text_recognition() -> None:
    with pytest.raises(NoText, match=r"pictures of pages.*OCR"):
        extract(picture_pdf(), "scan.pdf")


def test_empty_pages_are_said_to_be_empty() -> None:
    with pytest.raises(NoText, match="no text on any page"):
        extract(pdf_of([], []), "a.pdf")


def test_a_page_without_text_is_told_and_the_others_are_read() -> None:
    document = extract(pdf_of(column(*LOREM), [], column(*LOREM), []), "a.pdf")

    assert [passage.mark for passage in document.passages] == ["p. 1", "p. 3"]
    assert document.notes == ("Pages 2, 4 held no text, and may be pictures; text recognition (OCR) would find it.",)


def test_a_locked_pdf_says_so() -> None:
    with pytest.raises(EncryptedDocument, match="locked with a password"):
        extract(pdf_of(column(*LOREM), password="secret"), "a.pdf")


def test_a_pdf_that_only_its_owner_may_change_is_read() -> None:
    assert extract(pdf_of(column("Readable."), password=""), "a.pdf").text == "Readable."


def test_more_pages_than_are_read_are_told() -> None:
    pages = [column(*LOREM, f"{n}.") for n in range(5)]

    document = extract(pdf_of(*pages), "a.pdf", Limits(max_pages=2))

    assert [passage.mark for passage in document.passages] == ["p. 1", "p. 2"]
    assert document.notes == ("The first 2 of 5 pages were read.",)


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"%PDF-1.7\nstartxref\n9\n%%EOF", b"%PDF-1.4 mock"])
def test_a_pdf_of_nothing_is_damaged(data: bytes) -> None:
    with pytest.raises(UnreadableDocument, match=r"save it again|Save it again"):
        extract(data, "a.pdf")
