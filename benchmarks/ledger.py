"""Ten million entries, on SQLite and on PostgreSQL: how long each chart takes, and how fast entries are appended."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

from audiokit.store.database import Database, open_database
from audiokit.usage.rebuilding import rebuild
from audiokit.usage.reports import Period, Reports, Scope
from benchmarks._ledger_entries import FIRST, MODELS, N_DAYS, PAGES, PEOPLE, TEAMS, days_of
from benchmarks._ledger_load import add_people, load

_N_ENTRIES = int(os.environ.get("BENCHMARK_ENTRIES", "10_000_000"))
_SECONDS = float(os.environ.get("BENCHMARK_SECONDS", "10"))
_RUNS, _N_WRITERS = 5, 2
_ZONE = ZoneInfo("UTC")
_LAST = FIRST + timedelta(days=N_DAYS - 8)  # in the middle of a month, as most days are
_SCOPES = {
    "everybody": Scope(),
    "person": Scope(person_id=PEOPLE[0]),
    "team": Scope(team=TEAMS[0]),
    "page": Scope(page=PAGES[0]),
    "model": Scope(model=MODELS[0]),
    "person_page": Scope(person_id=PEOPLE[0], page=PAGES[0]),
    "team_page": Scope(team=TEAMS[0], page=PAGES[0]),
    "page_model": Scope(page=PAGES[0], model=MODELS[0]),
}
_PERIODS = {f"{n}d": Period(_LAST - timedelta(days=n - 1), _LAST) for n in (30, 90, 365, N_DAYS - 20)}


def run(entries: int = _N_ENTRIES) -> dict[str, float]:
    """Return the slowest chart, our time against that of pandas, and appends a second, of both databases the worse.

    Those of PostgreSQL begin with ``pg_`` and are left out where there is no server to start; ours is started without
    waiting for the disk (fsync off), as in the tests.
    """
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        figures = _measured(None, Path(name), entries)
    if (url := _postgres()) is not None:
        with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
            figures |= {f"pg_{key}": value for key, value in _measured(url, Path(name), entries).items()}
    return (
        {"n_entries": float(entries)}
        | _worse(figures)
        | {key: value for key, value in figures.items() if key not in _HEADLINES}
    )


_HEADLINES = ("slowest_chart_ms", "pandas_ratio", "appends_per_s")


def _worse(figures: dict[str, float]) -> dict[str, float]:
    slowest, ratio, appends = (
        [value for key, value in figures.items() if key.removeprefix("pg_") == name] for name in _HEADLINES
    )
    return {
        "slowest_chart_ms": max(slowest),
        "pandas_ratio": min(ratio),
        "appends_per_s": min(appends),
        "sqlite_slowest_chart_ms": slowest[0],
        "sqlite_pandas_ratio": ratio[0],
        "sqlite_appends_per_s": appends[0],
    }


def _postgres() -> str | None:
    sys.path.append(str(Path(__file__).parents[1] / "tests"))
    from postgres import fresh_database_url  # noqa: PLC0415 - the tests' own way to start a server
    from pytest import skip  # noqa: PLC0415, PT013 - its way to say that there is none

    try:
        return fresh_database_url()
    except skip.Exception:
        return None


def _measured(url: str | None, folder: Path, n_entries: int) -> dict[str, float]:
    database = open_database(url, folder)
    try:
        add_people(database)
        load_s = _took_s(lambda: load(url, folder, days_of(n_entries)))
        rebuild_s = _took_s(lambda: rebuild(database, _ZONE))
        _settle(url)
        print(f"loaded in {load_s:.0f} s, added up in {rebuild_s:.0f} s", file=sys.stderr, flush=True)
        slowest = dict(_charts(Reports(database, _ZONE)))
        worst = sorted(slowest, key=lambda name: -slowest[name])
        print(*(f"{slowest[name]:6.0f} ms  {name}" for name in worst[:10]), sep="\n", file=sys.stderr, flush=True)
        return {
            "slowest_chart_ms": slowest[worst[0]],
            "pandas_ratio": _pandas_ratio(url, folder, database),
            "appends_per_s": _appends_per_s(url, folder, database),
            "load_s": load_s,
            "rebuild_s": rebuild_s,
            **{f"{kind}_ms": _slowest_of(slowest, kind) for kind in _KINDS},
        }
    finally:
        database.close()


_KINDS: dict[str, Callable[[Reports, Scope, Period], object]] = {
    "tiles": lambda reports, scope, period: reports.tiles(scope, period),
    "daily": lambda reports, scope, period: reports.daily(scope, period),
    "top_people": lambda reports, scope, period: reports.top("person", scope, period),
    "top_teams": lambda reports, scope, period: reports.top("team", scope, period),
    "top_models": lambda reports, scope, period: reports.top("model", scope, period),
    "top_pages": lambda reports, scope, period: reports.top("page", scope, period),
    "latency": lambda reports, scope, period: reports.latency(scope, period),
    "sound": lambda reports, scope, period: reports.sound(scope, period),
    "refused": lambda reports, scope, period: reports.refused(scope, period),
    "entries": lambda reports, scope, period: reports.entries(scope, period),
    "forecast": lambda reports, scope, period: reports.forecast(scope, period.last),
}


def _charts(reports: Reports) -> Iterator[tuple[str, float]]:
    """Yield each chart's name, with scope and days, and its best time of a few, the machine not being ours alone."""
    for kind, draw in _KINDS.items():
        for scope_name, scope in _SCOPES.items():
            for days, period in _PERIODS.items():
                times = [_took_s(lambda: draw(reports, scope, period)) for _ in range(_RUNS)]  # noqa: B023 - at once
                yield f"{kind} {scope_name} {days}", min(times) * 1000


def _slowest_of(slowest: dict[str, float], kind: str) -> float:
    return max(ms for name, ms in slowest.items() if name.split()[0] == kind)


def _took_s(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _settle(url: str | None) -> None:
    """Tell the database what it holds, as its own service does in time."""
    if url is not None:
        import psycopg  # noqa: PLC0415 - where PostgreSQL is measured too

        with psycopg.connect(url, autocommit=True) as connection:
            for name in ("tally_day", "tally_month", "tally_latency", "tally_sound"):
                connection.execute(f"VACUUM (ANALYZE) audiokit.{name}")


def _pandas_ratio(url: str | None, folder: Path, database: Database) -> float:
    """Return how many times longer pandas takes for the stacked bars of thirty days, from the entries."""
    from benchmarks._ledger_pandas import by_day_and_model  # noqa: PLC0415 - slow to import, and only wanted here

    reports, period = Reports(database, _ZONE), _PERIODS["30d"]
    ours = median(_took_s(lambda: reports.daily(Scope(), period)) for _ in range(_RUNS))
    return _took_s(lambda: by_day_and_model(url, folder, period)) / ours


def _appends_per_s(url: str | None, folder: Path, database: Database) -> float:
    """Return how many entries eight writers append a second, in two processes, while the page is read."""
    command = [sys.executable, "-m", "benchmarks._ledger_writers", str(folder), str(_SECONDS), *([url] if url else [])]
    writers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ours
        for _ in range(_N_WRITERS)
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("\n")
        writer.stdin.flush()
    reports = Reports(database, _ZONE)
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until:
        for draw in _KINDS.values():
            draw(reports, Scope(), _PERIODS["30d"])
        time.sleep(0.2)
    return sum(int(writer.communicate(timeout=60)[0]) for writer in writers) / _SECONDS
