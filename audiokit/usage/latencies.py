"""Times that calls took, in buckets that widen evenly, and what half or nineteen of twenty of them stayed below."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from math import ceil
from typing import Final

__all__ = ["BUCKETS", "EDGES_MS", "bucket_of", "percentile_ms", "percentile_of"]

_PER_DECADE = 10
EDGES_MS: Final = tuple(ceil(10 ** (number / _PER_DECADE)) for number in range(10, 60))
"""Where the buckets above the first begin, in ms: ten to each power of ten, from a hundredth of a second to 800 s."""

BUCKETS: Final = tuple(f"n{number:02}" for number in range(len(EDGES_MS) + 1))
"""Their columns in the table of tallies."""


def bucket_of(ms: int) -> int:
    """Return the number of the bucket that ``ms`` falls into; 0 is below every edge."""
    return bisect_right(EDGES_MS, ms)


def percentile_ms(counts: Mapping[int, int], share: float) -> float | None:
    """Return what ``share`` of the calls stayed below, from calls by bucket; None without calls.

    Within a bucket calls are taken to be spread evenly on a scale of logarithms. The true value lies in the same
    bucket, so it is at most 26 % away, ten buckets being a factor of ten; where times are spread smoothly, 5 %.
    """
    left = share * sum(counts.values())
    for bucket in sorted(counts):
        if (n := counts[bucket]) > 0 and left <= n:
            low, high = _bounds(bucket)
            within: float = low * (high / low) ** (left / n)
            return within
        left -= counts[bucket]
    return None


def percentile_of(times_ms: Sequence[float], share: float) -> float | None:
    """Return the same of times that are all known: exact, by the nearest rank."""
    if not times_ms:
        return None
    return float(sorted(times_ms)[max(0, ceil(share * len(times_ms)) - 1)])


def _bounds(bucket: int) -> tuple[float, float]:
    low = EDGES_MS[bucket - 1] if bucket else 1
    high = EDGES_MS[bucket] if bucket < len(EDGES_MS) else low * 10 ** (1 / _PER_DECADE)
    return float(low), float(high)
