"""A whole fleet under load, whose processes are killed at random: what is lost, paid again, overspent, or stuck.

Two replicas behind Caddy and three workers, over PostgreSQL and an S3 server; all but those two are killed as a crash
would, and started again. The provider writes down every call. ``lost_calls`` were answered while nobody was killed, and
are in no ledger; ``doubled_calls`` were paid again though their answer had come while nobody was killed. What was in
flight at a kill is told apart: ``in_flight_paid_again``, ``in_flight_unrecorded``.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from audiokit.settings import Settings
from audiokit.studio import Studio, open_studio
from audiokit.usage.budgets import Every, ScopeKind
from benchmarks._fleet_load import PAGE, Load, Purse
from benchmarks._recorded import Call, calls, paid_provider

if TYPE_CHECKING:
    from fleet import Fleet, Kind

__all__ = ["run"]

_TAKES_S = 0.5
_SETTINGS = {
    "AUDIOKIT_PERSON_CALLS_PER_MINUTE": "10000",
    "AUDIOKIT_MAX_RETRIES": "1",
    "AUDIOKIT_MODELS": json.dumps({"speak": "gpt-audio-mini"}),  # it says what it said: lines are spoken once each
}
_EVERY_S = (3.0, 9.0)  # between kills
_DOWN_S = (0.0, 3.0)
_RECORDED_S = 2.0  # from an answer to its entry: who is killed within it was recording it
_PATIENCE_S = 180.0  # for what is under way at the end
_SEED = 20261121


def run(seconds: float = 120.0) -> dict[str, float]:
    """Have a fleet work and be killed at for so long, let it finish, and count."""
    sys.path.append(str(Path(__file__).parents[1] / "tests"))
    from fleet import fleet  # noqa: PLC0415 - the tests' own way to start one

    with tempfile.TemporaryDirectory() as name, paid_provider(Path(name), takes_s=_TAKES_S) as paid:
        folder = Path(name)
        around = {**paid, **_SETTINGS}
        with fleet(folder / "fleet", environment=around) as running:
            os.environ.update(running.environment)
            os.environ["AUDIOKIT_DATA_DIR"] = str(folder / "here")
            studio = open_studio(Settings.read())
            try:
                return _killed_at(running, studio, folder, seconds)
            finally:
                studio.close()


def _killed_at(running: Fleet, studio: Studio, folder: Path, seconds: float) -> dict[str, float]:
    person, purse = studio.person().id, Purse(studio)
    studio.usage.budgets.put(ScopeKind.PAGE, PAGE, Every.MONTH, purse.step_nanousd)
    load = Load(studio, person, running.address, purse)
    killer = _Killer(running)
    load.start()
    killer.run(seconds)
    load.finish(_PATIENCE_S)
    purse.look()
    asked, entries = calls(folder), running.rows("SELECT request_id FROM entry WHERE request_id IS NOT NULL")
    figures = _judged(asked, killer.at, {row["request_id"] for row in entries})
    return {
        "n_kills": float(len(killer.at)),
        **{f"n_kills_{kind}": float(n) for kind, n in sorted(killer.of.items())},
        **figures,
        "overspent_nanousd": float(purse.overspent_nanousd),
        "n_refused_by_budget": float(load.n_refused),
        "n_turns": float(load.n_turns),
        "n_programmes": float(load.n_programmes),
        "n_analyses": float(load.n_analyses),
        "n_jobs_failed": float(load.n_failed),
        "n_jobs_unfinished": float(load.n_unfinished),
        "longest_stuck_s": load.longest_stuck_s,
    }


class _Killer:
    """Kills a process at a time, and starts it again."""

    def __init__(self, running: Fleet) -> None:
        self._running = running
        self._dice = random.Random(_SEED)  # noqa: S311 - which moments, not secrets
        self.at = list[float]()
        self.of = Counter[str]()

    def run(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            time.sleep(self._dice.uniform(*_EVERY_S))
            kind, number = self._dice.choice(sorted(self._running.processes))
            self._kill(kind, number)

    def _kill(self, kind: Kind, number: int) -> None:
        self._running.kill(kind, number)
        self.at.append(time.time())
        self.of[kind] += 1
        time.sleep(self._dice.uniform(*_DOWN_S))
        self._running.start(kind, number)


def _judged(asked: Sequence[Call], kills: Sequence[float], recorded: set[str]) -> dict[str, float]:
    """Return what became of the calls that were answered."""

    def is_in_flight(call: Call) -> bool:
        until = float("inf") if call.ended_at is None else call.ended_at + _RECORDED_S
        return any(call.began_at <= at <= until for at in kills)

    answered = [call for call in asked if call.ended_at is not None and call.status == 200]
    unrecorded = [call for call in answered if call.request_id not in recorded]
    doubled = in_flight = 0
    for same in _by_what_was_asked(asked).values():
        for again in same[1:]:
            before = [call for call in same if call.ended_at is not None and call.ended_at < again.began_at]
            had = [call for call in before if call.status == 200 and not is_in_flight(call)]
            doubled += bool(had)
            if had:
                print("paid again:", again.path, again.words, file=sys.stderr)
            in_flight += not had
    return {
        "n_calls": float(len(asked)),
        "lost_calls": float(sum(not is_in_flight(call) for call in unrecorded)),
        "doubled_calls": float(doubled),
        "in_flight_unrecorded": float(sum(map(is_in_flight, unrecorded))),
        "in_flight_paid_again": float(in_flight),
    }


def _by_what_was_asked(asked: Sequence[Call]) -> dict[str, list[Call]]:
    found = defaultdict[str, list[Call]](list)
    for call in sorted(asked, key=lambda call: call.began_at):
        found[call.asked].append(call)
    return found
