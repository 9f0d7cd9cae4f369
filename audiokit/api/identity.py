"""Who is calling a route: whoever a signed address was made for, or whose token a program shows. Never a cookie.

So other sites' pages cannot call in somebody's name. That the person is not blocked, and has not been signed out since
an address was made, is asked by the signer itself; see :class:`audiokit.people.addresses.Signer`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from audiokit.api.refusals import Endpoint, answering, refusal
from audiokit.errors import NotAllowed
from audiokit.people.addresses import Signer
from audiokit.people.persons import Person
from audiokit.people.service import PeopleService
from audiokit.people.tokens import Scope

__all__ = ["Opened", "PeopleSource", "claims_of", "for_programs"]

_ANOTHER_USE = "This address was made for something else. Load the page again to get a new one."
_NO_TOKEN = "Show a token of yours as `Authorization: Bearer ak_…`; the Account page makes one."  # noqa: S105 - a sentence
_NOT_FOR_THIS = "This token is not good for that: it lacks the scope {scope}. Make another one on the Account page."
_REALM = 'Bearer realm="audiokit"'


class PeopleSource(Protocol):
    """Where people come from: what the studio offers."""

    @property
    def people(self) -> PeopleService:
        """People and their tokens."""


Opened = Callable[[], PeopleSource]
ForPerson = Callable[[Request, Person], Awaitable[Response]]


async def claims_of(connection: HTTPConnection, signer: Signer, *uses: str) -> dict[str, str]:
    """Return what the address was signed for, one of ``uses``.

    Raises:
        NotAllowed: it is not one of ours, has expired or is for something else, or its person is not let in any more.
    """
    claims = await run_in_threadpool(signer.open, connection.path_params["token"])
    if claims.get("use") not in uses:
        raise NotAllowed(_ANOTHER_USE)
    return {name: str(value) for name, value in claims.items()}


class _Refused(Exception):
    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.answer = answer


def for_programs(
    opened: Opened, scope: Scope | None, endpoint: Callable[[Request, Person], Awaitable[Response]]
) -> Endpoint:
    """Return a route's end that is called with whoever shows a token of that scope; None: any of theirs.

    Without a token that is good, 401; with one that is good for something else, 403 (RFC 6750, section 3.1).
    """

    async def called(request: Request) -> Response:
        try:
            person = await run_in_threadpool(_caller, opened().people, request.headers.get("authorization", ""), scope)
        except _Refused as refused:
            return refused.answer
        answer = await endpoint(request, person)
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer

    return answering(called)


def _caller(people: PeopleService, header: str, scope: Scope | None) -> Person:
    kind, _, text = header.partition(" ")
    if kind.lower() != "bearer":
        raise _Refused(refusal(401, _NO_TOKEN, {"WWW-Authenticate": _REALM}))
    try:
        found = people.tokens.open(text.strip())
    except NotAllowed as error:
        told = {"WWW-Authenticate": f'{_REALM}, error="invalid_token"'}
        raise _Refused(refusal(401, str(error), told)) from error
    if scope is not None and scope not in found.scopes:
        told = {"WWW-Authenticate": f'{_REALM}, error="insufficient_scope", scope="{scope}"'}
        raise _Refused(refusal(403, _NOT_FOR_THIS.format(scope=scope), told))
    return people.caller(found)
