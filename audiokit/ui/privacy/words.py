"""What the pages about privacy say, in sentences."""

from __future__ import annotations

from datetime import datetime
from types import MappingProxyType

from audiokit.catalog.models import Provider
from audiokit.people.holdings import Stored
from audiokit.people.privacy import PrivacyService
from audiokit.people.retention import Kind, Rule

__all__ = ["AT_PROVIDERS", "KINDS", "day", "kept_for", "recordings_kept", "size", "until"]

KINDS = MappingProxyType(
    {
        Kind.RECORDINGS: "Your recordings, and what was cut or cleaned out of them",
        Kind.REPLIES: "Sound of replies",
        Kind.PROGRAMMES: "Programmes: documents, script and sound",
        Kind.TRANSCRIPTS: "Words of turns, prompts and analyses",
        Kind.RAW: "Notes of jobs that are over",
        Kind.AUDIT: "The log of who saw or deleted what",
    }
)
# OpenAI: its guide "Your data", read 2026-11-21; the hour is how long an answer's audio id lasts. Azure: what
# Microsoft's question-and-answer pages tell of abuse monitoring; what holds for a subscription is in its contract.
AT_PROVIDERS = MappingProxyType(
    {
        Provider.OPENAI.value: "**OpenAI** does not train on what is sent by its API unless its account agreed to "
        "that. It keeps logs against abuse for up to 30 days, longer where the law or harm to others demands it, and "
        "none with an agreement on zero retention. Sound of an answer can be referred to there for about an hour, so "
        "that a talk goes on. Nothing of this can be deleted from here.",
        Provider.AZURE.value: "**Microsoft Azure** does not train on what is sent. It may keep it for up to 30 days to "
        "watch for abuse, unless the subscription has been exempted. Nothing of this can be deleted from here.",
        Provider.COMPATIBLE.value: "**A server that whoever runs audiokit has chosen**: ask them what it keeps.",
        Provider.OFFLINE.value: "**The engine in this app**, on this machine: it keeps nothing.",
    }
)
_UNITS = ("bytes", "kB", "MB", "GB", "TB")


def size(n_bytes: int) -> str:
    """Return an amount of bytes for people: 12 kB."""
    amount, unit = float(n_bytes), 0
    while amount >= 999.5 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    return f"{amount:.1f} {_UNITS[unit]}" if unit and amount < 10 else f"{amount:.0f} {_UNITS[unit]}"


def day(moment: datetime) -> str:
    """Return a day for people."""
    return f"{moment.day} {moment:%B %Y}"


def until(stored: Stored) -> str:
    """Return how long a clip stays, and why."""
    if stored.kept_until is None:
        return "stays until you delete it"
    return f"goes on {day(stored.kept_until)}, {stored.rule.sentence}"


def recordings_kept(privacy: PrivacyService, person_id: str, otherwise: str) -> str:
    """Return how long recordings stay, in words that follow "are"; ``otherwise`` is what ends it without a rule."""
    rule = privacy.retention.of(person_id)[Kind.RECORDINGS]
    if rule.days is None:
        return f"kept until you {otherwise}"
    return f"kept for {rule.days} day{'s' * (rule.days != 1)}, or until you {otherwise}"


def kept_for(rule: Rule) -> str:
    """Return a rule in words."""
    if rule.days is None:
        return "for good"
    whose = "by your own rule" if rule.is_own else "by the rule here"
    return f"{rule.days} day{'s' * (rule.days != 1)}, {whose}"
