"""A model that ends beside the one that takes its place: on the person's own last inputs, with one button to switch."""

from __future__ import annotations

from html import escape

import streamlit as st

from audiokit.converse.trial import Answered, Proposal, SideBySide
from audiokit.people.addresses import clip_url
from audiokit.ui import notices, state, widgets
from audiokit.ui.usage import words
from audiokit.ui.usage.visit import Tried, person_id, told, visit

__all__ = ["dialog"]

_CHARS = 160  # of what was said


def dialog(model: str) -> None:
    """Open the comparison of ``model`` with its successor."""
    st.dialog(f"{model} and what comes after it", width="large")(_compare)(model)


def _compare(model: str) -> None:
    with notices.shown():
        if (tried := visit().tried) is None:
            _offer(model, state.studio().trials.propose(person_id(), model))
            return
        for number, one in enumerate(tried.results):
            _side_by_side(number, one, (model, tried.heir))
        _decide(model, tried.heir)


def _offer(model: str, proposal: Proposal) -> None:
    n = len(proposal.inputs)
    price = proposal.total_nanousd
    st.markdown(
        f"Your last {words.many(n, 'input')} are sent once to each of both models: **{model}** and "
        f"**{proposal.new.model_name}**. You hear and read what each makes of it, how long it took and what it cost."
    )
    if proposal.why_not:
        st.caption(widgets.plain(proposal.why_not))
    for one in proposal.inputs:
        st.caption(f"“{widgets.plain(_short(one.words))}”")
    label = "price unknown" if price is None else f"≈ {widgets.plain(words.usd(price))}"
    if st.button(f"Ask both · {label}", type="primary", icon=":material/compare_arrows:", key="usage.trial.ask"):
        with st.spinner("Both are answering…"):
            results = state.studio().trials.run(person_id(), proposal)
            visit().tried = Tried(proposal.new.model.id, results)
        st.rerun(scope="fragment")


def _side_by_side(number: int, one: SideBySide, names: tuple[str, str]) -> None:
    st.markdown(f"**“{widgets.plain(_short(one.input.words))}”**")
    columns = st.columns(2)
    for column, name, answered in zip(columns, names, (one.old, one.new), strict=True):
        with column, st.container(border=True, height="stretch", key=f"usage-trial-{number}-{answered is one.new}"):
            st.markdown(f":small[:gray[{widgets.plain(name)}]]")
            if answered is None:
                st.caption("It cannot be asked any more.")
            else:
                _answer(answered)


def _answer(answered: Answered) -> None:
    if answered.trouble is not None:
        st.warning(widgets.plain(answered.trouble), icon=":material/error:")
        if not (answered.words or answered.clip_digest):
            return
    if answered.clip_digest is not None:
        url = clip_url(state.studio().signer, person_id(), answered.clip_digest, "audio/wav")
        st.html(f"<audio controls preload='none' style='width:100%' src='{escape(url)}'></audio>")
    if answered.words:
        st.markdown(widgets.plain(answered.words))
    first = f"first sound {words.ms(answered.first_sound_ms)}" if answered.first_sound_ms is not None else None
    whole = f"whole answer {words.ms(answered.total_ms)}"
    cost = answered.cost_nanousd
    widgets.chips(first, whole, "cost unknown" if cost is None else widgets.plain(words.usd(cost)))


def _decide(model: str, heir: str) -> None:
    st.divider()
    with st.container(horizontal=True):
        if st.button(f"Use {heir} from now on", type="primary", key="usage.trial.switch"):
            _switch(model, heir, for_everybody=False)
        trials = state.studio().trials
        if trials.may_decide(person_id()) and st.button("For everybody here", key="usage.trial.switch_all"):
            _switch(model, heir, for_everybody=True)


def _switch(model: str, heir: str, *, for_everybody: bool) -> None:
    with told():
        trials = state.studio().trials
        trials.switch(person_id(), model, heir, for_everybody=for_everybody)
        if (tried := visit().tried) is not None:
            trials.forget(person_id(), tried.results)
        visit().said = f"{heir} is asked in place of {model} from now on{' by everybody' if for_everybody else ''}."
    visit().tried = None
    st.rerun()


def _short(said: str) -> str:
    return said if len(said) <= _CHARS else f"{said[:_CHARS]}…"
