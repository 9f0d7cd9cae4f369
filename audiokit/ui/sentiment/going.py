"""A batch while it is analysed, looked at each second; and one that waits for a person."""

from __future__ import annotations

import streamlit as st

from audiokit.errors import AudiokitError
from audiokit.sentiment.kept import Batch, Progress, RecordingHeading
from audiokit.sentiment.making import Going
from audiokit.ui import waiting, widgets
from audiokit.ui.sentiment import actions, words
from audiokit.ui.sentiment.table import table
from audiokit.ui.sentiment.visit import person_id, service, visit

__all__ = ["show", "stopped"]

_EACH_S = 1.0


@st.fragment(run_every=_EACH_S)
def show(drawn: Batch) -> None:
    """Show how far it is; once nothing is under way, or a row was pressed, have the whole page drawn."""
    if visit().recording_id is not None or visit().trouble is not None:
        st.rerun()
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
        icon = "hourglass_empty" if going.is_waiting else "graphic_eq"
        st.markdown(f":material/{icon}: **{widgets.plain(going.stage)}**")
        if going.is_waiting:
            st.markdown(waiting.why(batch.updated_at) or "It begins in a moment.")
        else:
            _figures(batch, going)
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


def _figures(batch: Batch, going: Going) -> None:
    """Show how far it is; on a phone two figures stand side by side."""
    st.progress(min(1.0, going.done / max(1, going.total)))
    with st.container(horizontal=True):
        st.metric("Recordings", f"{going.done} of {going.total}", width="content")
        st.metric("Spent", words.spent(batch.money).removesuffix(" spent yet"), width="content")
        if going.seconds_left is not None:
            st.metric("Time left", f"about {words.length(going.seconds_left / 60)}", width="content")


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
            where = "Its row says why." if len(failed) == 1 else "Each says why in its row."
            st.markdown(f":red[:material/error:] **{_failed(batch, len(failed))}** {where}")
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
