"""Budgets, edited where they stand; for who does not look after them, how their own ones stand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import streamlit as st

from audiokit import money
from audiokit.errors import InputError
from audiokit.ui.usage import links, standing, words
from audiokit.ui.usage.header import names
from audiokit.ui.usage.parts import part
from audiokit.ui.usage.visit import may_see_all, person_id, service, told, visit
from audiokit.usage.budget import Every, ScopeKind, Standing
from audiokit.usage.reports import By
from audiokit.usage.views import View

__all__ = ["amount_of", "show"]

_KEY = "usage.budgets"
_AMOUNT = re.compile(r"\d{1,9}([.,]\d{1,9})?", re.ASCII)
_BY: dict[ScopeKind, By] = {
    ScopeKind.TEAM: "team",
    ScopeKind.PERSON: "person",
    ScopeKind.PAGE: "page",
    ScopeKind.MODEL: "model",
}
_KINDS = {
    ScopeKind.INSTALLATION: "Everybody here",
    ScopeKind.TEAM: "A team",
    ScopeKind.PERSON: "A person",
    ScopeKind.PAGE: "A page",
    ScopeKind.MODEL: "A model",
}


def show(looked_at: View, standings: tuple[Standing, ...]) -> None:
    """Show the budgets that this person may see."""
    may_edit = may_see_all()
    known = {kind: names(by) for kind, by in _BY.items()} if may_edit else {}
    data = {
        "title": "Budgets" if may_edit else "My budgets",
        "hint": "What is under way is held before it is sent, so no limit can be crossed by calls side by side."
        if standings
        else "",
        "empty": "There are none: nothing is stopped. Add one for everybody, a team, a person, a page or a model."
        if may_edit
        else "You have no budget of your own. Those who look after audiokit here may set one.",
        "rows": [_row(one, known) for one in standings],
        "scopes": [
            {"kind": kind.value, "title": title, "of": list(known.get(kind, {}).items())}
            for kind, title in _KINDS.items()
            if kind is ScopeKind.INSTALLATION or known.get(kind)
        ],
        "periods": [[each.value, f"each {each.value}"] for each in reversed(Every)],
        "may_edit": may_edit,
        "arrived": visit().n_put,
        "links": links.files(looked_at, "budgets", "Budgets") if standings else [],
    }
    part("usage_budgets", key=_KEY, data=data, on_put_change=_put, on_remove_change=_remove)


def amount_of(written: str) -> int:
    """Return an amount in dollars as it is written in a field.

    Raises:
        InputError: it is no amount.
    """
    digits = written.strip().removeprefix("$").strip()
    if not _AMOUNT.fullmatch(digits):
        raise InputError("A budget is an amount in dollars, such as 25 or 12.50. Write it with digits.")
    return money.from_usd(digits.replace(",", "."))


def _put() -> None:
    asked = st.session_state[_KEY].get("put")
    if not asked:
        return
    visit().n_put += 1
    with told():
        kind, each = ScopeKind(str(asked.get("kind"))), Every(str(asked.get("period")))
        of = "" if kind is ScopeKind.INSTALLATION else str(asked.get("of") or "")
        limit_nanousd, is_hard = amount_of(str(asked.get("limit") or "")), asked.get("at") != "soft"
        service().put_budget(person_id(), kind, of, each, limit_nanousd, is_hard=is_hard)
        visit().said = "The budget is set, and counts from now on."


def _remove() -> None:
    if budget_id := st.session_state[_KEY].get("remove"):
        with told():
            service().remove_budget(person_id(), str(budget_id))
            visit().said = "The budget is gone."


def _row(one: Standing, known: Mapping[ScopeKind, Mapping[str, str]]) -> dict[str, Any]:
    budget, kind = one.budget, one.budget.scope_kind
    title = _title(kind, budget.scope_id, known)
    held = f", {words.usd(one.held_nanousd)} held for calls under way" if one.held_nanousd else ""
    presumed = f", {words.usd(one.presumed_nanousd)} of it presumed" if one.presumed_nanousd else ""
    unknown = f", and {words.many(one.n_unknown, 'call')} whose cost is not known" if one.n_unknown else ""
    return {
        "id": budget.id,
        "kind": kind.value,
        "of": budget.scope_id,
        "title": title,
        "note": None if kind is ScopeKind.INSTALLATION else kind.value.capitalize(),
        "period": budget.period.value,
        "each": budget.period.value.capitalize(),
        "limit": f"{budget.limit_nanousd / money.NANOUSD_PER_USD:.2f}",
        "at": "hard" if budget.is_hard else "soft",
        "used": {
            "text": standing.said(one) + held + presumed + unknown,
            "share": one.share,
            "level": standing.level(one),
        },
        "resets": words.day(one.resets_at.astimezone(service().zone).date()),
    }


def _title(kind: ScopeKind, of: str, known: Mapping[ScopeKind, Mapping[str, str]]) -> str:
    if kind is ScopeKind.INSTALLATION:
        return _KINDS[kind]
    if kind is ScopeKind.PERSON and of == person_id():
        return "You"
    return words.page_name(of) if kind is ScopeKind.PAGE else known.get(kind, {}).get(of, of)
