"""Numbers of usage at signed addresses that expire: each table as CSV or Parquet, and a report to print."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import BinaryIO, Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from audiokit.api.identity import claims_of
from audiokit.api.refusals import answering
from audiokit.api.usage_report import report_page
from audiokit.api.written import written
from audiokit.errors import NotFound
from audiokit.people.addresses import Signer
from audiokit.usage.reports import Period, Scope
from audiokit.usage.sheet_files import write_csv, write_parquet
from audiokit.usage.sheets import Sheet, bill_sheet, budgets_sheet, prices_sheet, sheet_of
from audiokit.usage.views import UsageService, View

__all__ = ["UsageSource", "usage_routes"]

_ALL = 1_000
_SCOPE = ("person_id", "team", "page", "model")
_WRITERS: dict[str, tuple[Callable[[Sheet, BinaryIO], None], str]] = {
    "csv": (write_csv, "text/csv; charset=utf-8"),
    "parquet": (write_parquet, "application/vnd.apache.parquet"),
}
_REPORT_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'",
}


class UsageSource(Protocol):
    """Where numbers come from: what the studio offers."""

    @property
    def signer(self) -> Signer:
        """What signs and opens addresses."""

    @property
    def usage(self) -> UsageService:
        """Usage, and who may see whose."""


def usage_routes(opened: Callable[[], UsageSource]) -> list[BaseRoute]:
    """Return the route of this module. Whether somebody may see the numbers is asked anew, whatever was signed."""

    async def usage(request: Request) -> Response:
        """Send the file, or the report."""
        source = opened()
        claims = await claims_of(request, source.signer, "usage")
        if claims["sheet"] == "report":
            page = await run_in_threadpool(_report, source.usage, claims)
            return HTMLResponse(page, headers=_REPORT_HEADERS)
        return await written(lambda to: _write(source.usage, claims, to))

    return [Route("/api/usage/{token}", answering(usage))]


def _view(usage: UsageService, asked: Mapping[str, str]) -> View:
    period = Period(date.fromisoformat(asked["first"]), date.fromisoformat(asked["last"]))
    scope = Scope(**{name: asked.get(f"of_{name}") for name in _SCOPE})
    return usage.view(asked["person"], scope, period)


def _report(usage: UsageService, asked: Mapping[str, str]) -> str:
    return report_page(_view(usage, asked), usage.standings(asked["person"]), usage.now().astimezone(usage.zone))


def _write(usage: UsageService, asked: Mapping[str, str], to: BinaryIO) -> tuple[str, str]:
    if asked["kind"] not in _WRITERS:
        raise NotFound("Tables are had as csv and as parquet.")
    write, media_type = _WRITERS[asked["kind"]]
    name = asked["sheet"]
    view = _view(usage, asked)
    write(_sheet(usage, asked["person"], name, view), to)
    return f"audiokit {name} {view.period.first} to {view.period.last}.{asked['kind']}", media_type


def _sheet(usage: UsageService, person_id: str, name: str, view: View) -> Sheet:
    match name:
        case "budgets":
            return budgets_sheet(usage.standings(person_id))
        case "bill":
            return bill_sheet(usage.agreement(person_id, view.period).drifts)
        case "prices":
            models = (top.name for top in view.top("model", _ALL))
            return prices_sheet((model, usage.price_today(model), *usage.end_of(model)) for model in models)
        case _:
            return sheet_of(name, view)
