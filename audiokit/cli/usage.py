"""``audiokit usage``: what was spent, by whom and on what; the ledger in a file; its sums and prices made anew."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

import click

from audiokit.catalog.models import Catalog
from audiokit.errors import AudiokitError
from audiokit.money import NANOUSD_PER_USD, show
from audiokit.settings import Settings
from audiokit.store.database import Database, open_database
from audiokit.usage.days import Period, month_of, zone_named
from audiokit.usage.entries import Entry
from audiokit.usage.rebuilding import ensure, rebuild
from audiokit.usage.reports import By, Reports, Scope, Sums
from audiokit.usage.repricing import Difference, Repricing, Totals, catalog_prices

__all__ = ["usage"]

_DAY = click.DateTime(["%Y-%m-%d"])
_PAGE = 1_000
_SHOWN_DIFFERENCES = 20
_HEADS = ("calls", "minutes in", "minutes out", "cost")


@dataclass(frozen=True, slots=True)
class _Opened:
    """The ledger's database, in the days of its zone."""

    database: Database
    zone: ZoneInfo

    @property
    def today(self) -> date:
        return datetime.now(self.zone).date()


@contextmanager
def _opened() -> Iterator[_Opened]:
    """Open what the settings name; what goes wrong on purpose is a sentence for the person at the terminal."""
    try:
        settings = Settings.read()
        url = settings.database_url.get_secret_value() if settings.database_url else None
        database = open_database(url, settings.data_dir)
        try:
            yield _Opened(database, zone_named(settings.time_zone))
        finally:
            database.close()
    except AudiokitError as error:
        raise click.ClickException(str(error)) from error


