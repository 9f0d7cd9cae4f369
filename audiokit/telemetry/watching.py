"""Calls and jobs told to whoever watches this process; nobody does unless a setting says so.

One watcher for the whole process, as OpenTelemetry and the log are: calls are made from many threads, far from where
things are opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

__all__ = ["Call", "SoundTold", "Watcher", "nobody", "tell_of_call", "watch", "watched_job"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundTold:
    """What a sound that went in or came out was like; ``None`` is not known."""

    clipped_ratio: float
    speech_ratio: float
    loudness_lufs: float | None
    snr_db: float | None
    bandwidth_hz: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of a provider that is over, without a person, a word or a sound. ``None`` is not known.

    ``ended_at`` is aware. ``input_tokens`` are the whole input, ``audio_in_tokens`` and ``cached_in_tokens`` parts of
    it. ``error`` is the name of our error's class.
    """

    kind: str
    page: str
    provider: str
    model_asked: str
    model_used: str | None
    ended_at: datetime
    total_ms: int
    first_sound_ms: int | None
    outcome: str
    error: str | None
    input_tokens: int | None
    audio_in_tokens: int | None
    cached_in_tokens: int | None
    output_tokens: int | None
    audio_out_tokens: int | None
    cost_nanousd: int | None
    sound_in: SoundTold | None = None
    sound_out: SoundTold | None = None


class Watcher(Protocol):
    """Who is told."""

    def call(self, call: Call) -> None:
        """Take note of a call."""

    def job(self, name: str) -> AbstractContextManager[None]:
        """Take note of a job for as long as it runs; what leaves it as an error has failed."""

    def close(self) -> None:
        """Send what is left."""


class _Nobody:
    def call(self, call: Call) -> None:
        """Pass over."""

    @contextmanager
    def job(self, name: str) -> Iterator[None]:  # noqa: ARG002 - the protocol's
        """Pass over."""
        yield

    def close(self) -> None:
        """Pass over."""


nobody: Watcher = _Nobody()
_here: list[Watcher] = [nobody]


def watch(watcher: Watcher) -> Watcher:
    """Have ``watcher`` told from now on; return who was told before."""
    before = _here[0]
    _here[0] = watcher
    return before


def tell_of_call(call: Call) -> None:
    """Tell the watcher of a call."""
    _here[0].call(call)


def watched_job(name: str) -> AbstractContextManager[None]:
    """Tell the watcher of a job for as long as it runs."""
    return _here[0].job(name)
