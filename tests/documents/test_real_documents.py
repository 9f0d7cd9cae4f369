"""Documents that others made: all are read or refused with a sentence, soon, and what they say comes out."""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from real import real_file, real_files

from audiokit.documents.document import Kind
from audiokit.documents.extract import extract
from audiokit.documents.reader import Reader
from audiokit.errors import EmptyDocument, EncryptedDocument, InputError, NoText, UnsupportedFormat

pytestmark = pytest.mark.real

KREUZBERG = "documents/kreuzberg-dev__kreuzberg/test_documents__"
MARKITDOWN = "documents/microsoft__markitdown/packages__markitdown__tests__test_files__"
PYPDF = "documents/py-pdf__pypdf/resources__"
MOST_CPU_S, MOST_MB = 5.0, 300
# What others say these documents hold: the least share of those words that must come out.
EXPECTED = f"{MARKITDOWN}expected_outputs__"
TOLD = [
    *[
        (f"{MARKITDOWN}{name}.pdf", f"{EXPECTED}{name}.md", least)
        for name, least in (
            ("RECEIPT-2024-TXN-98765_retail_purchase", 0.99),
            ("REPAIR-2022-INV-001_multipage", 0.99),
            ("movie-theater-booking-2024", 0.98),
            ("test", 0.96),  # what is expected parts words at line ends
        )
    ],
    (f"{KREUZBERG}extraction_test.docx", f"{KREUZBERG}extraction_test.md", 0.99),
    (f"{KREUZBERG}extraction_test.odt", f"{KREUZBERG}extraction_test.md", 0.99),
    (f"{KREUZBERG}rtf__extraction_test.rtf", f"{KREUZBERG}extraction_test.md", 0.99),
    (f"{KREUZBERG}markdown__tables.rst", f"{KREUZBERG}markdown__tables.org_baseline.txt", 0.99),
    (f"{KREUZBERG}markdown__tables.rtf", f"{KREUZBERG}markdown__tables.txt", 0.98),
    (f"{KREUZBERG}text__readme.rst", f"{KREUZBERG}text__readme.md", 0.99),
    (f"{KREUZBERG}text__readme.md", f"{KREUZBERG}misc__readme.org_baseline.txt", 0.99),
]


def name_of(path: Path) -> str:
    return path.name.split("__")[-1]


def words_of(text: str) -> Counter[str]:
    return Counter(re.findall(r"[^\W_]+", text.lower()))


@pytest.mark.parametrize("path", real_files("documents/*/*"), ids=lambda path: path.name[-50:])
def test_every_real_document_is_read_or_refused_with_a_sentence(path: Path) -> None:
    data, start = path.read_bytes(), time.process_time()

    try:
        document = extract(data, name_of(path))
    except InputError as error:
        assert isinstance(error, EmptyDocument | EncryptedDocument | NoText | UnsupportedFormat), error  # noqa: PT017
        assert str(error).endswith(".")  # noqa: PT017 - being refused is right for some
    else:
        assert document.n_words
        assert document.title
        assert all(passage.mark and passage.text == passage.text.strip() for passage in document.passages)
        assert "\ufb01" not in document.text

    assert time.process_time() - start < MOST_CPU_S


@pytest.mark.parametrize("path", real_files("malformed/*/*"), ids=lambda path: path.name[-50:])
def test_what_is_no_document_is_refused(path: Path) -> None:
    with pytest.raises((UnsupportedFormat, EmptyDocument)):
        extract(path.read_bytes(), "notes.txt")


@pytest.mark.parametrize(("name", "told", "least"), TOLD, ids=[name[-40:] for name, *_ in TOLD])
def test_the_words_that_others_find_are_found(name: str, told: str, least: float) -> None:
    path = real_file(name)
    markup = re.compile(r"\]\([^)]*\)|<[^>]+>|!\[[^\]]*\]")
    expected = words_of(markup.sub("", real_file(told).read_text("utf-8")))

    found = words_of(extract(path.read_bytes(), name_of(path)).text)

    assert (found & expected).total() >= least * expected.total()


