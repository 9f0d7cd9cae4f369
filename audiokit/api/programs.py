"""What programs may have over HTTP: one's own conversations, programmes, analyses and usage, by a token of one's own.

Nothing can be changed here. What is somebody else's is not there at all: 404.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO, Protocol, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from audiokit.api.identity import for_programs
from audiokit.api.ranges import attachment
from audiokit.api.sending import sent
from audiokit.api.written import written
from audiokit.converse.service import ConverseService
from audiokit.errors import InputError
from audiokit.people.persons import Person
from audiokit.people.service import PeopleService
from audiokit.people.tokens import Scope as TokenScope
from audiokit.sentiment.kept import RecordingHeading
from audiokit.sentiment.service import SentimentService
from audiokit.summaries.exports import Exports
from audiokit.summaries.service import SummariesService
from audiokit.usage.reports import Period, Scope
from audiokit.usage.sheet_files import write_csv
from audiokit.usage.sheets import Sheet, sheet_of
from audiokit.usage.views import UsageService

__all__ = ["ProgramSource", "program_routes"]

_DEFAULT_LIMIT, _MOST = 100, 500
_NO_DAY = "`from` and `to` are days, such as 2026-11-01, and the first is not after the last."
_NO_PAGE = f"`limit` is a number from 1 to {_MOST}, and `offset` one from 0."
_FORMATS = "Usage is had as json and as csv."
_Row = TypeVar("_Row")


class ProgramSource(Protocol):
    """Where all of it comes from: what the studio offers."""

    @property
    def people(self) -> PeopleService:
        """People and their tokens."""

    @property
    def converse(self) -> ConverseService:
        """Conversations."""

    @property
    def summaries(self) -> SummariesService:
        """Programmes."""

    @property
    def exports(self) -> Exports:
        """All programmes, as files."""

    @property
    def sentiment(self) -> SentimentService:
        """Recordings with their readings."""

    @property
    def usage(self) -> UsageService:
        """What was used, and what it cost."""

    def write_export(self, person_id: str, conversation_id: str, to: BinaryIO) -> str:
        """Write a conversation as one archive and return its name; may block."""


def program_routes(opened: Callable[[], ProgramSource]) -> list[BaseRoute]:
    """Return the routes under ``/api/v1/``."""
    programs = _Programs(opened)
    read, usage = TokenScope.READ, TokenScope.USAGE
    ends = (
        ("me", None, programs.me),
        ("conversations", read, programs.conversations),
        ("conversations/{id}/export", read, programs.conversation),
        ("programmes", read, programs.programmes),
        ("programmes/{id}/{format}", read, programs.programme),
        ("recordings", read, programs.recordings),
        ("recordings/{id}/{format}", read, programs.recording),
        ("usage", usage, programs.usage),
    )
    return [Route(f"/api/v1/{path}", for_programs(opened, scope, end)) for path, scope, end in ends]


@dataclass(frozen=True, slots=True)
class _Programs:
    opened: Callable[[], ProgramSource]

    async def me(self, _request: Request, person: Person) -> Response:
        """Say whose token it is."""
        known = {"id": person.id, "name": person.name, "email": person.email, "team": person.team}
        return JSONResponse(known | {"role": person.role.value})

    async def conversations(self, request: Request, person: Person) -> Response:
        """List conversations, the latest first."""
        found = await run_in_threadpool(self.opened().converse.headings, person.id)
        return _page(request, "conversations", found, lambda one: _named(one, "title", "updated_at"))

    async def conversation(self, request: Request, person: Person) -> Response:
        """Send one as an archive."""
        source, conversation_id = self.opened(), request.path_params["id"]
        return await written(lambda file: (source.write_export(person.id, conversation_id, file), "application/zip"))

    async def programmes(self, request: Request, person: Person) -> Response:
        """List programmes, the latest first."""
        found = await run_in_threadpool(self.opened().summaries.library.headings, person.id)
        fields = ("title", "state", "format", "duration_s", "n_lines", "n_spoken", "created_at", "updated_at")
        return _page(request, "programmes", found, lambda one: _named(one, *fields))

    async def programme(self, request: Request, person: Person) -> Response:
        """Send one in a format, such as mp3; whole, or the range asked for."""
        asked = (person.id, request.path_params["id"], request.path_params["format"])
        file = await run_in_threadpool(self.opened().exports.file, *asked)
        return await sent(request, file, {"Content-Disposition": attachment(file.name), "Cache-Control": "no-store"})

    async def recordings(self, request: Request, person: Person) -> Response:
        """List analysed recordings, those of the latest batch first."""
        found = await run_in_threadpool(self._recordings, person.id)
        fields = ("batch_id", "name", "state", "duration_s", "n_speakers", "n_segments", "created_at")
        return _page(request, "recordings", found, lambda one: _named(one, *fields))

    def _recordings(self, person_id: str) -> Sequence[RecordingHeading]:
        library = self.opened().sentiment.library
        batches = (library.batch(person_id, heading.id) for heading in library.batches(person_id))
        return [recording for batch in batches for recording in batch.recordings]

    async def recording(self, request: Request, person: Person) -> Response:
        """Send what was read from one, in a format such as json."""
        exporting, asked = self.opened().sentiment.exporting, request.path_params
        return await written(lambda file: exporting.write(person.id, asked["id"], asked["format"], file))

    async def usage(self, request: Request, person: Person) -> Response:
        """Send one's own usage, day by day, and what one's sounds were like."""
        usage, period = self.opened().usage, _period(request, self.opened().usage.today())
        view = usage.view(person.id, Scope(person_id=person.id), period)
        days = await run_in_threadpool(sheet_of, "days", view)
        match request.query_params.get("format", "json"):
            case "json":
                sounds = await run_in_threadpool(sheet_of, "sound", view)
                told = {"days": _objects(days), "sound": _objects(sounds)}
                return JSONResponse({"from": f"{period.first}", "to": f"{period.last}", **told})
            case "csv":
                return await written(lambda file: _as_csv(days, period, file))
        raise InputError(_FORMATS)


def _page(request: Request, name: str, found: Sequence[_Row], row: Callable[[_Row], dict[str, Any]]) -> Response:
    """Return a part of a list, and how long all of it is."""
    asked = request.query_params
    try:
        limit, offset = int(asked.get("limit", _DEFAULT_LIMIT)), int(asked.get("offset", 0))
    except ValueError:
        raise InputError(_NO_PAGE) from None
    if not 1 <= limit <= _MOST or offset < 0:
        raise InputError(_NO_PAGE)
    return JSONResponse({name: [row(one) for one in found[offset : offset + limit]], "total": len(found)})


def _named(one: Any, *fields: str) -> dict[str, Any]:
    return {name: _plain(getattr(one, name)) for name in ("id", *fields)}


def _objects(sheet: Sheet) -> list[dict[str, Any]]:
    return [dict(zip(sheet.columns, map(_plain, row), strict=True)) for row in sheet.rows]


def _plain(value: object) -> object:
    """Return a value as JSON has it; amounts are texts, so that no digit is lost."""
    match value:
        case Decimal():
            return f"{value:f}"
        case datetime() | date():
            return value.isoformat()
    return value


def _as_csv(sheet: Sheet, period: Period, file: BinaryIO) -> tuple[str, str]:
    write_csv(sheet, file)
    return f"audiokit usage {period.first} to {period.last}.csv", "text/csv; charset=utf-8"


def _period(request: Request, today: date) -> Period:
    """Return the days asked for: this month where none are."""
    asked = request.query_params
    try:
        last = date.fromisoformat(asked["to"]) if "to" in asked else today
        first = date.fromisoformat(asked["from"]) if "from" in asked else last.replace(day=1)
        return Period(first, last)
    except ValueError:
        raise InputError(_NO_DAY) from None
