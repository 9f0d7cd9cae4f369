"""What a journey needs to speak and to listen: a microphone file from real speech, and a look into what is kept."""

from __future__ import annotations

import re
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page, expect

from audiokit.audio.clip import Clip
from audiokit.audio.decode import decode
from audiokit.audio.resample import resample
from audiokit.audio.wav import to_wav

MICROPHONE_HZ = 48_000  # what Chromium's fake microphone takes


def microphone_file(speech: Path, folder: Path, *, lead_s: float = 0.3, tail_s: float | None = None) -> Path:
    """Write speech as a microphone would give it; Chromium plays it over and over.

    It is quiet for ``lead_s`` before it and for ``tail_s`` after it; the same, if that is not said.
    """
    spoken = resample(decode(speech.read_bytes()).mono(), MICROPHONE_HZ)
    before, after = (
        np.zeros((round(quiet_s * MICROPHONE_HZ), 1), np.float32)
        for quiet_s in (lead_s, lead_s if tail_s is None else tail_s)
    )
    path = folder / "microphone.wav"
    path.write_bytes(to_wav(Clip(np.concatenate([before, spoken.samples, after]), MICROPHONE_HZ)))
    return path


def entries(data_dir: Path) -> list[dict[str, Any]]:
    """Read the ledger as another program would, past our own code."""
    return rows(data_dir, "SELECT * FROM entry ORDER BY at, id")


def sent_s(data_dir: Path, turn_id: str) -> float:
    """Return how much of a recording was sent, once it was prepared."""
    (turn,) = rows(data_dir, "SELECT sent_s FROM turn WHERE id = ?", turn_id)
    seconds: float = turn["sent_s"]
    return seconds


def rows(data_dir: Path, query: str, *values: str) -> list[dict[str, Any]]:
    """Ask the database of an app that is running; of a whole fleet, where that is what runs (``fleet``)."""
    if "fleet" in sys.modules and (found := sys.modules["fleet"].rows_of(data_dir, query, *values)) is not None:
        return list(found)
    with closing(sqlite3.connect(f"file:{data_dir / 'audiokit.sqlite'}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(query, values)]


def downloads(page: Page, *, n_sounds: int) -> Iterator[bytes]:
    """Fetch every sound that the page offers to save, in the page's order."""
    links = page.locator("a[download]")
    expect(links).to_have_count(n_sounds)
    for link in links.all():
        expect(link).to_have_attribute("href", re.compile("^/api/media/clip/"))  # once the player's program is loaded
        yield page.request.get(page.url.split("/?")[0].rstrip("/") + str(link.get_attribute("href"))).body()
