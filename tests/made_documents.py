"""Documents made for tests: small, of every format, and as hostile as wanted."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = [
    "Text",
    "docx_of",
    "epub_of",
    "made",
    "odt_of",
    "pdf_of",
    "picture_pdf",
    "pptx_of",
    "rtf_of",
    "xlsx_of",
    "zip_of",
]

_CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
_ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
)


@dataclass(frozen=True, slots=True)
class Text:
    """A line of a PDF page at a place, in points from the lower left."""

    text: str
    x: float = 72
    y: float = 700
    size: float = 11
    bold: bool = False


def zip_of(parts: Iterable[tuple[str, bytes | str]], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return an archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return file.getvalue()


def pdf_of(*pages: Sequence[Text], title: str | None = None, password: str | None = None, extra: str = "") -> bytes:
    """Return a PDF with the lines of each page; locked, if there is a password. ``extra`` is drawn on each page."""
    objects = ["<</Type/Catalog/Pages 2 0 R>>", ""]
    objects += [_font("Helvetica"), _font("Helvetica-Bold")]
    kids = list[int]()
    for lines in pages:
        content = "\n".join(map(_shown, lines)) + extra
        objects.append(f"<</Length {len(content.encode('cp1252'))}>>stream\n{content}\nendstream")
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents {len(objects)} 0 R"
            "/Resources<</Font<</F1 3 0 R/F2 4 0 R>>>>>>"
        )
        kids.append(len(objects))
    objects[1] = f"<</Type/Pages/Count {len(kids)}/Kids[{' '.join(f'{kid} 0 R' for kid in kids)}]>>"
    info = "" if title is None else f"/Info<</Title({title})>>"
    return _locked(_assembled(objects, info), password)


def picture_pdf() -> bytes:
    """Return a PDF whose only page is a picture."""
    draw = "q 500 0 0 700 50 50 cm /I Do Q"
    return _assembled(
        [
            "<</Type/Catalog/Pages 2 0 R>>",
            "<</Type/Pages/Count 1/Kids[4 0 R]>>",
            "<</Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/Length 1>>stream\na\nendstream",
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 5 0 R/Resources<</XObject<</I 3 0 R>>>>>>",
            f"<</Length {len(draw)}>>stream\n{draw}\nendstream",
        ]
    )


def docx_of(*paragraphs: tuple[str, str], rows: Sequence[Sequence[str]] = (), title: str = "") -> bytes:
    """Return a Word document of (style, text), with a table at its end."""
    import docx  # noqa: PLC0415 - half a second

    document = docx.Document()
    document.core_properties.title = title
    for style, text in paragraphs:
        document.add_paragraph(text, style=style)
    if rows:
        table = document.add_table(rows=len(rows), cols=len(rows[0]))
        for row, cells in zip(table.rows, rows, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def pptx_of(*slides: tuple[str, str, str]) -> bytes:
    """Return a presentation of (title, text, speaker notes)."""
    from pptx import Presentation  # noqa: PLC0415 - half a second

    presentation = Presentation()
    for title, text, notes in slides:
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        assert slide.shapes.title is not None
        slide.shapes.title.text_frame.text = title
        slide.placeholders[1].text_frame.text = text
        if notes:
            frame = slide.notes_slide.notes_text_frame
            assert frame is not None
            frame.text = notes
    file = io.BytesIO()
    presentation.save(file)
    return file.getvalue()


def xlsx_of(sheets: dict[str, Sequence[Sequence[object]]]) -> bytes:
    """Return a workbook."""
    import openpyxl  # noqa: PLC0415 - a third of a second

    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def odt_of(body: str, *, doctype: str = "", title: str = "") -> bytes:
    """Return an OpenDocument text with this XML as its body."""
    content = (
        f'<?xml version="1.0"?>{doctype}<office:document-content {_ODF}><office:body><office:text>{body}'
        "</office:text></office:body></office:document-content>"
    )
    meta = (
        f'<office:document-meta {_ODF} xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta>'
        f"<dc:title>{title}</dc:title></office:meta></office:document-meta>"
    )
    return zip_of(
        [
            ("mimetype", "application/vnd.oasis.opendocument.text"),
            ("META-INF/manifest.xml", "<manifest/>"),
            ("content.xml", content),
            ("meta.xml", meta),
        ]
    )


def epub_of(*chapters: str, title: str = "A Book", extra: Sequence[tuple[str, bytes | str]] = ()) -> bytes:
    """Return a book of chapters in HTML, written into the archive in the opposite order."""
    items = "".join(
        f'<item id="c{n}" href="c{n}.xhtml" media-type="application/xhtml+xml"/>' for n in range(len(chapters))
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{title}</dc:title></metadata><manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    pages = [(f"OEBPS/c{n}.xhtml", f"<html><body>{text}</body></html>") for n, text in enumerate(chapters)]
    return zip_of(
        [
            ("mimetype", "application/epub+zip"),
            ("META-INF/container.xml", _CONTAINER),
            *reversed(pages),
            ("OEBPS/book.opf", package),
            *extra,
        ]
    )


def rtf_of(text: str) -> bytes:
    """Return an RTF document of paragraphs."""
    return (r"{\rtf1\ansi{\fonttbl{\f0 Helvetica;}}\f0 " + text.replace("\n", "\\par\n") + "}").encode("cp1252")


def made() -> dict[str, bytes]:
    """Return one small document of each kind, by its file's name; each says that the cat sat on the mat."""
    said = "The cat sat on the mat, and the dog looked on."
    return {
        "cat.pdf": pdf_of([Text(said)]),
        "cat.docx": docx_of(("Normal", said)),
        "cat.pptx": pptx_of(("Cats", said, "")),
        "cat.odt": odt_of(f"<text:p>{said}</text:p>"),
        "cat.epub": epub_of(f"<p>{said}</p>"),
        "cat.html": f"<html><body><p>{said}</p></body></html>".encode(),
        "cat.rtf": rtf_of(said),
        "cat.md": f"# Cats\n\n{said}\n".encode(),
        "cat.txt": said.encode(),
        "cat.csv": f"what,who\n{said},nobody\n".encode(),
        "cat.xlsx": xlsx_of({"Cats": [["what", "who"], [said, "nobody"]]}),
    }


def _font(name: str) -> str:
    return f"<</Type/Font/Subtype/Type1/BaseFont/{name}/Encoding/WinAnsiEncoding>>"


def _shown(line: Text) -> str:
    text = line.text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return f"BT /F{2 if line.bold else 1} {line.size} Tf 1 0 0 1 {line.x} {line.y} Tm ({text}) Tj ET"


def _assembled(objects: Sequence[str], info: str = "") -> bytes:
    file, places = bytearray(b"%PDF-1.7\n"), list[int]()
    for number, body in enumerate(objects, 1):
        places.append(len(file))
        file += f"{number} 0 obj{body}\nendobj\n".encode("cp1252")
    start = len(file)
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    file += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode()
    file += f"trailer<</Size {len(objects) + 1}/Root 1 0 R{info}>>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(file)


def _locked(pdf: bytes, password: str | None) -> bytes:
    if password is None:
        return pdf
    from pypdf import PdfReader, PdfWriter  # noqa: PLC0415 - a third of a second

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    writer.encrypt(password, algorithm="AES-256")
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()
