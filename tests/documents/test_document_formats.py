"""Every format: what it says comes out as text that can be spoken, with its places."""

from __future__ import annotations

import io
import zipfile

import pytest
from made_documents import docx_of, epub_of, made, odt_of, pptx_of, rtf_of, zip_of

from audiokit.documents.document import Document, Kind
from audiokit.documents.extract import extract

SAID = "The cat sat on the mat, and the dog looked on."


def told(document: Document) -> list[tuple[str, str | None, str]]:
    return [(passage.mark, passage.heading, passage.text) for passage in document.passages]


def with_body(data: bytes, name: str, **changed: tuple[str, str]) -> bytes:
    """Return an archive with something replaced in one part."""
    parts = list[tuple[str, bytes]]()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for part in archive.namelist():
            content = archive.read(part)
            for before, after in changed.values() if part == name else ():
                assert before.encode() in content
                content = content.replace(before.encode(), after.encode())
            parts.append((part, content))
    return zip_of(parts)


@pytest.mark.parametrize("name", [name for name in made() if name != "cat.csv"])
def test_every_format_says_what_was_written(name: str) -> None:
    document = extract(made()[name], name)

    assert document.kind is Kind(name.split(".")[1])
    assert SAID in document.text
    assert document.notes == ()
    assert len(document.passages) == 1


@pytest.mark.parametrize("name", [name for name in made() if name not in {"cat.md", "cat.csv", "cat.txt"}])
def test_the_content_decides_and_a_wrong_name_is_told(name: str) -> None:
    document = extract(made()[name], "report.docx")

    assert document.kind is Kind(name.split(".")[1])
    assert any("ends in .docx" in note for note in document.notes) == (name != "cat.docx")


def test_word_headings_lists_and_tables_keep_their_shape() -> None:
    data = docx_of(
        ("Title", "The Plan"), ("Heading 1", "Aims"), ("Normal", "We aim high."), ("List Bullet", "first"),
        ("List Number", "second"), ("Heading 2", "Costs"), ("Normal", "See below."),
        rows=[["What", "How much"], ["Rent", "900"]],
    )  # fmt: skip

    assert told(extract(data, "plan.docx")) == [
        ("section 1", "The Plan. Aims", "We aim high.\n\n- first\n- second"),
        ("section 2", "Costs", "See below.\n\nWhat; How much\nRent; 900"),
    ]


def test_word_text_that_was_inserted_is_said_and_what_was_deleted_is_not() -> None:
    data = with_body(
        docx_of(("Normal", "before")),
        "word/document.xml",
        runs=(
            "<w:r><w:t>before</w:t></w:r>",
            (
                '<w:ins w:id="1" w:author="a"><w:r><w:t xml:space="preserve">new </w:t></w:r></w:ins>'
                '<w:del w:id="2" w:author="a"><w:r><w:delText>gone </w:delText></w:r></w:del>'
                "<w:sdt><w:sdtContent><w:r><w:t>chosen</w:t></w:r></w:sdtContent></w:sdt>"
                "<w:r><w:br/><w:t>below</w:t></w:r>"
            ),
        ),
    )

    assert extract(data, "a.docx").text == "new chosen\nbelow"


def test_word_text_boxes_are_said_once() -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>in a box</w:t></w:r></w:p></w:txbxContent>"
    data = with_body(
        docx_of(("Normal", "before")),
        "word/document.xml",
        runs=(
            "<w:r><w:t>before</w:t></w:r>",
            (
                "<w:r><w:t>before</w:t></w:r><w:r>"
                '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
                f"<mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>"
            ),
        ),
    )

    assert extract(data, "a.docx").text == "before\n\nin a box"


