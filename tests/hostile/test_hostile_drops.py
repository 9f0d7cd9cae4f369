"""Hostile files through Streamlit's own uploader, on three pages of a running app: a sentence each, others are served.

No browser: the same addresses, messages and bytes as one sends. All of it is ``python -m benchmarks hostile``.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest
from real import real_files

from benchmarks._bombs import DOCUMENTS, HARMLESS, SLOW, SOUNDS
from benchmarks._one_replica import replica
from benchmarks.hostile import Drop, attacked

pytestmark = pytest.mark.timeout(600)

MOST_WAIT_S, MOST_MB = 120.0, 500.0
ALONE = ("ogg that never ends.ogg", "wav of 4 GB by its header.wav")


def drops() -> Iterator[Drop]:
    small: dict[str, Callable[[], bytes]] = {
        path.name: path.read_bytes
        for path in islice((one for one in real_files("malformed/*/*") if one.stat().st_size < 30_000), 6)
    }
    for page, bombs in (("sentiment_analysis", SOUNDS), ("spoken_summaries", DOCUMENTS)):
        quick = [(name, make) for name, make in bombs.items() if name not in SLOW | HARMLESS]
        yield page, dict(quick[::2]) | small
    yield from (("", {name: SOUNDS[name]}) for name in ALONE)


def test_hostile_files_dropped_on_every_page_get_a_sentence_while_another_person_is_served(tmp_path: Path) -> None:
    with replica(tmp_path) as served:
        seen = asyncio.run(attacked(served, list(drops()), 2))
        log = (tmp_path / "app.log").read_text("utf-8", "replace")

    assert seen.crashes == []
    assert "Traceback" not in log
    untold = [one for one in seen.told if one.sentence is None and one.name in {*SOUNDS, *DOCUMENTS}]
    assert untold == []
    assert all(one.sentence.endswith(".") and len(one.sentence) < 250 for one in seen.told if one.sentence)
    assert {one.page for one in seen.told} == {"record_and_converse", "sentiment_analysis", "spoken_summaries"}
    sys.stdout.write(f"others waited {max(seen.waits):.1f} s at most, of {len(seen.waits)}; {seen.peak_mb:.0f} MB\n")
    assert seen.others_troubles == []
    assert len(seen.waits) > 1
    assert max(seen.waits) < MOST_WAIT_S
    assert seen.peak_mb - seen.app_mb < MOST_MB
