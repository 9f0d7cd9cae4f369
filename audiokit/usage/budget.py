"""What a budget is: for whom, how long, how much; where a day, a week and a month begin. Values and words only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from audiokit.errors import BudgetExceeded, InputError
from audiokit.money import show
from audiokit.usage.days import month_of, next_month

__all__ = [
    "Budget",
    "Every",
    "ScopeKind",
    "Spender",
    "Standing",
    "called",
    "cut_short",
    "exceeded",
    "first_days",
    "is_of_model",
    "next_start",
    "why_less",
]

_DAYS_A_WEEK = 7
_NAME_CHARS = 200
_RAISE = "To go on now, raise it under Usage & Cost, or ask whoever looks after the budgets here."


class ScopeKind(StrEnum):
    """Whose calls a budget counts."""

    INSTALLATION = "installation"
    TEAM = "team"
    PERSON = "person"
    PAGE = "page"
    MODEL = "model"


class Every(StrEnum):
    """How often a budget begins anew; weeks begin on Monday (ISO 8601)."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spender:
    """For whom a call is made, and with what: ``model`` as it is asked for. The person's team is known by the store."""

    person_id: str
    page: str
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """So much for a scope in each period. ``scope_id`` is empty for the installation; a soft budget only warns.

    Raises:
        InputError: the amount or the scope makes no sense.
    """

    id: str
    scope_kind: ScopeKind
    scope_id: str
    period: Every
    limit_nanousd: int
    is_hard: bool = True

    def __post_init__(self) -> None:
        if self.limit_nanousd < 0:
            raise InputError("A budget cannot be less than nothing. Write 0 to stop every paid call.")
        if (self.scope_kind is ScopeKind.INSTALLATION) != (not self.scope_id) or len(self.scope_id) > _NAME_CHARS:
            raise InputError(f"Say which {self.scope_kind} this budget is for; the installation has no name.")

    def may_apply_to(self, spender: Spender) -> bool:
        """Whether such a call is counted, as far as can be told without looking: a person's team is not looked up."""
        match self.scope_kind:
            case ScopeKind.PERSON:
                return self.scope_id == spender.person_id
            case ScopeKind.PAGE:
                return self.scope_id == spender.page
            case ScopeKind.MODEL:
                return self.scope_id == spender.model
            case _:
                return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a budget stands in the period that began on ``starts_on``.

    ``spent_nanousd`` is what the ledger's entries cost. ``presumed_nanousd`` is what the ``n_unknown`` entries were
    expected to cost whose cost nobody knows, and ``held_nanousd`` what calls under way are expected to cost; both count
    against the limit.
    """

    budget: Budget
    starts_on: date
    resets_at: datetime
    spent_nanousd: int = 0
    presumed_nanousd: int = 0
    held_nanousd: int = 0
    n_unknown: int = 0

    @property
    def used_nanousd(self) -> int:
        """What is spent, known or presumed."""
        return self.spent_nanousd + self.presumed_nanousd

    @property
    def left_nanousd(self) -> int:
        """What may still be spent; never less than nothing."""
        return max(0, self.budget.limit_nanousd - self.used_nanousd - self.held_nanousd)

    @property
    def share(self) -> float:
        """What is spent over the limit: 1.0 is all of it. Nothing of nothing is all."""
        limit = self.budget.limit_nanousd
        return self.used_nanousd / limit if limit else 1.0


def first_days(day: date) -> dict[Every, date]:
    """Return on which day the periods began that ``day`` is in."""
    monday = day - timedelta(days=day.weekday())
    return {Every.DAY: day, Every.WEEK: monday, Every.MONTH: month_of(day)}


def next_start(day: date, period: Every) -> date:
    """Return the first day of the period after the one that begins on ``day``."""
    match period:
        case Every.DAY:
            return day + timedelta(days=1)
        case Every.WEEK:
            return day + timedelta(days=_DAYS_A_WEEK)
        case Every.MONTH:
            return next_month(day)


def called(budget: Budget) -> str:
    """Return a budget's name in a sentence: ``the budget of the team Radio for this week``."""
    match budget.scope_kind:
        case ScopeKind.INSTALLATION:
            whose = "the budget of everybody here"
        case ScopeKind.PERSON:
            whose = "your budget"
        case ScopeKind.PAGE:
            whose = f"the budget of the page {budget.scope_id.replace('_', ' ').title()}"
        case kind:
            whose = f"the budget of the {kind} {budget.scope_id}"
    return f"{whose} for {'today' if budget.period is Every.DAY else f'this {budget.period}'}"


def exceeded(standing: Standing, estimate_nanousd: int) -> BudgetExceeded:
    """Return the refusal of a call: which budget, when it begins anew, who can raise it."""
    budget = standing.budget
    name, anew, limit = called(budget), _moment(standing.resets_at), show(budget.limit_nanousd, free="nothing")
    return BudgetExceeded(
        f"{name[0].upper()}{name[1:]}, {limit}, does not reach for this. It may cost "
        f"{show(estimate_nanousd)}, and nothing was sent. The budget begins anew on {anew}. {_RAISE}",
        budget_id=budget.id,
        scope_kind=budget.scope_kind.value,
        why_less=f"{name} does not reach for more. It begins anew on {anew}.",
    )


def cut_short(budget: Budget) -> str:
    """Return why an answer ends before it was whole: which budget left no room for more, and who can raise it."""
    return f"The answer was cut short: {called(budget)} left no room for a longer one. {_RAISE}"


def why_less(refusal: BudgetExceeded) -> str:
    """Return why something less is done than was asked for, as the second half of a sentence, and what comes after."""
    return str(refusal.detail.get("why_less", refusal))


def is_of_model(refusal: BudgetExceeded) -> bool:
    """Whether it is a model's own budget that does not reach, so that another model may be asked."""
    return refusal.detail.get("scope_kind") == ScopeKind.MODEL


def _moment(at: datetime) -> str:
    return f"{at:%A}, {at.day} {at:%B %Y}"
