"""How a budget stands, in words and a colour: fine, nearly used up from 80 %, used up from 100 %."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from types import MappingProxyType

from audiokit.ui.usage import words
from audiokit.usage.budget import Every, ScopeKind, Standing
from audiokit.usage.reports import Scope

__all__ = ["STATES", "bar", "for_scope", "level", "said"]

STATES = MappingProxyType({"warn": "nearly used up", "over": "used up"})
"""What each level that is not fine is called."""

_WARN, _OVER = 0.8, 1.0
_EACH = {Every.DAY: "today", Every.WEEK: "this week", Every.MONTH: "this month"}
_LONGEST_FIRST = (Every.MONTH, Every.WEEK, Every.DAY)


def level(standing: Standing) -> str:
    """Return ``ok``, ``warn`` or ``over``."""
    return "over" if standing.share >= _OVER else "warn" if standing.share >= _WARN else "ok"


def said(standing: Standing, *, with_share: bool = True) -> str:
    """Return how it stands: ``$91.01 of $120.00 this month · 76 %``."""
    amounts = f"{words.usd(standing.used_nanousd)} of {words.usd(standing.budget.limit_nanousd)}"
    state = f", {STATES[level(standing)]}" if level(standing) in STATES else ""
    share = f" · {words.percent(standing.share)}{state}" if with_share else ""
    return f"{amounts} {_EACH[standing.budget.period]}{share}"


def bar(standing: Standing) -> str:
    """Return a bar with its words below, as HTML; the look is in ``style.py``."""
    filled = f"{min(100.0, 100 * standing.share):.1f}%"
    return (
        f"<div class='usage-bar {level(standing)}'><div><i style='width:{filled}'></i></div>"
        f"<p>{escape(said(standing))}</p></div>"
    )


def for_scope(standings: Iterable[Standing], scope: Scope) -> Standing | None:
    """Return the budget of exactly this scope, that of the longest period; None where there is none."""
    kind, of = _named(scope)
    fitting = {
        one.budget.period: one for one in standings if one.budget.scope_kind is kind and one.budget.scope_id == of
    }
    return next((fitting[each] for each in _LONGEST_FIRST if each in fitting), None)


def _named(scope: Scope) -> tuple[ScopeKind | None, str]:
    named = {
        ScopeKind.PERSON: scope.person_id,
        ScopeKind.TEAM: scope.team,
        ScopeKind.PAGE: scope.page,
        ScopeKind.MODEL: scope.model,
    }
    given = [(kind, of) for kind, of in named.items() if of is not None]
    if not given:
        return ScopeKind.INSTALLATION, ""
    return given[0] if len(given) == 1 else (None, "")
