"""What the commands of ``audiokit usage`` do. Heavy to import, so only a command that runs does."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

import click

from audiokit.catalog.models import Catalog
from audiokit.errors import AudiokitError
from audiokit.money import NANOUSD_PER_USD, show
from audiokit.settings import Settings
from audiokit.store.database import Database, open_database
from audiokit.usage.days import Period, month_of
from audiokit.usage.entries import Entry
from audiokit.usage.rebuilding import ensure, rebuild
from audiokit.usage.reports import By, Reports, Scope, Sums
from audiokit.usage.repricing import Difference, Repricing, Totals, catalog_prices
from audiokit.usage.zones import zone_of
from audiokit.words.formulas import no_formula

__all__ = ["Scope", "export_calls", "rebuild_sums", "reprice_calls", "show_sums"]

_MOST = 1_000
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
            yield _Opened(database, zone_of(database, settings.time_zone))
        finally:
            database.close()
    except AudiokitError as error:
        raise click.ClickException(str(error)) from error


def _period(first: date | None, last: date | None, today: date) -> Period:
    last = last or max(today, first or today)
    first = first or month_of(last)
    if last < first:
        raise click.BadParameter(f"{first} is after {last}: give an earlier --from, or a later --to.")
    return Period(first, last)


def show_sums(scope: Scope, first: date | None, last: date | None, by: str, *, as_json: bool) -> None:
    """Print what a period cost, by day or by another cut."""
    with _opened() as opened:
        ensure(opened.database, opened.zone)
        period = _period(first, last, opened.today)
        reports = Reports(opened.database, opened.zone)
        if by == "day":
            rows = [(str(day.day), day.sums) for day in reports.daily(scope, period) if day.sums.n_calls]
        else:
            rows = [(top.name, top.sums) for top in reports.top(_by(by), scope, period, limit=_MOST)]
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


def export_calls(file: Path, scope: Scope, first: date | None, last: date | None) -> None:
    """Write the calls of a period into a file, by its ending."""
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
            cells = {**asdict(call), "at": call.at.isoformat()}
            rows.writerow({name: no_formula(cell) if isinstance(cell, str) else cell for name, cell in cells.items()})
            n_calls += 1
    return n_calls


def _write_parquet(file: Path, calls: Iterator[Entry]) -> int:
    import pyarrow as pa  # type: ignore[import-untyped]  # noqa: PLC0415 - heavy, and publishes no types
    from pyarrow import parquet  # noqa: PLC0415 - the same

    rows = [asdict(call) for call in calls]
    columns = {name: pa.array([row[name] for row in rows]) for name in _COLUMNS}
    parquet.write_table(pa.table(columns), file)
    return len(rows)


def rebuild_sums() -> None:
    """Make the sums anew, and say each month that is done."""
    with _opened() as opened:
        rebuild(opened.database, opened.zone, lambda month: click.echo(f"{month:%Y-%m} is done."))
        click.echo(f"The sums agree with the entries, in days of {opened.zone.key}.")


def reprice_calls(scope: Scope, first: date | None, last: date | None, *, is_agreed: bool) -> None:
    """Print what would cost something else by the prices known now, and write it if the person agrees."""
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
        if is_agreed or click.confirm("Write these corrections? The entries themselves stay as they are."):
            click.echo(f"{repricing.write(found).n_calls} corrections are written.")


def _line(one: Difference) -> tuple[str, ...]:
    model = one.call.model_used or one.call.model_asked
    return str(one.call.at.date()), model, show(one.call.cost_nanousd), show(one.cost.total_nanousd)


def _sentence(totals: Totals) -> str:
    sign = "more" if totals.nanousd >= 0 else "less"
    difference = f"${abs(totals.nanousd) / NANOUSD_PER_USD:.6f} {sign}"
    return f"{totals.n_calls} calls, {totals.n_unknown} of them without a cost until now: {difference} in all."
