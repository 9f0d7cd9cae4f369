"""One event of a client's, read and done; what is wrong with it is told, and ends nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from audiokit.offline.fields import a_mapping, one_of
from audiokit.offline.realtime.wire import Event, error
from audiokit.offline.refusals import Refused

__all__ = ["Doing", "take"]

Doing = Mapping[str, Callable[[Mapping[str, Any]], None]]
"""What to do for each type of event."""


def take(text: str, doing: Doing, emit: Callable[[Event], None]) -> None:
    """Do what ``text`` says, or tell ``emit`` why not."""
    caused_by: str | None = None
    try:
        asked = _parsed(text)
        given_id = asked.get("event_id")
        caused_by = given_id if isinstance(given_id, str) else None
        doing[one_of(asked.get("type"), tuple(doing), "type")](asked)
    except Refused as refused:
        emit(error(refused, caused_by))


def _parsed(text: str) -> Mapping[str, Any]:
    try:
        return a_mapping(json.loads(text), "event")
    except (ValueError, RecursionError) as error_:
        raise Refused("Invalid event: it is no JSON.", code="invalid_json") from error_
