"""``/api/metrics``: what the ledger comes to and which jobs are under way, as Prometheus reads it.

The numbers are the installation's, from its database, whichever process made a call: scrape one replica, or take the
maximum over all. Labels are pages, models, kinds and workflows; no person is among them.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from itertools import accumulate
from typing import TYPE_CHECKING, Final, Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audiokit.api.refusals import answering, refusal
from audiokit.errors import NotConfigured
from audiokit.money import NANOUSD_PER_USD
from audiokit.settings import Settings
from audiokit.usage.latencies import EDGES_MS
from audiokit.usage.sound import COLUMNS, EDGES
from audiokit.usage.totals import Total

if TYPE_CHECKING:
    from prometheus_client.core import Metric

__all__ = ["MetricsSource", "exposition", "metrics_routes"]

_NOTHING: Final = "There is nothing at this address."
_NO_TOKEN: Final = "Show the token of AUDIOKIT_METRICS_TOKEN as the bearer token."  # noqa: S105 - a sentence
_NO_EXTRA: Final = (
    "AUDIOKIT_METRICS is on, and that needs the extra metrics. Install it (pip install audiokit[metrics])."
)
_MS_PER_S: Final = 1000
_EVERY_EDGE: Final = 3  # ten edges to a factor of ten are more than a monitor needs
_PLACE: Final = ("page", "model")
_TOKENS: Final = ("text_in", "audio_in", "cached_in", "text_out", "audio_out")


class MetricsSource(Protocol):
    """Where numbers come from: what the studio offers."""

    @property
    def settings(self) -> Settings:
        """Whether anything is told, and to whom."""

    def totals(self) -> tuple[Total, ...]:
        """Return what calls came to; may block."""

    def jobs_under_way(self) -> Mapping[tuple[str, str], int]:
        """Return how many jobs are in which state, by workflow and state; may block."""


def metrics_routes(opened: Callable[[], MetricsSource]) -> list[BaseRoute]:
    """Return the route of this module."""

    async def metrics(request: Request) -> Response:
        source = await run_in_threadpool(opened)
        if not source.settings.metrics:
            return refusal(404, _NOTHING)
        if not _may_see(request, source.settings):
            return refusal(401, _NO_TOKEN, {"WWW-Authenticate": "Bearer"})
        text, media_type = await run_in_threadpool(lambda: exposition(source.totals(), source.jobs_under_way()))
        return Response(text, headers={"Content-Type": media_type, "Cache-Control": "no-store"})

    return [Route("/api/metrics", answering(metrics))]


def exposition(totals: tuple[Total, ...], jobs: Mapping[tuple[str, str], int]) -> tuple[bytes, str]:
    """Return the text that Prometheus reads, and its media type.

    Raises:
        NotConfigured: the extra is not installed.
    """
    try:
        from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest  # noqa: PLC0415 - if on
    except ImportError as error:
        raise NotConfigured(_NO_EXTRA, key="AUDIOKIT_METRICS") from error

    class Collected:
        def collect(self) -> Iterator[Metric]:
            yield from _counted(totals)
            yield from _timed(totals)
            yield from _heard(totals)
            yield _jobs(jobs)

    registry = CollectorRegistry()
    registry.register(Collected())
    return generate_latest(registry), CONTENT_TYPE_LATEST


def _may_see(request: Request, settings: Settings) -> bool:
    if settings.metrics_token is None:
        return True
    wanted = f"Bearer {settings.metrics_token.get_secret_value()}"
    return hmac.compare_digest(request.headers.get("authorization", "").encode(), wanted.encode())


def _counted(totals: tuple[Total, ...]) -> Iterator[Metric]:
    from prometheus_client.core import CounterMetricFamily  # noqa: PLC0415 - if on

    calls = CounterMetricFamily("audiokit_calls", "Calls that were made or refused.", labels=_PLACE)
    errors = CounterMetricFamily("audiokit_errors", "Calls without an answer.", labels=(*_PLACE, "outcome"))
    tokens = CounterMetricFamily("audiokit_tokens", "Tokens, as providers count them.", labels=(*_PLACE, "kind"))
    cost = CounterMetricFamily("audiokit_cost_usd", "What calls cost, as far as it is known.", labels=_PLACE)
    unpriced = CounterMetricFamily("audiokit_unpriced_calls", "Calls whose cost nobody knows.", labels=_PLACE)
    sound = CounterMetricFamily("audiokit_sound_seconds", "Sound sent and heard.", labels=(*_PLACE, "direction"))
    for one in totals:
        place, sums = [one.page, one.model], one.sums
        calls.add_metric(place, sums.n_calls)
        for outcome, count in (("failed", sums.n_failed), ("refused", sums.n_refused)):
            errors.add_metric([*place, outcome], count)
        for kind in _TOKENS:
            tokens.add_metric([*place, kind], getattr(sums, f"{kind}_tokens"))
        cost.add_metric(place, float(Decimal(sums.cost_nanousd) / NANOUSD_PER_USD))
        unpriced.add_metric(place, sums.n_unknown)
        for direction, heard_ms in (("in", sums.input_ms), ("out", sums.output_ms)):
            sound.add_metric([*place, direction], heard_ms / _MS_PER_S)
    yield from (calls, errors, tokens, cost, unpriced, sound)


def _timed(totals: tuple[Total, ...]) -> Iterator[Metric]:
    from prometheus_client.core import HistogramMetricFamily  # noqa: PLC0415 - if on

    first = HistogramMetricFamily("audiokit_first_sound_seconds", "Until an answer was heard.", labels=_PLACE)
    total = HistogramMetricFamily("audiokit_call_seconds", "Until an answer was whole.", labels=_PLACE)
    for one in totals:
        for family, counts in ((first, one.first_sound), (total, one.total)):
            if counts:
                family.add_metric([one.page, one.model], _buckets(counts), sum_value=None)
    yield from (first, total)


def _heard(totals: tuple[Total, ...]) -> Iterator[Metric]:
    """Yield what sounds were like: how many were measured, for how long, and how they are spread. No sum is kept."""
    from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily  # noqa: PLC0415 - if on

    place = (*_PLACE, "direction")
    counted = {
        "n_sounds": CounterMetricFamily("audiokit_sounds_measured", "Sounds that were measured.", labels=place),
        "n_clipped": CounterMetricFamily("audiokit_sounds_clipped", "Of these, the clipped ones.", labels=place),
        "n_again": CounterMetricFamily("audiokit_sounds_said_again", "Said wrong, and said again.", labels=place),
        "sound_ms": CounterMetricFamily("audiokit_sounds_measured_seconds", "How long they last.", labels=place),
        "speech_ms": CounterMetricFamily("audiokit_sounds_speech_seconds", "What of it may be speech.", labels=place),
    }
    spread = {
        "loudness_lufs": HistogramMetricFamily("audiokit_sound_loudness_lufs", "How loud they are.", labels=place),
        "snr_db": HistogramMetricFamily("audiokit_sound_snr_db", "How far speech is above its noise.", labels=place),
        "bandwidth_hz": HistogramMetricFamily("audiokit_sound_bandwidth_hertz", "How high they reach.", labels=place),
    }
    for one in totals:
        for direction, counts in one.sounds.items():
            labels = [one.page, one.model, direction]
            for name, counter in counted.items():
                counter.add_metric(labels, counts[name] / (_MS_PER_S if name.endswith("_ms") else 1))
            for name, histogram in spread.items():
                below = list(accumulate(counts[column] for column in COLUMNS[name]))
                upper = [(f"{edge:g}", float(n)) for edge, n in zip(EDGES[name], below, strict=False)]
                histogram.add_metric(labels, [*upper, ("+Inf", float(below[-1]))], sum_value=None)
    yield from (*counted.values(), *spread.values())


def _buckets(counts: Mapping[int, int]) -> list[tuple[str, float]]:
    """Return calls at or below each edge; ours lie below theirs, whole milliseconds apart. The sum is not known."""
    chosen = range(_EVERY_EDGE - 1, len(EDGES_MS), _EVERY_EDGE)
    below = {edge: sum(n for bucket, n in counts.items() if bucket <= edge) for edge in chosen}
    upper = [(f"{EDGES_MS[edge] / _MS_PER_S:g}", float(n)) for edge, n in below.items()]
    return [*upper, ("+Inf", float(sum(counts.values())))]


def _jobs(jobs: Mapping[tuple[str, str], int]) -> Metric:
    from prometheus_client.core import GaugeMetricFamily  # noqa: PLC0415 - if on

    found = GaugeMetricFamily("audiokit_jobs", "Jobs that are waiting or under way.", labels=("workflow", "state"))
    for (workflow, state), count in sorted(jobs.items()):
        found.add_metric([workflow, state], count)
    return found
