"""A call waits for its turn where its provider allows only so many a minute: all processes of an installation together.

Nothing is held against a budget meanwhile. What the SDK repeats after a refusal is not counted again, and neither are
live talks, whose limits are of another kind.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from audiokit.catalog.models import Provider
from audiokit.errors import ProviderBusy
from audiokit.settings import RateLimit
from audiokit.speech.replies import Event, Reply, Speech
from audiokit.speech.requests import Converse, Request
from audiokit.store.rates import Rates

__all__ = ["JOBS_AHEAD_S", "Pace", "Paced", "paced"]

JOBS_AHEAD_S = 2.0
"""A job takes no turn earlier than that: a person who waits goes before all who would have come later."""

_LEAST_WAIT_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What is allowed where, by ``engine`` or ``engine.family``: see ``AUDIOKIT_RATES``.

    ``patience_s`` is how long a call waits at most, and ``ahead_s`` how early it takes its turn.
    """

    rates: Rates
    limits: Mapping[str, RateLimit]
    patience_s: float = 120.0
    ahead_s: float = 120.0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] = time.sleep

    def limit_of(self, provider: Provider, model: str) -> tuple[str, RateLimit] | None:
        """Return what holds for a model, with the name that it is counted under.

        Models that are named together share what they are allowed; of others each has it by itself.
        """
        families = [key.partition(".")[2] for key in self.limits if key.startswith(f"{provider.value}.")]
        family = max((name for name in families if model.startswith(name)), key=len, default=None)
        if family is not None:
            return f"{provider.value}.{family}", self.limits[f"{provider.value}.{family}"]
        limit = self.limits.get(provider.value)
        return None if limit is None else (f"{provider.value}.{model}", limit)

    def wait(self, provider: Provider, model: str, n_tokens: int) -> None:
        """Wait until a call may be made.

        Raises:
            ProviderBusy: that would take longer than our patience lasts; nothing was sent.
            StoreError: the database cannot be used.
        """
        if (found := self.limit_of(provider, model)) is None:
            return
        name, limit = found
        give_up_at = self.clock() + self.patience_s
        for kind, per_minute, amount in (("requests", limit.requests, 1), ("tokens", limit.tokens, n_tokens)):
            if per_minute is not None:
                self._wait_for(f"{name} {kind}", per_minute, amount, give_up_at)

    def _wait_for(self, key: str, per_minute: int, amount: int, give_up_at: float) -> None:
        while True:
            left_s = max(0.0, give_up_at - self.clock())
            turn = self.rates.take(key, per_minute=per_minute, amount=amount, ahead_s=min(self.ahead_s, left_s))
            if turn.is_taken:
                self.sleep(turn.wait_s)
                return
            if turn.wait_s > left_s:
                raise ProviderBusy(
                    f"Too much is waiting: the next call could be made in {turn.wait_s:.0f} s. Send it again later, or "
                    "ask your operator to raise AUDIOKIT_RATES.",
                    limit=key,
                )
            self.sleep(max(_LEAST_WAIT_S, turn.wait_s - self.ahead_s))


@dataclass(frozen=True, slots=True, kw_only=True)
class Paced:
    """Asks ``inner`` once it is its turn; ``n_tokens`` says what a request may come to."""

    inner: Speech
    pace: Pace
    provider: Provider
    n_tokens: Callable[[Request], int]

    def reply(self, request: Request) -> Reply:
        """Pass on.

        Raises:
            ProviderBusy: too many are before us; nothing was sent.
        """
        self.pace.wait(self.provider, request.model, self.n_tokens(request))
        return self.inner.reply(request)

    def stream(self, request: Converse) -> Iterator[Event]:
        """Pass on; errors as in :meth:`reply`, before the first event."""
        self.pace.wait(self.provider, request.model, self.n_tokens(request))
        yield from self.inner.stream(request)


def paced(inner: Speech, pace: Pace | None, provider: Provider, n_tokens: Callable[[Request], int]) -> Speech:
    """Return ``inner``, behind a wait for its turn where a provider allows only so much."""
    if pace is None or not pace.limits:
        return inner
    return Paced(inner=inner, pace=pace, provider=provider, n_tokens=n_tokens)
