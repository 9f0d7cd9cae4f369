"""A whole fleet under load, whose processes are killed at random: what is lost, paid again, overspent, or stuck.

Two replicas behind Caddy and three workers, over PostgreSQL and an S3 server; all but those two are killed as a crash
would, and started again. The provider writes down every call, and which process made it. ``lost_calls`` were answered
to a process that lived on, and are in no ledger; ``doubled_calls`` were paid again though their answer had come to a
process that lived on. What a process had in flight when it was killed is told apart: ``in_flight_paid_again``,
``in_flight_unrecorded``. Two pages have budgets that are reached again and again, and raised every ten seconds.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from audiokit.settings import Settings
from audiokit.studio import Studio, open_studio
from benchmarks._fleet_load import Load, Purse
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
_RECORDED_S = 5.0  # from an answer to its entry, and to the row of its clip: who is killed within it was at that
_BUDGETS = {"record_and_converse": 200_000_000, "spoken_summaries": 60_000_000}
"""Of pages, and by how much each is raised; a turn may cost 80 million nano-USD and a line 7, before it is known."""

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
    purses = tuple(Purse(studio, page, step) for page, step in _BUDGETS.items())
    load = Load(studio, studio.person().id, running.address, purses)
    killer = _Killer(running)
    load.start()
    killer.run(seconds)
    load.finish(_PATIENCE_S)
    entries = running.rows("SELECT request_id FROM entry WHERE request_id IS NOT NULL")
    wrong = running.rows("SELECT text, n_tries FROM line WHERE n_tries > 1")
    figures = _judged(
        calls(folder),
        killer.kills,
        recorded={row["request_id"] for row in entries},
        wrong={row["text"]: row["n_tries"] - 1 for row in wrong},
    )
    refused = running.rows("SELECT page FROM entry WHERE error = 'BudgetExceeded'")
    return {
        "n_kills": float(len(killer.kills)),
        "n_ended_alone": float(killer.n_ended_alone),
        **{f"n_kills_{kind}": float(n) for kind, n in sorted(killer.of.items())},
        **figures,
        "overspent_nanousd": float(max(_overspent_nanousd(running, purse) for purse in purses)),
        "n_refused_by_budget": float(len(refused)),
        "n_budgets_raised": float(sum(purse.n_raised for purse in purses)),
        "n_turns": float(load.n_turns),
        "n_programmes": float(load.n_programmes),
        "n_programmes_gone_on_with": float(load.n_gone_on_with),
        "n_analyses": float(load.n_analyses),
        "n_jobs_failed": float(load.n_failed),
        "n_jobs_unfinished": float(load.n_unfinished),
        "longest_stuck_s": load.longest_stuck_s,
    }


def _overspent_nanousd(running: Fleet, purse: Purse) -> int:
    """Return by how much a page ever went over what it might spend, as its budget says, and the ledger in the end."""
    purse.look()
    (row,) = running.rows("SELECT coalesce(sum(cost_nanousd), 0) AS spent FROM entry WHERE page = ?", purse.page)
    by = max(purse.overspent_nanousd, int(row["spent"]) - purse.limit_nanousd)
    if by > 0:
        print(f"overspent: {purse.page} by {by} nano-USD, of {purse.limit_nanousd}", file=sys.stderr)
    return by


class _Kill(NamedTuple):
    """Which process was killed, and when, since 1970."""

    who: str
    at: float


class _Killer:
    """Kills a process at a time, and starts it again."""

    def __init__(self, running: Fleet) -> None:
        self._running = running
        self._dice = random.Random(_SEED)  # noqa: S311 - which moments, not secrets
        self.kills = list[_Kill]()
        self.of = Counter[str]()
        self.n_ended_alone = 0

    def run(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            time.sleep(self._dice.uniform(*_EVERY_S))
            kind, number = self._dice.choice(sorted(self._running.processes))
            self._kill(kind, number)
            self._wait(kind, number)

    def _wait(self, kind: Kind, number: int) -> None:
        """Wait until it works again, or a busy machine, on which a start takes long, would have none left."""
        try:
            self._running.wait(kind, number)
        except AssertionError as error:
            self.n_ended_alone += 1
            print(error, file=sys.stderr)

    def _kill(self, kind: Kind, number: int) -> None:
        self._running.kill(kind, number)
        self.kills.append(_Kill(f"{kind}-{number}", time.time()))
        self.of[kind] += 1
        time.sleep(self._dice.uniform(*_DOWN_S))
        self._running.start(kind, number)


def _judged(
    asked: Sequence[Call], kills: Sequence[_Kill], *, recorded: set[str], wrong: Mapping[str, int]
) -> dict[str, float]:
    """Return what became of the calls that were answered.

    ``wrong`` are lines that were not said as written, and how often they were spoken again for that.
    """

    def is_in_flight(call: Call) -> bool:
        until = float("inf") if call.ended_at is None else call.ended_at + _RECORDED_S
        return any(kill.who == call.asked_by and call.began_at <= kill.at <= until for kill in kills)

    answered = [call for call in asked if call.ended_at is not None and call.status == 200]
    unrecorded = [call for call in answered if call.request_id not in recorded]
    found = Counter[str]()
    for same in _by_what_was_asked(asked).values():
        n_wrong = wrong.get(same[0].words, 0)
        for again in same[1:]:
            before = [call for call in same if call.ended_at is not None and call.ended_at < again.began_at]
            had = [call for call in before if call.status == 200 and not is_in_flight(call)]
            if had and n_wrong:
                n_wrong -= 1
                found["n_spoken_again_as_wrong"] += 1
            else:
                found["doubled_calls" if had else "in_flight_paid_again"] += 1
                if had:
                    print("paid again:", had, again, file=sys.stderr)
    for call in unrecorded:
        found["in_flight_unrecorded" if is_in_flight(call) else "lost_calls"] += 1
        if not is_in_flight(call):
            print("lost:", call, file=sys.stderr)
    names = (
        "lost_calls",
        "doubled_calls",
        "in_flight_unrecorded",
        "in_flight_paid_again",
        "n_spoken_again_as_wrong",
    )
    return {"n_calls": float(len(asked)), **{name: float(found[name]) for name in names}}


def _by_what_was_asked(asked: Sequence[Call]) -> dict[str, list[Call]]:
    found = defaultdict[str, list[Call]](list)
    for call in sorted(asked, key=lambda call: call.began_at):
        found[call.asked].append(call)
    return found
