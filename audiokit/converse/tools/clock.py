"""The time, here and elsewhere. Rules come from the IANA database: the system's own, else the package ``tzdata``."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from audiokit.converse.tools.places import MANY_ZONES, ZONE_OF
from audiokit.errors import InputError

__all__ = ["Clock", "zone_called"]

_OFFSET = re.compile(r"(?:utc|gmt)?\s*(?P<sign>[+-])(?P<hours>\d{1,2})(?::?(?P<minutes>[0-5]\d))?")
_NO_PLACES = ("Etc/", "SystemV/", "posix/", "right/", "US/", "posixrules")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The tool. ``home`` is the IANA name of where the person is; None for this machine's zone."""

    home: str | None = None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def current_time(self, time_zone: str | None) -> str:
        """Tell the current time, the day and the date at a place.

        Args:
            time_zone: An IANA time zone such as "Europe/Rome", or a large city; null for where this person is.
        """
        asked = (time_zone or "").strip() or self.home
        there = self.now().astimezone(zone_called(asked) if asked else None)
        return f"It is {there:%H:%M} on {there:%A}, {there.day} {there:%B %Y}{_where(time_zone, there)}."


def zone_called(name: str) -> tzinfo:
    """Return the time zone of an IANA name, a large city, a country with one zone, or ``UTC+2``.

    Raises:
        InputError: there is none of that name, or the country has several.
    """
    plain = _plain(name)
    if (offset := _OFFSET.fullmatch(plain)) is not None:
        return _at_offset(name, offset)
    for part in (plain, plain.split(",")[0].strip()):
        if part in MANY_ZONES:
            raise InputError(f"There are several time zones in {name}. Name a city there.")
        if (key := _zones().get(part)) is not None:
            return ZoneInfo(key)
    raise InputError(
        f"No time zone is known for {name[:64]!r}. Give an IANA name such as Europe/Rome, or a large city."
    )


@cache
def _zones() -> dict[str, str]:
    """Return IANA names by what they are called: in full, by their city, and by cities without a zone of their own.

    A name is only ever looked up in here: it never becomes a path.
    """
    keys = sorted(key for key in available_timezones() if not key.startswith(_NO_PLACES))
    cities = {_plain(key.rsplit("/", 1)[1]): key for key in reversed(keys) if "/" in key}
    known = {place: key for place, key in ZONE_OF.items() if key in set(keys)}
    return {**cities, **known, **{_plain(key): key for key in keys}, "utc": "UTC", "gmt": "UTC", "z": "UTC"}


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").lower().split())


def _at_offset(name: str, offset: re.Match[str]) -> tzinfo:
    ahead = timedelta(hours=int(offset["hours"]), minutes=int(offset["minutes"] or 0))
    if ahead > timedelta(hours=14):
        raise InputError(f"No place on earth has the time {name[:64]!r}. Offsets go from -12 to +14 hours.")
    return timezone(ahead if offset["sign"] == "+" else -ahead)


def _where(asked: str | None, there: datetime) -> str:
    ahead = f"{there:%z}"
    offset = f"UTC{ahead[:3]}:{ahead[3:5]}" if there.utcoffset() else "UTC"
    zone = there.tzinfo.key if isinstance(there.tzinfo, ZoneInfo) else ""
    named = ", ".join(dict.fromkeys(filter(None, [zone, offset])))
    return f" in {asked.strip()} ({named})" if asked and asked.strip() else f" ({named})"
