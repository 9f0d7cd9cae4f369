"""A batch while it is analysed, looked at each second; and one that waits for a person."""

from __future__ import annotations

import streamlit as st

from audiokit.errors import AudiokitError
from audiokit.sentiment.kept import Batch, Progress, RecordingHeading
from audiokit.sentiment.making import Going
from audiokit.ui import widgets
from audiokit.ui.sentiment import actions, words
from audiokit.ui.sentiment.table import table
from audiokit.ui.sentiment.visit import person_id, service

__all__ = ["show", "stopped"]

_EACH_S = 1.0


@st.fragment(run_every=_EACH_S)
def show(drawn: Batch) -> None:
    """Show how far it is; once nothing is under way, have the whole page drawn."""
    try:
        batch, under_way = service().making.look(person_id(), drawn.id)
    except AudiokitError:
        st.rerun()
    if under_way is None or batch.title != drawn.title:
        st.rerun()
    _card(batch, under_way)
    table(batch, is_under_way=True)
    st.caption(words.STANDING)


def _card(batch: Batch, going: Going) -> None:
    with st.container(border=True, key="sentiment.going"):
        st.markdown(f":material/graphic_eq: **{widgets.plain(going.stage)}**")
        st.progress(min(1.0, going.done / max(1, going.total)))
        facts = [("Recordings", f"{going.done} of {going.total}"), ("Spent", words.spent(batch.money))]
        if going.seconds_left is not None:
            facts.append(("Time left", f"about {words.length(going.seconds_left / 60)}"))
        for cell, fact in zip(st.columns(len(facts)), facts, strict=True):
            cell.metric(*fact)
        with st.container(horizontal=True, vertical_alignment="center"):
            for name, icon, press in (("Pause", "pause", actions.pause), ("Cancel", "close", actions.cancel)):
                st.button(
                    name,
                    icon=f":material/{icon}:",
                    key=f"sentiment.{name.lower()}",
                    on_click=press,
                    args=(batch.id,),
                )
            st.caption("You can close this page. It goes on, and what is done is kept.")


def stopped(batch: Batch) -> None:
    """Say what does not go on, what is kept, and how it goes on; nothing where all is well."""
    paused = [one for one in batch.recordings if one.state is Progress.PAUSED]
    failed = [one for one in batch.recordings if one.state is Progress.FAILED]
    again = [one for one in failed if one.duration_s is not None]
    if not paused and not failed:
        return
    with st.container(border=True, key="sentiment.stopped"):
        if paused:
            _paused(batch, paused)
        if failed:
            st.markdown(f":red[:material/error:] **{_failed(batch, len(failed))}** Each says why in its row.")
        if again:
            st.button(
                f"Try {widgets.plain(again[0].name) if len(again) == 1 else f'these {len(again)}'} again",
                icon=":material/replay:",
                key="sentiment.retry",
                on_click=actions.retry,
                args=(batch.id, [one.id for one in again]),
            )


def _failed(batch: Batch, n_failed: int) -> str:
    n_done = sum(one.state is Progress.DONE for one in batch.recordings)
    if not n_done:
        return f"{words.many(n_failed, 'recording')} cannot be analysed."
    return f"{words.many(n_failed, 'recording')} could not be analysed, {n_done} {'is' if n_done == 1 else 'are'} done."


def _paused(batch: Batch, paused: list[RecordingHeading]) -> None:
    trouble = next((one.trouble for one in paused if one.trouble), None)
    if trouble:
        st.error(widgets.plain(trouble), icon=":material/error:")
    else:
        st.markdown(":material/pause_circle: **Paused**")
    st.markdown(f"What was done is kept. Spent: {words.spent(batch.money)}.")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(
            "Go on",
            type="primary",
            icon=":material/play_arrow:",
            key="sentiment.go_on",
            on_click=actions.go_on,
            args=(batch.id,),
        )
        st.button("Cancel", icon=":material/close:", key="sentiment.cancel", on_click=actions.cancel, args=(batch.id,))
        if batch.money.cap_nanousd is not None:
            field = f"sentiment.raise.{batch.id}"
            now = words.dollars(batch.money.cap_nanousd)
            st.text_input(f"New limit in dollars, now {now}", max_chars=12, width=220, key=field)
            st.button(
                "Raise the limit and go on",
                icon=":material/trending_up:",
                key="sentiment.raise",
                on_click=actions.go_on,
                args=(batch.id, field),
            )