@pytest.mark.parametrize("name", ["hip_13044_b", "sinthgunt", "wkey_am"])
def test_of_a_real_page_every_long_paragraph_is_read_and_the_menus_are_not(name: str) -> None:
    page = extract(real_file(f"{KREUZBERG}web__{name}.html").read_bytes(), None)
    markdown = real_file(f"{KREUZBERG}text__{name}.md").read_text("utf-8")
    unmarked = re.sub(r"\\\[\[[^\]]*\]\\\]\([^)]*\)|\\\[edit\\\]", "", markdown)  # links to notes
    plain = re.sub(r"!?\[([^\]]*)\]\((?:[^()]|\([^()]*\))*\)", r"\1", unmarked)
    paragraphs = [part.strip() for part in plain.split("\n\n") if part.count(". ") >= 2 and len(part) > 300]
    long = [words_of(part) for part in paragraphs if "|" not in part and not part.startswith("1.")]
    found = words_of(page.text)

    assert long
    assert [expected for expected in long if (found & expected).total() < 0.93 * expected.total()] == []
    assert "Main menu" not in page.text
    assert "Jump to content" not in page.text


def test_a_real_paper_has_its_title_sections_and_whole_words() -> None:
    path = real_file("documents/gabrielchua__open-notebooklm/examples__1310.4546v1.pdf")

    document = extract(path.read_bytes(), path.name)

    headings = " | ".join(dict.fromkeys(passage.heading or "" for passage in document.passages))
    assert document.title == "Distributed Representations of Words and Phrases and their Compositionality"
    assert "Abstract" in headings
    assert "Introduction" in headings
    assert {passage.mark for passage in document.passages} == {f"p. {n}" for n in range(1, 10)}
    assert not re.search(r"\w- \w", document.text.replace(" - ", " "))
    assert "arXiv:1310.4546v1" not in document.text


def test_a_real_article_loses_its_running_heads_and_note_marks() -> None:
    text = extract(real_file(f"{KREUZBERG}pdfs__test_article.pdf").read_bytes(), None).text

    assert len(re.findall(r"Na'aman Hirschfeld", text)) <= 2
    assert "the apex of the picaresque in Spain, and it is, according to Nicholas Spadacinni," in text


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("encrypted-file.pdf", EncryptedDocument),
        ("encryption__r2-user-password.pdf", EncryptedDocument),
        ("encryption__r3-user-password.pdf", EncryptedDocument),
        ("encryption__r4-user-password.pdf", EncryptedDocument),
        ("issue-3850-1bit-indexed-flate.pdf", NoText),
    ],
)
def test_real_locked_and_pictured_files_say_what_they_are(name: str, kind: type[InputError]) -> None:
    with pytest.raises(kind):
        extract(real_file(PYPDF + name).read_bytes(), name)


@pytest.mark.parametrize("name", ["r2-empty-password", "r3-empty-password", "r4-owner-password", "r5-owner-password"])
def test_real_files_that_only_their_owners_may_change_are_read(name: str) -> None:
    assert extract(real_file(f"{PYPDF}encryption__{name}.pdf").read_bytes(), None).n_words == 5


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")
def test_the_largest_real_documents_take_little_memory() -> None:
    real_file(f"{KREUZBERG}pdfs__test_article.pdf")
    by_kind = dict[Kind, Path]()
    for path in sorted(real_files("documents/*/*"), key=lambda path: path.stat().st_size):
        by_kind |= {kind: path for kind in Kind if path.suffix == f".{kind}"}
    reader = Reader()

    for path in by_kind.values():
        reader.read(path.read_bytes(), name_of(path))

    peaks = list(peaks_mb(reader))
    reader.close()
    assert peaks
    assert max(peaks) < MOST_MB


def peaks_mb(reader: Reader) -> Iterator[float]:
    """Yield the most memory that each process ever held."""
    for worker in reader._workers:
        if worker.process_id is not None:
            status = Path(f"/proc/{worker.process_id}/status").read_text("ascii")
            yield int(status.split("VmHWM:")[1].split()[0]) / 1024
