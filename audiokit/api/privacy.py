"""Everything of a person's as one archive, and the audit log, at signed addresses that expire."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import BinaryIO, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audiokit.api.identity import claims_of
from audiokit.api.refusals import answering
from audiokit.api.written import written
from audiokit.people.addresses import Signer
from audiokit.people.audit import write_csv
from audiokit.people.privacy import PrivacyService

__all__ = ["PrivacySource", "privacy_routes"]

_USES = ("everything", "audit")


class PrivacySource(Protocol):
    """Where it comes from: what the studio offers."""

    @property
    def signer(self) -> Signer:
        """What signs and opens addresses."""

    @property
    def privacy(self) -> PrivacyService:
        """What is kept of people, and who may see it."""


def privacy_routes(opened: Callable[[], PrivacySource]) -> list[BaseRoute]:
    """Return the route of this module. Whether somebody may see it is asked anew, whatever was signed."""

    async def privacy(request: Request) -> Response:
        """Put the file together, then send it."""
        source = opened()
        claims = await claims_of(request, source.signer, *_USES)
        person_id, is_log = claims["person"], claims["use"] == "audit"

        def write(file: BinaryIO) -> tuple[str, str]:
            if not is_log:
                return source.privacy.write_everything(person_id, file), "application/zip"
            entries = source.privacy.whole_log(person_id, of_all=claims["all"] == "1")
            text = io.TextIOWrapper(file, encoding="utf-8", errors="replace", newline="")
            write_csv(entries, text)
            text.detach()
            return "audiokit-audit-log.csv", "text/csv; charset=utf-8"

        return await written(write)

    return [Route("/api/privacy/{token}", answering(privacy))]
