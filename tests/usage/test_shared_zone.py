"""Machines that share a database count the same days, unless they are told otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest
from postgres import fresh_database_url

from audiokit.store.database import open_database
from audiokit.usage.rebuilding import ensure
from audiokit.usage.zones import zone_of

ODD = "Pacific/Chatham"  # which no machine that tests this is in


@pytest.mark.postgres
def test_on_postgresql_the_first_machine_decides_until_one_is_told(tmp_path: Path) -> None:
    database = open_database(fresh_database_url(), tmp_path)
    assert zone_of(database, None).key != ODD
    assert ensure(database, zone_of(database, ODD))

    assert zone_of(database, None).key == ODD
    assert not ensure(database, zone_of(database, None))
    assert zone_of(database, "UTC").key == "UTC"
    database.close()


def test_alone_a_machine_goes_by_its_own_clock(tmp_path: Path) -> None:
    database = open_database(None, tmp_path)
    ensure(database, zone_of(database, ODD))

    assert zone_of(database, None).key != ODD
    database.close()
