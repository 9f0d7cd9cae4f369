"""How deaths are counted, and what is noted of a job."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from audiokit.jobs.ids import family_of, family_prefix, job_id, new_family, same_family, try_of
from audiokit.jobs.recovery import _deaths

lives = st.lists(st.tuples(st.integers(0, 2), st.booleans()), min_size=1, max_size=12)


@given(lives)
def test_deaths_in_a_row_are_those_since_the_last_recorded_step_each_counted_once(
    history: list[tuple[int, bool]],
) -> None:
    noted, n_steps, expected = None, 0, 0
    for begun_at, (n_new_steps, is_seen_twice) in enumerate(history):
        n_steps += n_new_steps
        expected = 1 if n_new_steps or noted is None else expected + 1
        for _ in range(1 + is_seen_twice):
            n_deaths = _deaths(noted, n_steps, begun_at)
            noted = {"n": n_deaths, "n_steps": n_steps, "begun_at": begun_at}
            assert n_deaths == expected


def test_the_next_try_is_of_the_same_family() -> None:
    job = job_id(new_family(), 9)

    again = job_id(family_of(job), try_of(job) + 1)

    assert try_of(again) == 10
    assert again.startswith(family_prefix(job))


def test_families_are_told_apart_by_each_of_their_parts() -> None:
    asked = [("a", "b", "c"), ("a", "b", "d"), ("a", "d", "c"), ("d", "b", "c"), ("ab", "", "c"), ("a", "bc", "")]

    families = Counter(same_family(*parts) for parts in asked)

    assert set(families.values()) == {1}
    assert same_family("a", "b", "c") in families
