"""One batch: its recordings, what analysing them costs, and how far it is."""

from __future__ import annotations

from collections.abc import Iterator

import streamlit as st

from audiokit.sentiment.kept import Batch, Progress
from audiokit.ui import widgets
from audiokit.ui.sentiment import actions, asking, exports, gathering, going, words
from audiokit.ui.sentiment.library import title_of
from audiokit.ui.sentiment.table import table
from audiokit.ui.sentiment.visit import person_id, service, visit

__all__ = ["back", "show"]

_SHORT = 40  # characters of a title; a longer one would fill a phone
_PLANS = 4


def back() -> None:
    """Lead back to all batches."""
    st.button(
        "All analyses",
        type="tertiary",
        icon=":material/arrow_back:",
        key="sentiment.back",
        on_click=actions.open_batch,
        args=(None,),
    )


def show(batch: Batch) -> None:
    """Show a batch as far as it has come."""
    _heading(batch)
    _, under_way = service().making.look(person_id(), batch.id)
    if under_way is not None:
        going.show(batch)
        return
    going.stopped(batch)
    table(batch, is_under_way=False)
    st.caption(words.STANDING)
    states = {one.state for one in batch.recordings}
    if Progress.WAITING in states:
        with st.expander("Add recordings", icon=":material/add:"):
            gathering.drop()
        with st.expander("Language, quality and what is read", icon=":material/tune:"):
            asking.show(batch.id, batch.options)
        _order(batch)
    else:
        with st.expander("Add recordings", icon=":material/add:", expanded=states == {Progress.FAILED}):
            gathering.drop()


def _heading(batch: Batch) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        name, more = st.container(width="stretch", gap="xxsmall"), st.container(width="content", horizontal=True)
    title = title_of(batch.title, tuple(one.name for one in batch.recordings))
    with name:
        heading = st.title if len(title) <= _SHORT else st.header
        heading(widgets.plain(title), anchor=False)
        total_s = sum(one.duration_s or 0.0 for one in batch.recordings)
        widgets.facts(
            words.many(len(batch.recordings), "recording"),
            words.clock(total_s) if total_s else None,
            words.spent(batch.money) if batch.money.high_nanousd is not None else None,
            *_second_opinions(batch),
            badge=None,
        )
    with more:
        if any(one.n_segments for one in batch.recordings):
            exports.of_batch(batch)
        manage = st.popover("Manage", icon=":material/more_horiz:", type="tertiary")
    with manage:
        _manage(batch)


def _second_opinions(batch: Batch) -> Iterator[str]:
    """Yield how many passages the better model heard again, and what it saved to ask it of no others."""
    if not any(one.n_segments for one in batch.recordings):
        return
    found = service().library.second_opinions(person_id(), batch.id)
    if found.n_asked:
        of_all = f"{found.n_asked} of {words.many(found.n_voices, 'passage')}"
        yield f"second opinion on {of_all} ({100 * found.share:.0f} %)"
    if found.saved_nanousd:
        yield f"about {words.dollars(found.saved_nanousd)} saved"


def _manage(batch: Batch) -> None:
    field = f"sentiment.title.{batch.id}"
    st.text_input(
        "Title",
        value=batch.title,
        max_chars=120,
        placeholder="Calls of November",
        key=field,
        on_change=actions.rename,
        args=(batch.id, field),
    )
    st.divider()
    st.markdown("Its recordings and everything read from them are deleted for good. What it cost stays in the ledger.")
    st.button(
        "Delete for good",
        icon=":material/delete:",
        type="primary",
        key="sentiment.remove",
        on_click=actions.remove,
        args=(batch.id,),
    )


def _order(batch: Batch) -> None:
    """Show the plan of each recording, the limit, and the button that bears the price."""
    quote = service().making.quote(person_id(), batch.id)
    if quote.plan:
        _plan(quote.plan)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(
            f"Analyse · {words.on_button(quote)}",
            type="primary",
            icon=":material/graphic_eq:",
            help=words.span(quote.low_nanousd, quote.high_nanousd),
            disabled=quote.n_recordings == 0,
            key="sentiment.analyse",
            on_click=actions.analyse,
            args=(batch.id,),
        )
        field = f"sentiment.cap.{batch.id}"
        st.session_state[field] = visit().cap_usd
        st.text_input(
            "Spend at most, in dollars",
            placeholder="no limit",
            max_chars=12,
            width=220,
            help="It stops before it would go beyond this, and keeps what was done.",
            key=field,
            on_change=_set_cap,
            args=(field,),
        )


def _plan(sentences: tuple[str, ...]) -> None:
    """Say how each recording will be sent; of many, the first are seen at once."""
    with st.container(border=True, gap="xxsmall", key="sentiment.plan"):
        st.markdown("**Before anything is sent**")
        for sentence in sentences[:_PLANS]:
            st.markdown(f":small[{widgets.plain(sentence)}]")
        if rest := sentences[_PLANS:]:
            with st.expander(f"And {len(rest)} more"):
                st.markdown("\n\n".join(f":small[{widgets.plain(sentence)}]" for sentence in rest))


def _set_cap(field: str) -> None:
    visit().cap_usd = st.session_state[field]
