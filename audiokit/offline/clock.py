"""The time and the date, in words that are pleasant to hear."""

from __future__ import annotations

import re
from datetime import datetime

from audiokit.offline.messages import Thought, Turn, plain
from audiokit.offline.numbers import ordinal, spell

__all__ = ["asks_for_now", "date_in_words", "place_in", "tell_the_date", "tell_the_time", "time_in_words"]

_TIME = re.compile(r"\bwhat('s| is)? (the )?time\b|\btime is it\b|\btell me the time\b|\bhave (you )?(got )?the time\b")
_DATE = re.compile(
    r"\b(what|which)('s| is)? (the |today's )?(day|date|year|month)\b|\btoday's (day|date)\b"
    r"|\b(day|date) is (it|today)\b|\btell me the date\b|\bwhat('s| is) today\b"
)
_PLACE = re.compile(r"\b(?:in|at) (?P<place>[^\W\d][\w .,'/+:-]{1,40})$", re.IGNORECASE)
_NO_PLACE = {"the", "this", "that", "your", "my", "our", "here", "words", "figures"}
_LONG = 12  # words; a longer question that mentions the time is about something else


def asks_for_now(question: str) -> bool:
    """Whether a question is for the time or the date, anywhere."""
    words = plain(question)
    return len(words.split()) <= _LONG and bool(_TIME.search(words) or _DATE.search(words))


def place_in(question: str) -> str | None:
    """Return the place that the time is asked for; None for here."""
    found = _PLACE.search(question.strip().rstrip("?!. "))
    return None if found is None or found["place"].lower().split()[0] in _NO_PLACE else found["place"]


def tell_the_time(turn: Turn) -> Thought | None:
    """Answer what time it is."""
    if not _TIME.search(turn.plain) or len(turn.plain.split()) > _LONG:
        return None
    return Thought(f"It is {time_in_words(turn.now)}.", "time")


def tell_the_date(turn: Turn) -> Thought | None:
    """Answer what day it is."""
    if not _DATE.search(turn.plain) or len(turn.plain.split()) > _LONG:
        return None
    return Thought(f"Today is {date_in_words(turn.now)}.", "date")


def time_in_words(now: datetime) -> str:
    """Return ``three fifty-two in the afternoon``, ``noon``, ``nine o'clock in the morning``."""
    if now.minute == 0 and now.hour in {0, 12}:
        return "noon" if now.hour else "midnight"
    hour = spell(now.hour % 12 or 12)
    minute = "o'clock" if now.minute == 0 else f"oh {spell(now.minute)}" if now.minute < 10 else spell(now.minute)
    part = "morning" if now.hour < 12 else "afternoon" if now.hour < 18 else "evening"
    return f"{hour} {minute} in the {part}" if 4 <= now.hour < 22 else f"{hour} {minute} at night"


def date_in_words(now: datetime) -> str:
    """Return ``Saturday, the twenty-first of November 2026``."""
    return f"{now:%A}, the {ordinal(now.day)} of {now:%B} {now.year}"
