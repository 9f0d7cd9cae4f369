"""Who and what cost most; a press on a row narrows everything to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from audiokit.money import NANOUSD_PER_USD
from audiokit.ui.usage import standing, words
from audiokit.ui.usage.table import Column, Row, cell, table
from audiokit.ui.usage.visit import Whose, go
from audiokit.usage.budget import Standing
from audiokit.usage.reports import By, Scope, Top
from audiokit.usage.views import View

__all__ = ["models", "pages", "people"]

_SHOWN = 8
_TITLES: dict[By, str] = {"person": "People", "team": "Teams", "model": "Models", "page": "Pages"}
_SHEETS: dict[By, str] = {"person": "people", "team": "teams", "model": "models", "page": "pages"}


def people(view: View, standings: Iterable[Standing], trend_of: Callable[[str], Sequence[int]]) -> None:
    """Show who cost most, with their budget, and how it went day by day."""
    tops, budgets = view.top("person", _SHOWN), tuple(standings)
    columns = [
        Column("Person"),
        Column("Sound", "number"),
        Column("Calls", "number"),
        Column("Cost", "number"),
        Column("Budget", "share"),
        Column("Trend", "trend"),
    ]
    rows = [
        Row(
            str(top.key),
            (
                cell(top.name),
                cell(
                    words.length(top.sums.minutes_in + top.sums.minutes_out), top.sums.minutes_in + top.sums.minutes_out
                ),
                cell(f"{top.sums.n_calls:,}", top.sums.n_calls),
                _cost(top),
                _budget(standing.for_scope(budgets, Scope(person_id=top.key))),
                cell("", values=[cost / NANOUSD_PER_USD for cost in trend_of(str(top.key))], said="Cost by day"),
            ),
            press=f"See {top.name} only",
        )
        for top in tops
    ]
    _table("person", view, columns, rows, lambda key: go(view=Whose.PERSON.value, person=key, team=None, day=None))


def models(view: View, tops: Sequence[Top]) -> None:
    """Show which models cost most."""
    rows = [_row(top, top.name, view.scope.model) for top in tops[:_SHOWN]]
    _table("model", view, _columns("model"), _shared(rows), lambda key: go(model=key, day=None))


def pages(view: View) -> None:
    """Show which pages cost most."""
    rows = [_row(top, words.page_name(top.name), view.scope.page) for top in view.top("page", _SHOWN)]
    _table("page", view, _columns("page"), _shared(rows), lambda key: go(page=key, day=None))


def _columns(by: By) -> list[Column]:
    return [
        Column(by.capitalize()),
        Column("Calls", "number"),
        Column("Share of cost", "share"),
        Column("Cost", "number"),
    ]


def _row(top: Top, name: str, chosen: str | None) -> tuple[Top, str, bool]:
    return top, name, top.key != chosen


def _shared(found: Sequence[tuple[Top, str, bool]]) -> list[Row]:
    total = sum(top.sums.cost_nanousd for top, _, _ in found)
    rows = list[Row]()
    for top, name, can_press in found:
        share = top.sums.cost_nanousd / total if total else 0.0
        cells = (
            cell(name),
            cell(f"{top.sums.n_calls:,}", top.sums.n_calls),
            cell(words.percent(share), share, share=share),
            _cost(top),
        )
        rows.append(Row(str(top.key), cells, press=f"See {name} only" if can_press else None))
    return rows


def _cost(top: Top) -> dict[str, object]:
    note = {"note": f"+ {top.sums.n_unknown:,} unknown"} if top.sums.n_unknown else {}
    return cell(words.usd(top.sums.cost_nanousd), top.sums.cost_nanousd, **note)


def _budget(found: Standing | None) -> dict[str, object]:
    if found is None:
        return cell("no budget", -1, level="quiet")
    level, share = standing.level(found), words.percent(found.share)
    state = {"note": standing.STATES[level]} if level in standing.STATES else {}
    return cell(share, found.share, share=found.share, level=level, said=standing.said(found), **state)


def _table(by: By, view: View, columns: list[Column], rows: list[Row], pick: Callable[[str], None]) -> None:
    table(
        _TITLES[by],
        columns,
        rows,
        key=f"usage.top.{by}",
        empty="Nothing was called in these days.",
        as_file=(view, _SHEETS[by]),
        on_pick=pick,
    )
