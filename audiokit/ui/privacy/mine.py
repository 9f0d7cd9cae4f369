"""What a person can say about their own things: how long, how carefully, all of it in one file, all of it gone."""

from __future__ import annotations

import streamlit as st

from audiokit.people.addresses import everything_url
from audiokit.people.discretion import Discreet
from audiokit.people.retention import MOST_DAYS, Kind
from audiokit.ui import state, widgets
from audiokit.ui.account.visit import told
from audiokit.ui.privacy import stored
from audiokit.ui.privacy.words import KINDS, day, kept_for, size

__all__ = ["show"]

_SURE = "delete everything"
_EVERYTHING = (
    "Every conversation, prompt, programme and analysis of yours, with all sound, and what you have chosen. What it "
    "cost stays in the ledger: amounts, and no words. This cannot be undone; take everything with you first."
)
_RULES = "How long is it kept?"
_NAMES = "Names of people and places are not covered, nor are numbers that are spelt out in words."
_NOTHING = (
    "What you say in conversations is in memory only until it was answered, and so are the answers. Prompts, "
    "programmes and analyses cannot work that way: do not start any if nothing may be kept."
)


def show() -> None:
    """Show what is stored, the rules, and what can be done with all of it."""
    stored.show()
    _rules()
    _choices()
    _consent()
    _everything()
    _receipts()


def _rules() -> None:
    privacy, person_id = state.studio().privacy, state.person().id
    rules, own = privacy.retention.of(person_id), privacy.retention.own(person_id)
    st.subheader(_RULES, anchor=False)
    st.caption("You can have things of yours go sooner than the rule here says, and never later.")
    for kind in (kind for kind in Kind if kind.is_personal):
        name, days = st.columns([3, 1], vertical_alignment="bottom")
        name.markdown(f"**{KINDS[kind]}**  \n:small[kept {kept_for(rules[kind])}]")
        key = f"privacy.own.{kind.value}"
        days.number_input(
            f"Days for {KINDS[kind]}",
            min_value=1,
            max_value=MOST_DAYS,
            value=own[kind],
            placeholder="Days",
            key=key,
            label_visibility="collapsed",
            on_change=_keep_own_for,
            args=(kind, key),
        )


def _choices() -> None:
    discretion, person_id = state.studio().privacy.discretion, state.person().id
    here, own = discretion.everybody, discretion.own(person_id)
    st.subheader("How carefully?", anchor=False)
    st.toggle(
        "Keep nothing of the sound",
        value=own.keeps_nothing or here.keeps_nothing,
        disabled=here.keeps_nothing,
        help=_NOTHING,
        key="privacy.nothing",
        on_change=_choose,
    )
    st.toggle(
        "Keep the words then",
        value=own.keeps_words,
        disabled=not (own.keeps_nothing or here.keeps_nothing),
        help="Where the sound is not kept: whether its words are.",
        key="privacy.words",
        on_change=_choose,
    )
    st.toggle(
        "Take personal data out of words before they are kept",
        value=own.redacts or here.redacts,
        disabled=here.redacts,
        help=f"E-mail and IP addresses, telephone, bank account and payment card numbers. {_NAMES}",
        key="privacy.redact",
        on_change=_choose,
    )


def _consent() -> None:
    consent = state.studio().privacy.consent
    agreed = consent.of(state.person().id)
    if consent.text and agreed is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"You agreed on {day(agreed.agreed_at)} that recordings are made.", width="stretch")
            st.button("Take this back", key="privacy.withdraw", on_click=_withdraw)


def _everything() -> None:
    studio, person_id = state.studio(), state.person().id
    st.subheader("All of it", anchor=False)
    with st.container(horizontal=True):
        st.link_button(
            "Take everything with me", everything_url(studio.signer, person_id), icon=":material/folder_zip:"
        )
        with st.popover("Delete everything"):
            st.markdown(_EVERYTHING)
            typed = st.text_input(f"Type “{_SURE}” to go on", key="privacy.sure")
            st.button(
                "Delete everything for good",
                type="primary",
                disabled=typed.strip().casefold() != _SURE,
                key="privacy.everything",
                on_click=_delete_everything,
            )


def _receipts() -> None:
    receipts = state.studio().privacy.receipts(state.person().id)
    if not receipts:
        return
    st.subheader("Receipts", anchor=False)
    for one in receipts[:20]:
        with st.container(horizontal=True, vertical_alignment="center"):
            n_things = len(one.items)
            amount = f"{n_things} thing{'s' * (n_things != 1)}, {size(one.size_bytes)}"
            st.markdown(f"{day(one.at)}: {amount}, {widgets.plain(one.reason)}", width="stretch")
            st.download_button(
                "Save",
                one.to_json(),
                file_name=f"receipt-{one.id[:12]}.json",
                mime="application/json",
                key=f"privacy.receipt.{one.id}",
                on_click="ignore",
                type="tertiary",
            )


def _keep_own_for(kind: Kind, key: str) -> None:
    with told("From now on. What is older goes within the hour."):
        state.studio().privacy.keep_own_for(state.person().id, kind, st.session_state[key])


def _choose() -> None:
    asked, discretion = st.session_state, state.studio().privacy.discretion
    choice = Discreet(
        keeps_nothing=bool(asked["privacy.nothing"]) and not discretion.everybody.keeps_nothing,
        keeps_words=bool(asked["privacy.words"]),
        redacts=bool(asked["privacy.redact"]) and not discretion.everybody.redacts,
    )
    with told("From the next thing that you say."):
        state.studio().privacy.choose(state.person().id, choice)


def _withdraw() -> None:
    with told("Nothing is recorded before you agree again. What is kept stays until it is deleted."):
        state.studio().privacy.consent.withdraw(state.person().id)


def _delete_everything() -> None:
    stored.tell_what(lambda: state.studio().privacy.delete_everything(state.person().id))
    st.session_state.pop("privacy.sure", None)
