"""Who sees which numbers: everything that the page, its exports and its report show goes through here."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from audiokit.catalog.models import Catalog, Price, Provider
from audiokit.catalog.prices import price_on
from audiokit.errors import NotAllowed
from audiokit.store.columns import utc_now
from audiokit.usage.budget import Budget, Every, ScopeKind, Standing
from audiokit.usage.budgets import Budgets
from audiokit.usage.days import day_of
from audiokit.usage.entries import Entry
from audiokit.usage.reconcile import Agreement, Reconciliation
from audiokit.usage.reports import By, Day, Forecast, Latency, Period, Reports, Scope, Sound, Tiles, Top
from audiokit.usage.repricing import Difference, Repricing, Totals
from audiokit.usage.retiring import Retiring, end_of, retiring
from audiokit.usage.savings import SavedByMini, saved_by_mini

__all__ = ["UsageService", "View"]

_OTHERS = "These are not your numbers. Ask whoever looks after audiokit here to show them to you."
_BUDGETS = "Budgets are changed by whoever looks after audiokit here. Ask them for more."


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The numbers of one scope, which whoever holds this may see; see :class:`audiokit.usage.reports.Reports`."""

    scope: Scope
    period: Period
    reports: Reports

    def tiles(self) -> Tiles:
        """Return what the period came to, and the one before."""
        return self.reports.tiles(self.scope, self.period)

    def daily(self) -> tuple[Day, ...]:
        """Return each day."""
        return self.reports.daily(self.scope, self.period)

    def top(self, by: By, limit: int = 20) -> tuple[Top, ...]:
        """Return who or what cost most."""
        return self.reports.top(by, self.scope, self.period, limit)

    def latency(self) -> tuple[Latency, ...]:
        """Return how long answers took."""
        return self.reports.latency(self.scope, self.period)

    def sound(self) -> tuple[Sound, ...]:
        """Return what sounds were like that went in and came out."""
        return self.reports.sound(self.scope, self.period)

    def refused(self, limit: int = 50) -> tuple[Entry, ...]:
        """Return the last calls that were refused."""
        return self.reports.refused(self.scope, self.period, limit)

    def entries(self, *, before: Entry | None = None, limit: int = 100) -> tuple[Entry, ...]:
        """Return calls, newest first."""
        return self.reports.entries(self.scope, self.period, before=before, limit=limit)

    def forecast(self, today: date) -> Forecast:
        """Return what the month will have cost at its end."""
        return self.reports.forecast(self.scope, today)

    def on(self, day: date) -> View:
        """Return the same of one day."""
        return replace(self, period=Period(day, day))


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageService:
    """Usage, cost, budgets and the bill, for whoever asks. ``may_see_all`` says who sees more than their own.

    ``saw`` is told who looks at whose numbers, None for everybody's, and ``changed`` who has changed which budget, of
    whom. ``ends_on`` and ``heir_of`` are what the endpoint says of models; without them, the catalog does.
    """

    reports: Reports
    budgets: Budgets
    reconciliation: Reconciliation
    repricing: Repricing
    catalog: Catalog
    provider: Provider
    zone: ZoneInfo
    may_see_all: Callable[[str], bool]
    ends_on: Callable[[str], date | None] | None = None
    heir_of: Callable[[str], str | None] | None = None
    now: Callable[[], datetime] = utc_now
    saw: Callable[[str, str | None], object] = lambda _person_id, _whose: None
    changed: Callable[[str, str, str | None], object] = lambda _person_id, _what, _whose: None

    def today(self) -> date:
        """Return the day in the installation's time zone."""
        return day_of(self.now(), self.zone)

    def view(self, person_id: str, scope: Scope, period: Period) -> View:
        """Return the numbers of ``scope``.

        Raises:
            NotAllowed: they are not this person's alone, and the person sees no others.
        """
        if scope.person_id != person_id and not self.may_see_all(person_id):
            raise NotAllowed(_OTHERS)
        if scope.person_id != person_id:
            self.saw(person_id, scope.person_id)
        return View(scope=scope, period=period, reports=self.reports)

    def saved_by_mini(self, view: View, models: Collection[str]) -> SavedByMini:
        """Return what those of ``models`` that are mini saved in what is looked at."""
        return saved_by_mini(view.reports, self.catalog, self.provider, view.scope, view.period, models)

    def standings(self, person_id: str) -> tuple[Standing, ...]:
        """Return how budgets stand, the fullest first: all of them, or this person's own, which tell of nobody else."""
        if self.may_see_all(person_id):
            return self.budgets.standings(self.budgets.all())
        return self.own_standings(person_id)

    def own_standings(self, person_id: str) -> tuple[Standing, ...]:
        """Return how this person's own budgets stand, the fullest first."""
        mine = (one for one in self.budgets.all() if one.scope_kind is ScopeKind.PERSON and one.scope_id == person_id)
        return self.budgets.standings(tuple(mine))

    def put_budget(
        self, person_id: str, scope_kind: ScopeKind, scope_id: str, period: Every, limit_nanousd: int, *, is_hard: bool
    ) -> Budget:
        """Set a budget.

        Raises:
            NotAllowed: this person does not look after budgets.
            InputError: the amount or the scope makes no sense.
        """
        self._refuse_budgets(person_id)
        put = self.budgets.put(scope_kind, scope_id, period, limit_nanousd, is_hard=is_hard)
        self.changed(person_id, f"{scope_kind.value} {period.value}", _whose(scope_kind, scope_id))
        return put

    def remove_budget(self, person_id: str, budget_id: str) -> None:
        """Take a budget away; errors as for :meth:`put_budget`."""
        self._refuse_budgets(person_id)
        self.budgets.remove(budget_id)
        self.changed(person_id, "removed", None)

    def retiring(self, person_id: str, scope: Scope) -> tuple[Retiring, ...]:
        """Return which models of those used lately have an announced end, the soonest first; errors as for a view."""
        today = self.today()
        view = self.view(person_id, scope, Period(today.replace(day=1), today))
        return retiring(
            view.reports, self.catalog, self.provider, scope, today, ends_on=self.ends_on, heir_of=self.heir_of
        )

    def price_today(self, model: str) -> Price | None:
        """Return what a model costs today, at OpenAI where our own provider has no price for it; None: not known."""
        known = self.catalog.find(model)
        prices = (price_on(known, self.today(), at) for at in (self.provider, Provider.OPENAI)) if known else ()
        return next((price for price in prices if price), None)

    def end_of(self, model: str) -> tuple[date | None, str | None]:
        """Return the first day without a model, None where no end is announced, and what takes its place then."""
        return end_of(self.catalog, self.provider, model, ends_on=self.ends_on, heir_of=self.heir_of)

    def mispriced(self, person_id: str, scope: Scope, period: Period) -> tuple[Difference, ...]:
        """Return which calls would cost something else by the prices that are known now; nothing is written.

        Raises:
            NotAllowed: this person does not look after prices.
        """
        self._refuse_others(person_id)
        return tuple(self.repricing.differences(period, scope))

    def reprice(self, person_id: str, differences: tuple[Difference, ...]) -> Totals:
        """Write a correction for each; errors as for :meth:`mispriced`."""
        self._refuse_others(person_id)
        return self.repricing.write(differences)

    def agreement(self, person_id: str, period: Period) -> Agreement:
        """Return what was last found when the ledger was held against the bill.

        Raises:
            NotAllowed: the bill is everybody's.
        """
        self._refuse_others(person_id)
        return self.reconciliation.agreement(period.first, period.last)

    def check_bill(self, person_id: str, period: Period) -> Agreement:
        """Hold the ledger against the bill now; errors as for :meth:`agreement`, and those of the check itself."""
        self._refuse_others(person_id)
        return self.reconciliation.check(period.first, period.last)

    def _refuse_budgets(self, person_id: str) -> None:
        if not self.may_see_all(person_id):
            raise NotAllowed(_BUDGETS)

    def _refuse_others(self, person_id: str) -> None:
        if not self.may_see_all(person_id):
            raise NotAllowed(_OTHERS)


def _whose(scope_kind: ScopeKind, scope_id: str) -> str | None:
    return scope_id if scope_kind is ScopeKind.PERSON else None
