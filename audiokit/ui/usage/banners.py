"""What somebody should know before the numbers: budgets that are nearly spent, and models that end."""

from __future__ import annotations

import streamlit as st

from audiokit.ui import state, widgets
from audiokit.ui.usage import trial, words
from audiokit.ui.usage.visit import may_see_all, person_id, told, visit
from audiokit.usage.retiring import Retiring

__all__ = ["ending", "endings", "notices"]

_SOON = 90  # days


def notices() -> None:
    """Show which budgets have crossed a threshold, until this person puts it away."""
    for one in state.studio().notices.of(person_id(), sees_all=may_see_all()):
        sentence, what_to_do = st.columns([5, 1.1], vertical_alignment="center")
        said = one.in_full_to(person_id()) if may_see_all() else one.sentence
        sentence.info(widgets.plain(said), icon=":material/notifications:")
        with what_to_do:
            st.button(
                "Put away",
                type="tertiary",
                key=f"usage.notice.{one.id}",
                on_click=_put_away,
                args=(one.id,),
            )


def endings(retiring: tuple[Retiring, ...]) -> None:
    """Say which models in use end soon, where they are used and what takes their place; offer to compare both."""
    for one in retiring:
        if one.days_left > _SOON:
            continue
        instead = state.studio().trials.switched_to(person_id(), one.model)
        sentence, what_to_do = st.columns([5, 1.1], vertical_alignment="center")
        show = sentence.error if one.days_left <= 0 else sentence.warning
        show(ending(one, instead), icon=":material/event_busy:")
        with what_to_do:
            if instead is not None:
                st.button("Switch back", key=f"usage.back.{one.model}", on_click=_switch_back, args=(one.model,))
            elif one.replacement is not None and st.button(
                "Compare both",
                icon=":material/compare_arrows:",
                key=f"usage.compare.{one.model}",
                help=f"Ask {widgets.plain(one.model)} and {widgets.plain(one.replacement)} for the same "
                "of your own last inputs",
            ):
                visit().tried = None
                trial.dialog(one.model)


def ending(one: Retiring, instead: str | None = None) -> str:
    """Return it as a sentence in Markdown."""
    used = words.many(len(one.pages), "page")
    pages = ", ".join(words.page_name(page) for page in one.pages)
    on = words.day(one.shuts_down_on, with_year=True)
    then = f"**{one.replacement}** takes its place." if one.replacement else "Nothing is named to take its place."
    if instead is not None:
        then = f"Your calls go to **{instead}** already."
    if one.days_left <= 0:
        return f"**{one.model}** ended on {on}; it was used on {used} in the last 30 days ({pages}). {then}"
    left = words.many(one.days_left, "day")
    return f"**{one.model}** is used on {used} ({pages}), {left} left: it ends on {on}. {then}"


def _put_away(notice_id: str) -> None:
    with told():
        state.studio().notices.put_away(person_id(), notice_id)


def _switch_back(model: str) -> None:
    trials, who = state.studio().trials, person_id()
    with told():
        if trials.may_decide(who):
            trials.switch_back(who, model, for_everybody=True)
        trials.switch_back(who, model)
        visit().said = f"{model} is asked again where it was asked before."
