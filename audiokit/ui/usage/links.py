"""Where tables and the report are had: signed addresses that hold for who is here, for these numbers and no others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from audiokit.people.addresses import usage_url
from audiokit.ui import state
from audiokit.ui.usage.visit import person_id
from audiokit.usage.views import View

__all__ = ["address", "files"]

_KINDS = (("csv", "CSV"), ("parquet", "Parquet"))


def files(view: View, sheet: str, title: str) -> list[dict[str, Any]]:
    """Return links to a table as files, for the part that shows it."""
    return [
        {"label": label, "href": address(view, sheet, kind), "said": f"{title} as {label}"} for kind, label in _KINDS
    ]


def address(view: View, sheet: str, kind: str) -> str:
    """Return where a table, or the report, of ``view`` is had as ``csv``, ``parquet`` or ``html``."""
    return usage_url(state.studio().signer, person_id(), {"sheet": sheet, "kind": kind, **dict(_named(view))})


def _named(view: View) -> Iterator[tuple[str, str]]:
    yield "first", view.period.first.isoformat()
    yield "last", view.period.last.isoformat()
    for name, value in asdict(view.scope).items():
        if value is not None:
            yield f"of_{name}", value