def _with_scope(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say whose calls, and of which days."""

    @wraps(command)
    def with_values(first: datetime | None, last: datetime | None, **given: Any) -> None:
        scope = Scope(**{name: given.pop(name) for name in ("person_id", "team", "page", "model")})
        command(scope=scope, first=first and first.date(), last=last and last.date(), **given)

    options = (
        click.option("--person", "person_id", help="Only this person's calls, by id."),
        click.option("--team", help="Only calls of people who are in this team now."),
        click.option("--page", help="Only calls from this page."),
        click.option("--model", help="Only calls to this model."),
        click.option("--from", "first", type=_DAY, help="The first day; without it the first of this month."),
        click.option("--to", "last", type=_DAY, help="The last day; without it today."),
    )
    for option in reversed(options):
        with_values = option(with_values)
    return with_values


def _period(first: date | None, last: date | None, today: date) -> Period:
    last = last or max(today, first or today)
    first = first or month_of(last)
    if last < first:
        raise click.BadParameter(f"{first} is after {last}: give an earlier --from, or a later --to.")
    return Period(first, last)


@click.group()
def usage() -> None:
    """See what was spent, export it, and have sums and prices made anew."""


@usage.command("show")
@_with_scope
@click.option("--by", type=click.Choice(("day", *get_args(By))), default="page", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One object a line, with all that is known.")
def show_(*, scope: Scope, first: date | None, last: date | None, by: str, as_json: bool) -> None:
    """Show what a period cost, this month if no other is asked for."""
    with _opened() as opened:
        ensure(opened.database, opened.zone)
        period = _period(first, last, opened.today)
        reports = Reports(opened.database, opened.zone)
        if by == "day":
            rows = [(str(day.day), day.sums) for day in reports.daily(scope, period) if day.sums.n_calls]
        else:
            rows = [(top.name, top.sums) for top in reports.top(_by(by), scope, period, limit=1_000)]
        total = reports.tiles(scope, period).now
    if as_json:
        for name, sums in rows:
            click.echo(json.dumps({by: name, **asdict(sums)}))
        return
    click.echo(f"{period.first} to {period.last}, days of {opened.zone.key}\n")
    click.echo(_table([(by, *_HEADS), *((name, *_cells(sums)) for name, sums in rows), ("together", *_cells(total))]))


def _by(name: str) -> By:
    return next(by for by in get_args(By) if by == name)


def _cells(sums: Sums) -> tuple[str, ...]:
    cost = show(sums.cost_nanousd) + (f" and {sums.n_unknown} unknown" if sums.n_unknown else "")
    return str(sums.n_calls), f"{sums.minutes_in:.1f}", f"{sums.minutes_out:.1f}", cost


def _table(rows: list[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])] for row in rows)
    return "\n".join("  ".join(cells).rstrip() for cells in lines)


@usage.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_with_scope
def export(*, file: Path, scope: Scope, first: date | None, last: date | None) -> None:
    """Write the calls of a period into FILE, a .csv or a .parquet, newest first, as corrections have made them."""
    writers = {".csv": _write_csv, ".parquet": _write_parquet}
    if (write := writers.get(file.suffix.lower())) is None:
        raise click.BadParameter("The file's name must end in .csv or .parquet.", param_hint="FILE")
    with _opened() as opened:
        ensure(opened.database, opened.zone)
        period = _period(first, last, opened.today)
        n_calls = write(file, _calls(Reports(opened.database, opened.zone), scope, period))
    click.echo(f"{n_calls} calls from {period.first} to {period.last} are in {file}.")


def _calls(reports: Reports, scope: Scope, period: Period) -> Iterator[Entry]:
    before: Entry | None = None
    while calls := reports.entries(scope, period, before=before, limit=_PAGE):
        yield from calls
        before = calls[-1]


_COLUMNS = tuple(field.name for field in fields(Entry) if field.name not in ("corrects", "makes_known"))


def _write_csv(file: Path, calls: Iterator[Entry]) -> int:
    with file.open("w", encoding="utf-8", newline="") as opened:
        rows = csv.DictWriter(opened, _COLUMNS, extrasaction="ignore")
        rows.writeheader()
        n_calls = 0
        for call in calls:
            rows.writerow({**asdict(call), "at": call.at.isoformat()})
            n_calls += 1
    return n_calls


def _write_parquet(file: Path, calls: Iterator[Entry]) -> int:
    import pandas as pd  # noqa: PLC0415 - slow to import, and only wanted here

    frame = pd.DataFrame.from_records([asdict(call) for call in calls], columns=list(_COLUMNS))
    frame.convert_dtypes().to_parquet(file, index=False)  # whole numbers stay whole beside what is not known
    return len(frame)


@usage.command("rebuild")
def rebuild_() -> None:
    """Make the sums by day and month anew from the entries; the app may go on meanwhile."""
    with _opened() as opened:
        rebuild(opened.database, opened.zone, lambda month: click.echo(f"{month:%Y-%m} is done."))
        click.echo(f"The sums agree with the entries, in days of {opened.zone.key}.")


@usage.command()
@_with_scope
@click.option("--yes", is_flag=True, help="Write the corrections without asking.")
def reprice(*, scope: Scope, first: date | None, last: date | None, yes: bool) -> None:
    """Price calls again whose price was missing or wrong; shows the difference, and asks before it is written."""
    with _opened() as opened:
        ensure(opened.database, opened.zone)
        period = _period(first, last, opened.today)
        repricing = Repricing(opened.database, opened.zone, catalog_prices(Catalog.load()))
        found = list(repricing.differences(period, scope))
        if not found:
            click.echo(f"From {period.first} to {period.last} every call has the price that is known today.")
            return
        click.echo(_table([("day", "model", "until now", "now"), *map(_line, found[:_SHOWN_DIFFERENCES])]))
        if len(found) > _SHOWN_DIFFERENCES:
            click.echo(f"and {len(found) - _SHOWN_DIFFERENCES} more")
        click.echo(_sentence(Totals.of(found)))
        if yes or click.confirm("Write these corrections? The entries themselves stay as they are."):
            click.echo(f"{repricing.write(found).n_calls} corrections are written.")


def _line(one: Difference) -> tuple[str, ...]:
    model = one.call.model_used or one.call.model_asked
    return str(one.call.at.date()), model, show(one.call.cost_nanousd), show(one.cost.total_nanousd)


def _sentence(totals: Totals) -> str:
    sign = "more" if totals.nanousd >= 0 else "less"
    difference = f"${abs(totals.nanousd) / NANOUSD_PER_USD:.6f} {sign}"
    return f"{totals.n_calls} calls, {totals.n_unknown} of them without a cost until now: {difference} in all."
