from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from postgres import fresh_database_url

from audiokit.store.database import Database, open_database
from audiokit.store.made import FEWEST_WORDS, Made, MadeClip

CLIP = MadeClip(
    key="k",
    digest="d",
    duration_s=2.5,
    n_words=6,
    heard="As it was said.",
    voice="marin",
    model="gpt-audio-mini",
    cost_nanousd=1_234_567,
    timings=(("As", 0.0, 0.2), ("it", 0.2, 0.31)),
    created_at=datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC),
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    opened = open_database(None if request.param == "sqlite" else fresh_database_url(), tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def made(database: Database) -> Made:
    return Made(database)


def test_what_is_kept_is_found_whole(made: Made) -> None:
    made.keep(CLIP)
    assert made.find("k") == CLIP
    assert made.find("other") is None


def test_what_is_not_known_comes_back_as_unknown(made: Made) -> None:
    unknown = replace(CLIP, heard=None, cost_nanousd=None, timings=())
    made.keep(unknown)
    assert made.find("k") == unknown


def test_of_two_that_are_kept_under_one_key_the_first_stands(made: Made) -> None:
    made.keep(CLIP)
    made.keep(replace(CLIP, digest="another"))
    assert made.find("k") == CLIP


def test_what_is_replaced_is_another_and_what_was_not_there_is_kept(made: Made) -> None:
    other = replace(CLIP, digest="another", timings=())
    made.replace(CLIP)
    made.replace(other)
    assert made.find("k") == other


def test_times_may_come_later(made: Made) -> None:
    made.keep(replace(CLIP, timings=()))
    made.time("k", CLIP.timings)
    assert made.find("k") == CLIP


def test_what_is_forgotten_can_be_made_again(made: Made) -> None:
    made.keep(CLIP)
    made.forget("k")
    made.forget("k")
    assert made.find("k") is None
    made.keep(CLIP)
    assert made.find("k") == CLIP


def test_a_voices_rate_is_of_all_it_has_said_and_unknown_before_it_has_said_enough(made: Made) -> None:
    for number in range(10):
        made.keep(replace(CLIP, key=f"quick {number}", n_words=FEWEST_WORDS // 10, duration_s=5.0))
        made.keep(replace(CLIP, key=f"slow {number}", voice="onyx", n_words=FEWEST_WORDS // 10, duration_s=7.5))
        made.keep(replace(CLIP, key=f"other {number}", model="tts-1", n_words=1, duration_s=0.5))
    made.keep(replace(CLIP, key="longer", n_words=0, duration_s=10.0))
    assert made.rates() == pytest.approx({("marin", "gpt-audio-mini"): 150.0, ("onyx", "gpt-audio-mini"): 120.0})
    assert made.rates(fewest_words=10)[("marin", "tts-1")] == 120.0