def test_slides_have_marks_and_their_notes_their_own() -> None:
    data = pptx_of(
        ("Cats", "They sit.\nThey purr.", "Say it slowly."), ("Only a title", "", ""), ("Dogs", "They run.", "")
    )

    assert told(extract(data, "pets.pptx")) == [
        ("slide 1", "Cats", "- They sit.\n- They purr."),
        ("slide 1, speaker notes", "Cats", "Say it slowly."),
        ("slide 2", None, "Only a title"),
        ("slide 3", "Dogs", "They run."),
    ]


def test_hidden_slides_are_left_out_and_told() -> None:
    data = with_body(
        pptx_of(("A", "shown", ""), ("B", "hidden", "")), "ppt/slides/slide2.xml", show=("<p:sld ", '<p:sld show="0" ')
    )

    document = extract(data, "a.pptx")

    assert [passage.text for passage in document.passages] == ["shown"]
    assert document.notes == ("1 hidden slide was left out.",)


def test_opendocument_keeps_headings_lists_tables_and_puts_footnotes_last() -> None:
    data = odt_of(
        "<text:h text:outline-level='1'>Aims</text:h>"
        "<text:p>We aim<text:s/>high<text:note><text:note-citation>1</text:note-citation><text:note-body>"
        "<text:p>Very.</text:p></text:note-body></text:note>.</text:p>"
        "<text:tracked-changes><text:p>gone</text:p></text:tracked-changes>"
        "<text:list><text:list-item><text:p>one</text:p><text:list><text:list-item><text:p>deep</text:p>"
        "</text:list-item></text:list></text:list-item></text:list>"
        "<table:table><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell>"
        "<table:table-cell><text:p>b</text:p></table:table-cell></table:table-row></table:table>",
        title="The Plan",
    )

    document = extract(data, "plan.odt")

    assert document.title == "The Plan"
    assert told(document) == [
        ("section 1", "Aims", "We aim high.\n\n- one\n- deep\n\na; b"),
        ("section 2", "Footnotes", "Very."),
    ]


def test_a_book_is_read_in_the_order_of_its_spine() -> None:
    data = epub_of(
        "<h1>One</h1><p>It began&nbsp;so.</p>", "<h1>Two</h1><p>And ended.</p><nav>skip</nav>", title="Short"
    )

    document = extract(data, "book.epub")

    assert document.title == "Short"
    assert told(document) == [("section 1", "One", "It began so."), ("section 2", "Two", "And ended.")]


PAGE = """<!doctype html><html><head><title>Foxes | The Daily Wood</title><script>var a = "code"</script></head><body>
<header><a href="/">Home</a> <a href="/news">News</a></header>
<nav><ul><li><a href="1">One</a></li><li><a href="2">Two</a></li></ul></nav>
<div class="cookie-banner">We use cookies.</div>
<article><h1>Foxes</h1><p>The quick brown fox jumps over<br>the lazy dog<sup class="reference">[1]</sup>. %s</p>
<h2>Their food</h2><ol start="3"><li>mice</li><li>plums</li></ol><table><tr><th>When</th><th>What</th></tr>
<tr><td>June</td><td>a lot</td></tr></table><p style="display: none">hidden</p></article>
<aside>Read more</aside><footer>© The Daily Wood</footer></body></html>""" % ("It really does. " * 20)


def test_of_a_web_page_only_the_main_text_is_read() -> None:
    document = extract(PAGE.encode(), None)

    assert document.title == "Foxes"
    assert [passage.heading for passage in document.passages] == ["Foxes", "Their food"]
    assert document.passages[0].text.startswith("The quick brown fox jumps over\nthe lazy dog. It really does.")
    assert document.passages[1].text == "3. mice\n4. plums\n\nWhen; What\nJune; a lot"


def test_a_page_of_hardly_any_text_is_read_whole() -> None:
    assert extract(b"<html><body><footer>Only this.</footer></body></html>", None).text == "Only this."


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16", "iso-8859-15"])
def test_a_page_is_read_in_the_encoding_it_declares(encoding: str) -> None:
    page = f'<html><head><meta charset="{encoding}"></head><body><p>Où est le café, déjà ?</p></body></html>'

    assert extract(page.encode(encoding), None).text == "Où est le café, déjà ?"


