"""Above the numbers: which days, whose, narrowed to what, and everything as a file."""

from __future__ import annotations

from datetime import date

import streamlit as st

from audiokit.ui import widgets
from audiokit.ui.usage import links, words
from audiokit.ui.usage.periods import Preset, period_of
from audiokit.ui.usage.visit import Whose, for_a_minute, go, may_see_all, person_id, service, visit
from audiokit.usage.reports import By, Scope
from audiokit.usage.views import View

__all__ = ["names", "show"]

_TITLES = {
    Whose.ME: "My usage",
    Whose.ALL: "Everybody",
    Whose.TEAM: "Team",
    Whose.PERSON: "Person",
    Whose.PAGE: "Page",
    Whose.MODEL: "Model",
}
_MOST = 500
_BY: dict[Whose, By] = {Whose.TEAM: "team", Whose.PERSON: "person", Whose.PAGE: "page", Whose.MODEL: "model"}
_SHEETS = (
    ("days", "Days"),
    ("models", "Models"),
    ("pages", "Pages"),
    ("latency", "Speed and errors"),
    ("calls", "Calls"),
)
_OF_MANY = (("people", "People"), ("teams", "Teams"))


def show(view: View) -> None:
    """Show the title, the choice of days, and, for whoever may see others, whose numbers."""
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="usage-head", gap="small"
    ):
        st.title("Usage & Cost", anchor=False, width="content")
        with st.container(horizontal=True, vertical_alignment="center", width="content", gap="small", key="usage-days"):
            _presets()
            _exports(view)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if may_see_all():
            _whose(view)
        if visit().preset is Preset.CUSTOM:
            _custom(view)
    _filters(view.scope)


def _filters(scope: Scope) -> None:
    """Show what the numbers are narrowed to, and let it be widened."""
    is_chosen = {Whose.PAGE: "page", Whose.MODEL: "model"}.get(visit().whose)
    narrowed = {"page": scope.page, "model": scope.model}
    found = [(name, value) for name, value in narrowed.items() if value is not None and name != is_chosen]
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if found:
            st.markdown(":gray[Only]", width="content")
        for name, value in found:
            st.button(
                words.page_name(value) if name == "page" else value,
                icon=":material/close:",
                icon_position="right",
                key=f"usage.only.{name}",
                help=f"Show every {name} again",
                on_click=_widen,
                args=(name,),
            )


def _widen(name: str) -> None:
    go(**{name: None})


def _presets() -> None:
    field = "usage.preset"
    st.session_state[field] = visit().preset
    st.segmented_control(
        "Days",
        list(Preset),
        format_func=lambda preset: preset.said,
        required=True,
        label_visibility="collapsed",
        key=field,
        on_change=_choose_preset,
    )


def _choose_preset() -> None:
    chosen: Preset = st.session_state["usage.preset"]
    go(period=chosen.value, day=None, **{"from": None, "to": None})


def _custom(view: View) -> None:
    field = f"usage.custom.{view.period.first}.{view.period.last}"

    def choose() -> None:
        chosen: tuple[date, ...] = st.session_state[field]
        if len(chosen) == 2:  # the second day is not chosen yet
            go(day=None, **{"from": chosen[0].isoformat(), "to": chosen[1].isoformat()})

    st.date_input(
        "From and to",
        value=(view.period.first, view.period.last),
        max_value=max(service().today(), view.period.last),
        label_visibility="collapsed",
        format="YYYY-MM-DD",
        width=240,
        key=field,
        on_change=choose,
    )


def _whose(view: View) -> None:
    field = "usage.whose"
    st.session_state[field] = visit().whose
    st.segmented_control(
        "Whose",
        list(Whose),
        format_func=_TITLES.__getitem__,
        required=True,
        label_visibility="collapsed",
        key=field,
        on_change=_choose_whose,
    )
    if (by := _BY.get(visit().whose)) is not None:
        _which(by, view)


def _choose_whose() -> None:
    chosen: Whose = st.session_state["usage.whose"]
    cleared: dict[str, str | None] = dict.fromkeys(("team", "person", "page", "model", "day"))
    go(view=chosen.value, **cleared)
    if (by := _BY.get(chosen)) is None:
        return
    options = names(by)
    if options:
        go(**{chosen.value: next(iter(options))})


def _which(by: By, view: View) -> None:
    """Let one be chosen of those that were ever used lately; the one in the address is among them."""
    chosen: str | None = getattr(view.scope, "person_id" if by == "person" else by)
    options = names(by)
    if chosen is not None and chosen not in options:
        options = {chosen: words.page_name(chosen) if by == "page" else chosen, **options}
    if not options:
        st.caption(f"There is no {by} with a call yet.")
        return
    field = f"usage.which.{by}"
    st.session_state[field] = chosen if chosen is not None else next(iter(options))
    st.selectbox(
        by.capitalize(),
        list(options),
        format_func=options.__getitem__,
        label_visibility="collapsed",
        width=260,
        key=field,
        on_change=_choose_which,
        args=(by, field),
    )


def _choose_which(by: By, field: str) -> None:
    go(day=None, **{by: st.session_state[field]})


def names(by: By) -> dict[str, str]:
    """Return who or what had calls in the last year by the key, those that cost most first; as of a minute ago.

    Raises:
        NotAllowed: they are not this person's to see.
    """
    everybody = service().view(person_id(), Scope(), period_of(Preset.YEAR, service().today()))

    def ask() -> dict[str, str]:
        found = {top.key: top.name for top in everybody.top(by, _MOST) if top.key is not None}
        return {key: words.page_name(name) if by == "page" else name for key, name in found.items()}

    return for_a_minute(by, ask)


def _exports(view: View) -> None:
    with st.popover("Export", icon=":material/download:"):
        st.markdown(f"**{widgets.plain(words.period(view.period.first, view.period.last))}**")
        sheets = (*_SHEETS, *_OF_MANY) if not view.scope.person_id else _SHEETS
        for sheet, title in sheets:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(title, width="stretch")
                for kind, label in (("csv", "CSV"), ("parquet", "Parquet")):
                    st.link_button(
                        label, links.address(view, sheet, kind), key=f"usage.export.{sheet}.{kind}", type="tertiary"
                    )
        st.divider()
        st.link_button(
            "Report to print",
            links.address(view, "report", "html"),
            icon=":material/print:",
            width="stretch",
            key="usage.export.report",
        )
