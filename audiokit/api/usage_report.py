"""A report of usage as one page to print or to keep: no script, nothing from elsewhere, black on white."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape

from audiokit.money import show
from audiokit.usage.budget import Budget, ScopeKind, Standing
from audiokit.usage.pages import page_name
from audiokit.usage.reports import By, Day, Scope, Sums, Top
from audiokit.usage.views import View

__all__ = ["report_page"]

_STYLE = """
@page { size: A4; margin: 16mm; }
:root { color-scheme: light; }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #1e1b33; background: #fff;
  font: 11pt/1.45 Inter, system-ui, sans-serif; font-variant-numeric: tabular-nums; }
h1 { margin: 0; font-size: 20pt; } h2 { margin: 1.6rem 0 .4rem; font-size: 13pt; break-after: avoid; }
p { margin: .2rem 0; } .quiet { color: #5d5a73; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr)); gap: .6rem; margin: 1.2rem 0; }
dl div { padding: .6rem .8rem; border: 1px solid #d9d5ec; border-radius: .6rem; break-inside: avoid; }
dt { color: #5d5a73; font-size: 9pt; } dd { margin: 0; font-size: 15pt; font-weight: 650; }
table { width: 100%; border-collapse: collapse; font-size: 9.5pt; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
:is(th, td) { padding: .28rem .5rem .28rem 0; border-bottom: 1px solid #e4e0f3; text-align: left; }
th { color: #5d5a73; font-weight: 550; } :is(th, td).n { text-align: right; padding-right: 0; padding-left: .5rem; }
svg { width: 100%; height: 7rem; break-inside: avoid; } rect { fill: #6d5df6; }
@media print { body { margin: 0; padding: 0; max-width: none; } .screen { display: none; } }
"""
_CHART_H = 100
_MS_PER_HOUR = 3_600_000
_SHOWN = 15
_MANY = 500
_EACH = {"day": "today", "week": "this week", "month": "this month"}


def report_page(view: View, standings: Iterable[Standing], at: datetime) -> str:
    """Return the report of what ``view`` may see, as HTML; ``at`` is when it was made, in the installation's zone."""
    first, last = view.period.first, view.period.last
    days = view.daily()
    made = f"Made by audiokit on {at:%d %B %Y at %H:%M %Z}."
    sections = [
        f"<h1>Usage &amp; Cost</h1><p>{escape(_whose(view))}, {first:%d %B %Y} to {last:%d %B %Y}</p>",
        f"<p class='quiet'>{made} <span class='screen'>Print it with Ctrl+P.</span></p>",
        _figures(view),
        "<h2>Cost by day</h2>" + _chart(days),
        *(_tops(title, view.top(by, _SHOWN)) for title, by in _parts(view.scope)),
        _speed(view),
        _sound(view),
        _budgets(standings, {top.key: top.name for top in view.top("person", _MANY)}),
        _days(days),
    ]
    head = f"<meta charset='utf-8'><title>Usage and cost, {first} to {last}</title><style>{_STYLE}</style>"
    return f"<!doctype html><html lang='en'><head>{head}</head><body>{''.join(sections)}</body></html>"


def _whose(view: View) -> str:
    scope = view.scope
    person = next((top.name for top in view.top("person", 1)), scope.person_id) if scope.person_id else None
    team = f"Team {scope.team}" if scope.team else None
    return (
        ", ".join(part for part in (person, team, scope.page and page_name(scope.page), scope.model) if part)
        or "Everybody"
    )


def _parts(scope: Scope) -> list[tuple[str, By]]:
    return (
        [("Models", "model"), ("Pages", "page")]
        if scope.person_id
        else [("People", "person"), ("Models", "model"), ("Pages", "page")]
    )


def _figures(view: View) -> str:
    sums = view.tiles().now
    unknown = f"{sums.n_unknown:,} of unknown cost" if sums.n_unknown else ""
    figures = [
        ("Spent", show(sums.cost_nanousd, free="$0"), unknown and f"and {unknown}"),
        ("Sound in", f"{(sums.input_ms - sums.history_in_ms) / _MS_PER_HOUR:.1f} h", ""),
        ("Sound out", f"{sums.output_ms / _MS_PER_HOUR:.1f} h", ""),
        ("Saved", show(sums.all_saved_nanousd, free="$0"), _saved_by(sums)),
        ("Calls", f"{sums.n_calls:,}", f"{sums.n_failed:,} failed, {sums.n_refused:,} refused"),
    ]
    return (
        "<dl>"
        + "".join(f"<div><dt>{name}</dt><dd>{value}</dd><dt>{note}</dt></div>" for name, value, note in figures)
        + "</dl>"
    )


def _saved_by(sums: Sums) -> str:
    """Return what the savings are of; the mini model's, which take every call's price, stand on the page only."""
    less = {"silence": sums.saved_silence_nanousd, "compacted history": sums.saved_history_nanousd}
    said = (f"{what}: {show(amount, free='$0')}" for what, amount in less.items())
    return "; ".join((f"{sums.n_cached:,} answers at hand", *said))


def _chart(days: Sequence[Day]) -> str:
    most = max((day.sums.cost_nanousd for day in days), default=0)
    if not most:
        return "<p class='quiet'>Nothing was paid for in these days.</p>"
    bars = "".join(
        f"<rect x='{number + 0.15:.2f}' y='{_CHART_H - height:.2f}' width='.7' height='{height:.2f}'/>"
        for number, day in enumerate(days)
        if (height := _CHART_H * day.sums.cost_nanousd / most)
    )
    said = f"Cost of each day; the most was {show(most)}."
    frame = f"viewBox='0 0 {len(days)} {_CHART_H}' preserveAspectRatio='none' role='img' aria-label='{said}'"
    return f"<svg {frame}>{bars}</svg><p class='quiet'>{said}</p>"


def _tops(title: str, tops: Sequence[Top]) -> str:
    rows = [
        (page_name(top.name) if title == "Pages" else top.name, f"{top.sums.n_calls:,}", _cost(top)) for top in tops
    ]
    return _table(title, ("Name", "Calls", "Cost"), rows)


def _cost(top: Top) -> str:
    unknown = f" + {top.sums.n_unknown:,} unknown" if top.sums.n_unknown else ""
    return show(top.sums.cost_nanousd, free="$0") + unknown


def _speed(view: View) -> str:
    rows = [
        (
            f"{one.model}, {page_name(one.page)}",
            f"{one.sums.n_calls:,}",
            _ms(one.first_p50_ms),
            _ms(one.first_p95_ms),
            f"{100 * (one.sums.error_share or 0):.1f} %",
        )
        for one in view.latency()
    ]
    return _table("Speed and errors", ("Model and page", "Calls", "First sound p50", "p95", "No answer"), rows)


def _sound(view: View) -> str:
    rows = [
        (
            f"{one.model}, {page_name(one.page)}, {one.direction}",
            f"{one.n_sounds:,}",
            _percent(one.clipped_share),
            _percent(one.speech_share),
            _rounded(one.loudness_p50_lufs, "LUFS"),
            _rounded(one.snr_p50_db, "dB"),
            _percent(one.again_share),
        )
        for one in view.sound()
    ]
    columns = ("Model, page and direction", "Measured", "Clipped", "Speech", "Loudness", "Above noise", "Said again")
    return _table("Sound", columns, rows)


def _budgets(standings: Iterable[Standing], names: Mapping[str | None, str]) -> str:
    rows = [
        (
            _of(one.budget, names),
            _EACH[one.budget.period.value],
            show(one.used_nanousd, free="$0"),
            show(one.budget.limit_nanousd, free="$0"),
            f"{100 * one.share:.0f} %",
        )
        for one in standings
    ]
    return _table("Budgets as they stand", ("For", "When", "Used", "Of", "Share"), rows) if rows else ""


def _of(budget: Budget, names: Mapping[str | None, str]) -> str:
    match budget.scope_kind:
        case ScopeKind.INSTALLATION:
            return "Everybody here"
        case ScopeKind.PERSON:
            return names.get(budget.scope_id, budget.scope_id)
        case ScopeKind.PAGE:
            return page_name(budget.scope_id)
        case kind:
            return f"{kind.capitalize()} {budget.scope_id}"


def _days(days: Sequence[Day]) -> str:
    rows = [
        (
            f"{day.day:%a %d %b %Y}",
            f"{day.sums.n_calls:,}",
            show(day.sums.cost.audio_in_nanousd, free="$0"),
            show(day.sums.cost.audio_out_nanousd, free="$0"),
            show(day.sums.cost.text_nanousd, free="$0"),
            show(day.sums.cost_nanousd, free="$0"),
        )
        for day in days
        if day.sums.n_calls
    ]
    return _table("Days", ("Day", "Calls", "Sound in", "Sound out", "Text", "Cost"), rows)


def _table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; the first column is words, the others are figures."""
    marks = ["", *(" class='n'" for _ in columns[1:])]
    head = "".join(f"<th scope='col'{mark}>{name}</th>" for mark, name in zip(marks, columns, strict=True))
    body = "".join(
        "<tr>" + "".join(f"<td{mark}>{escape(cell)}</td>" for mark, cell in zip(marks, row, strict=True)) + "</tr>"
        for row in rows
    )
    if not body:
        return ""
    return f"<h2>{escape(title)}</h2><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"  # noqa: RUF001 - a dash stands for nothing


def _rounded(value: float | None, unit: str) -> str:
    return "–" if value is None else f"{value:z.0f} {unit}".replace("-", "−")  # noqa: RUF001 - a dash, and a minus


def _ms(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f} ms"  # noqa: RUF001 - a dash stands for nothing
