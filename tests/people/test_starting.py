from __future__ import annotations

from pathlib import Path

import pytest

from audiokit.errors import NotAllowed, TooOften
from audiokit.people.starting import Starting
from audiokit.store.database import open_database
from audiokit.store.rates import Rates


def test_one_who_starts_too_often_waits_and_others_do_not_at_any_replica(tmp_path: Path) -> None:
    database, now_s = open_database(None, tmp_path), [1_000_000.0]
    here, there = (Starting(lambda _: None, Rates(database, clock=lambda: now_s[0]), 60) for _ in range(2))

    for start in (here, there, here):
        start("ada")
    with pytest.raises(TooOften, match=r"just now\. Try again in \d s\.") as refused:
        there("ada")
    here("ben")
    now_s[0] += refused.value.retry_after_s
    there("ada")
    database.close()


def test_who_may_not_at_all_is_told_that_and_nothing_is_counted(tmp_path: Path) -> None:
    def refuse(_person_id: str) -> None:
        raise NotAllowed("You may look, and not call.")

    database = open_database(None, tmp_path)
    starting = Starting(refuse, Rates(database), 1)
    for _ in range(3):
        with pytest.raises(NotAllowed):
            starting("ada")
    database.close()
