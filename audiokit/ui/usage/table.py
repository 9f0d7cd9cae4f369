"""A table of this page: columns, rows and cells as the browser's part wants them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import streamlit as st

from audiokit.ui.usage import links
from audiokit.ui.usage.parts import part
from audiokit.usage.views import View

__all__ = ["Column", "Row", "cell", "table"]

Kind = Literal["", "number", "share", "trend"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, and how its cells stand."""

    title: str
    kind: Kind = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row; with ``press``, which says what that does, it can be pressed, and its ``id`` is told."""

    id: str
    cells: tuple[dict[str, Any], ...]
    press: str | None = None


def cell(text: str, sort: float | str | None = None, **more: Any) -> dict[str, Any]:
    """Return a cell; ``more`` may be a ``share`` of 1 as a bar, a ``level``, ``values`` as a line, a ``note``."""
    return {"text": text, "sort": text if sort is None else sort, **more}


def table(  # noqa: PLR0913 - a title and what stands below it
    title: str,
    columns: Sequence[Column],
    rows: Sequence[Row],
    *,
    key: str,
    empty: str,
    hint: str = "",
    as_file: tuple[View, str] | None = None,
    on_pick: Callable[[str], None] | None = None,
) -> None:
    """Show a table. ``as_file`` names what it can be taken away as; ``on_pick`` is told the row that was pressed."""

    def picked() -> None:
        if on_pick is not None and (row := st.session_state[key].get("pick")) is not None:
            on_pick(str(row))

    data = {
        "title": title,
        "hint": hint,
        "empty": empty,
        "links": links.files(*as_file, title) if as_file else [],
        "columns": [{"name": one.title, "title": one.title, "kind": one.kind} for one in columns],
        "rows": [{"id": row.id, "cells": list(row.cells), "press": row.press} for row in rows],
    }
    part("usage_table", key=key, data=data, on_pick_change=picked)
