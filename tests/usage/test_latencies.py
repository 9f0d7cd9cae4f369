"""Times in buckets: what is lost by not keeping each."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiokit.usage.latencies import BUCKETS, EDGES_MS, bucket_of, percentile_ms, percentile_of

TIMES = st.lists(st.integers(10, 700_000), min_size=1, max_size=200)


@given(TIMES, st.sampled_from([0.5, 0.95]))
def test_a_percentile_from_buckets_is_never_off_by_more_than_is_said(times: list[int], share: float) -> None:
    told, exact = percentile_ms(Counter(map(bucket_of, times)), share), percentile_of(times, share)

    assert told is not None
    assert exact is not None
    assert max(told / exact, exact / told) < 1.31  # ten buckets a decade are 1.26; edges are whole milliseconds


@pytest.mark.parametrize(("median_ms", "spread"), [(650, 0.45), (90, 0.3), (4_000, 0.8)])
def test_where_times_are_spread_smoothly_it_is_within_five_per_cent(median_ms: float, spread: float) -> None:
    times = np.random.default_rng(1).lognormal(np.log(median_ms), spread, 20_000).astype(int).tolist()
    counts = Counter(map(bucket_of, times))

    for share in (0.5, 0.95):
        assert percentile_ms(counts, share) == pytest.approx(percentile_of(times, share), rel=0.05)


def test_every_time_has_a_bucket_and_longer_ones_no_lower() -> None:
    found = [bucket_of(ms) for ms in (0, 9, 10, 999, 1_000, 794_328, 10**7)]

    assert found == sorted(found)
    assert (found[0], found[-1]) == (0, len(BUCKETS) - 1)
    assert len(set(EDGES_MS)) == len(EDGES_MS)


def test_without_calls_nothing_is_known() -> None:
    assert percentile_ms({}, 0.5) is None
    assert percentile_of([], 0.5) is None
