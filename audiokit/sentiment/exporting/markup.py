"""HTML and SVG put together so that nothing from a recording can be taken for markup."""

from __future__ import annotations

import html
from collections.abc import Iterable

from audiokit.words.plain_text import cleaned

__all__ = ["element", "safe", "table"]


def safe(text: object) -> str:
    """Return a text as it stands in HTML, in an attribute too."""
    return html.escape(cleaned(str(text)), quote=True)


def element(name: str, inside: str = "", **attributes: object) -> str:
    """Return an element around markup; attributes are texts (``class_`` is ``class``, ``_`` a hyphen)."""
    told = "".join(f' {key.rstrip("_").replace("_", "-")}="{safe(value)}"' for key, value in attributes.items())
    return f"<{name}{told}>{inside}</{name}>"


def table(heads: Iterable[str], rows: Iterable[Iterable[str]], **attributes: object) -> str:
    """Return a table; heads are texts, and cells are markup. The first cell of a row is its heading."""
    head = element("tr", "".join(element("th", safe(one), scope="col") for one in heads))
    body = "".join(element("tr", _cells(row)) for row in rows)
    return element("table", element("thead", head) + element("tbody", body), **attributes)


def _cells(row: Iterable[str]) -> str:
    first, *others = row
    return element("th", first, scope="row") + "".join(element("td", cell) for cell in others)
