"""A programme of 40 lines whose worker is killed at random moments: what is paid for again."""

from __future__ import annotations

import random
import tempfile
import time
from collections import Counter
from pathlib import Path

from sqlalchemy import select

from audiokit.store.tables import made
from audiokit.studio import Studio
from benchmarks._paid import asked_for, prepare, provider
from benchmarks._programmes import PERSON, Working, of_lines, opened, texts, until_over

_N_LINES, _N_KILLS, _TAKES_S = 40, 20, 1.0
_PATIENCE_S = 15.0
_SEED = 20261121


def run() -> dict[str, float]:
    """Kill the worker so often, start it again each time, and count.

    ``recorded_lines_paid_again``: calls that were begun for a line whose clip had been stored. The other calls beyond
    one for each line are ``in_flight_paid_again``: at most ``in_flight_at_kills``, asked for and not stored by then.
    """
    dice = random.Random(_SEED)  # noqa: S311 - which moments, not secrets
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with provider(folder, takes_s=_TAKES_S) as address, opened(folder, address) as (studio, around):
            prepare(address, texts(_N_LINES))
            worker = Working(around)
            programme = of_lines(studio, texts(_N_LINES))
            studio.summaries.making.speak(PERSON, programme.id)
            n_kills = n_in_flight = 0
            worker.start()
            while n_kills < _N_KILLS:
                _until_more(folder)
                time.sleep(dice.uniform(0.0, 2.0))
                worker.kill()
                n_kills += 1
                n_in_flight = len(asked_for(folder)) - len(_stored(studio))
                if studio.summaries.making.look(PERSON, programme.id)[1] is None:
                    break
                worker.start()
            worker.start()
            over = until_over(studio, programme.id, patience_s=300)
            worker.stop()
            calls, stored = asked_for(folder), _stored(studio)
    assert over.n_spoken == _N_LINES, over.trouble
    of_text = Counter(text for _, text in calls)
    recorded = sum(at > stored[text] for at, text in calls if text in stored)
    return {
        "n_kills": float(n_kills),
        "n_calls": float(len(calls)),
        "recorded_lines_paid_again": float(recorded),
        "in_flight_paid_again": float(sum(n - 1 for n in of_text.values()) - recorded),
        "in_flight_at_kills": float(n_in_flight),
    }


def _until_more(folder: Path) -> None:
    """Wait until something is asked for again, or nothing more will be."""
    n_before, until = len(asked_for(folder)), time.monotonic() + _PATIENCE_S
    while len(asked_for(folder)) == n_before and time.monotonic() < until:
        time.sleep(0.05)


def _stored(studio: Studio) -> dict[str, float]:
    """Return when each text's clip was stored first."""
    with studio.database.read() as connection:
        rows = connection.execute(select(made.c.heard, made.c.created_at)).all()
    return {row.heard: row.created_at.timestamp() for row in rows}