def test_markdown_loses_its_marks_and_keeps_its_order() -> None:
    text = (
        "---\ntitle: The Plan\n---\nFirst *some* `words`.\n\n## Aims ##\n\n1. one\n2. **two**\n\n> quoted\n\n"
        "| a | b |\n|---|---|\n| c | d |\n\n![a picture](x.png) and <b>bold</b> ~~gone~~text[^1]\n"
    )

    document = extract(text.encode(), "plan.md")

    assert document.title == "The Plan"
    assert (
        told(document)
        == [
            ("section 1", None, "First some words."),
            ("section 2", "Aims", "1. one\n2. two\n\nquoted\n\na; b\nc; d\n\nand bold text[^1]"),
        ]
        or "~~" not in document.text
    )


def test_rich_text_becomes_paragraphs_items_and_rows() -> None:
    data = rtf_of("First line, caf\\'e9.\n\\bullet  an item\n\\trowd a\\cell b\\cell \\row last \\{brace\\}")

    text = extract(data, "a.rtf").text

    assert text == "First line, café.\n\n- an item\n\na; b\n\nlast {brace}"


def test_rich_text_pictures_are_passed_over() -> None:
    data = rb"{\rtf1 before{\pict\pngblip " + b"0123456789abcdef" * 200_000 + rb"}after\par}"

    assert extract(data, "a.rtf").text == "beforeafter"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252"])
def test_plain_text_is_read_in_any_encoding(encoding: str) -> None:
    text = "Où est le café? Là-bas, près de l'hôtel où naquit Éloïse, dit-il à sa façon. " * 10

    assert extract(text.encode(encoding), "a.txt").text == text.strip()


def test_text_that_was_encoded_twice_is_read_as_meant() -> None:
    text = "from 1986\u20131990, a “good” time"

    assert extract(text.encode().decode("latin-1").encode(), "a.txt").text == text


def test_wrapped_lines_are_joined_and_verses_are_not() -> None:
    prose = (
        "It was a bright cold day in April, and the clocks were striking thir-\n"
        "teen. Winston Smith, his chin nuzzled into his breast in an effort to\n"
        "escape the vile wind, slipped quickly through the glass doors.\n"
    )
    verse = "Tyger Tyger,\nburning bright,\nIn the forests\nof the night\n"

    first, *lines = extract(f"{prose}\n{verse}".encode(), "a.txt").text.split("\n\n")

    assert first.startswith("It was a bright cold day in April, and the clocks were striking thirteen. Winston Smith,")
    assert first.endswith("in an effort to escape the vile wind, slipped quickly through the glass doors.")
    assert lines == ["Tyger Tyger,\nburning bright,\nIn the forests\nof the night"]


def test_headings_of_plain_text_are_told_by_how_they_stand() -> None:
    text = "CHAPTER I\n\nIt began.\n\nThe second part\n---------------\nIt went on.\n\nEPILOGUE\n\nIt was over."

    assert [passage.heading for passage in extract(text.encode(), "a.txt").passages] == [
        "CHAPTER I",
        "The second part",
        "EPILOGUE",
    ]


@pytest.mark.parametrize(
    ("title", "name", "expected"),
    [
        ("The Plan", "a.docx", "The Plan"),
        ("Untitled", "my_plan.docx", "my plan"),
        ("Microsoft Word - plan_final.doc", "b.docx", "b"),
        ("Microsoft Word - Plan for May", "b.docx", "Plan for May"),
        ("", "folder/year report.docx", "year report"),
        ("", None, "Some words here."),
    ],
)
def test_the_title_is_what_a_person_would_call_it(title: str, name: str | None, expected: str) -> None:
    assert extract(docx_of(("Normal", "Some words here."), title=title), name).title == expected
