"""Does the ledger agree with the bill? Nightly and on demand, by day in UTC, as the provider counts, and model."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from audiokit.catalog.models import Catalog, Provider
from audiokit.errors import AudiokitError, InputError, NotConfigured
from audiokit.store.columns import utc_now
from audiokit.store.database import Database
from audiokit.store.ids import new_id
from audiokit.usage.bill import Bill, BillSource, Counts, added
from audiokit.usage.billable import NOTHING, booked
from audiokit.usage.checks import Check, Checks
from audiokit.usage.drift import Drift, drifts
from audiokit.usage.sides import Sides

__all__ = ["Agreement", "Reconciliation", "model_named"]

_log = logging.getLogger(__name__)
_ONE: Final = timedelta(days=1)
_USUAL_DAYS: Final = 7  # costs come late, so each night looks again at what the nights before looked at
_MAX_DAYS: Final = 92
_NIGHT_BEGINS: Final = timedelta(hours=3)  # UTC: the day before is over everywhere that the bill counts it
_OTHER: Final = "other"
_NO_KEY: Final = (
    "The bill can only be read with an admin key. Make one at OpenAI (Organization, Admin keys) and set it as "
    "OPENAI_ADMIN_KEY."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What the newest check says of some days.

    ``ledger_nanousd`` and ``bill_nanousd`` are of the days and models for which both are known; ``share`` is the
    difference over the bill. ``drifts`` are all, also those that agree.
    """

    check: Check | None
    drifts: tuple[Drift, ...]

    @property
    def ledger_nanousd(self) -> int:
        """What the ledger has where the bill is known."""
        return sum(one.sides.booked.cost_nanousd for one in self._known)

    @property
    def bill_nanousd(self) -> int:
        """What was charged."""
        return sum(one.sides.charged_nanousd or 0 for one in self._known)

    @property
    def share(self) -> float | None:
        """How far they are apart, over the bill: 0.02 is two percent. None without a bill."""
        return abs(self.bill_nanousd - self.ledger_nanousd) / self.bill_nanousd if self.bill_nanousd else None

    @property
    def _known(self) -> tuple[Drift, ...]:
        return tuple(one for one in self.drifts if one.sides.charged_nanousd is not None)


class Reconciliation:
    """Holds the ledger against the bill; ``source`` is None where there is no key to read it with."""

    def __init__(
        self,
        database: Database,
        source: BillSource | None,
        catalog: Catalog,
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database, self._source, self._catalog, self._now = database, source, catalog, now
        self._checks = Checks(database, now=now)

    @property
    def is_possible(self) -> bool:
        """Whether there is a key to read the bill with."""
        return self._source is not None

    def latest(self) -> Check | None:
        """Return the newest check, None before there is one."""
        return self._checks.latest()

    def agreement(self, first: date, last: date) -> Agreement:
        """Return what was last found for the days from ``first`` to ``last``, both included, in UTC."""
        return Agreement(check=self._checks.latest(), drifts=self._checks.drifts(first, last))

    def check(self, first: date, last: date) -> Agreement:
        """Compare now, keep what is found, and return it.

        Raises:
            NotConfigured: there is no admin key.
            InputError: there are too many days, or they lie ahead.
            ProviderError: the bill cannot be had; that is kept as well.
        """
        if self._source is None:
            raise NotConfigured(_NO_KEY, key="OPENAI_ADMIN_KEY")
        last = min(last, self._now().date())  # where the sun rises earlier, it is tomorrow already
        self._refuse(first, last)
        check = self._checks.begin(new_id(), first, last)
        if check is None:
            raise RuntimeError("An id was given twice.")
        self._run(check, self._source)
        return self.agreement(first, last)

    def nightly(self) -> Agreement | None:
        """Compare the last days, once a night, whoever calls how often; None where it is not due or failed.

        A check that failed is kept with its sentence, and made again an hour later.
        """
        since = self._now() - _NIGHT_BEGINS
        night, done = since.date(), self._checks.latest(is_done=True)
        first, last = _due(night, done), night - _ONE
        if self._source is None or (done is not None and done.at >= _begin(night) and _covers(done, night)):
            return None
        check = self._checks.begin(f"night {night} {since:%H}", first, last)
        if check is None:
            return None
        try:
            self._run(check, self._source)
        except AudiokitError as error:
            _log.warning("the bill was not checked: %s", type(error).__name__)
            return None
        return self.agreement(first, last)

    def _refuse(self, first: date, last: date) -> None:
        n_days = (last - first).days + 1
        if not 0 < n_days <= _MAX_DAYS:
            raise InputError(f"Choose up to {_MAX_DAYS} days that have begun, the first one first.")

    def _run(self, check: Check, source: BillSource) -> None:
        try:
            bill = source.bill(check.first, check.last)
            self._checks.end(check, drifts(self._sides(check, bill), self._now()))
        except AudiokitError as error:
            self._checks.fail(check, str(error))
            raise

    def _sides(self, check: Check, bill: Bill) -> dict[tuple[date, str], Sides]:
        ours = {
            (day, model): found
            for day in _days(check.first, check.last)
            for model, found in booked(self._database, Provider.OPENAI.value, day, self._named).items()
        }
        used, charged = dict[tuple[date, str], list[Counts]](), dict[tuple[date, str], int]()
        for one in bill.used:
            used.setdefault((one.day, self._named(one.model)), []).append(one.counts)
        for line in bill.charged:
            key = (line.day, self._named(line.line_item))
            charged[key] = charged.get(key, 0) + line.nanousd
        keys = {key for key in ours.keys() | used.keys() | charged.keys() if check.first <= key[0] <= check.last}
        return {
            key: Sides(
                booked=ours.get(key, NOTHING),
                billed=added(used[key]) if key in used else None,
                charged_nanousd=charged.get(key),
            )
            for key in keys
        }

    def _named(self, name: str | None) -> str:
        return model_named(name, self._catalog)


def model_named(name: str | None, catalog: Catalog) -> str:
    """Return the catalog's id for what a bill or a reply calls a model; a name that nobody knows stays as it is.

    A line of the costs names the model before a comma or after none, such as ``gpt-audio-1.5, input_tokens``.
    """
    if not name:
        return _OTHER
    plain = name.partition(",")[0].strip()
    known = catalog.find(plain) or catalog.find(plain.lower().replace(" ", "-"))
    return known.id if known else plain


def _due(night: date, before: Check | None) -> date:
    """Return the first day to look at: a week, and more where nobody has looked for longer."""
    usual = night - _USUAL_DAYS * _ONE
    since = usual if before is None else min(usual, before.last - _USUAL_DAYS * _ONE)
    return max(since, night - _MAX_DAYS * _ONE)


def _covers(check: Check, night: date) -> bool:
    return check.first <= night - _USUAL_DAYS * _ONE and check.last >= night - _ONE


def _begin(night: date) -> datetime:
    return datetime.combine(night, time.min, UTC) + _NIGHT_BEGINS


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + number * _ONE
