"""A programme while it is written or spoken, looked at each second; and one that waits for a person."""

from __future__ import annotations

import streamlit as st

from audiokit.errors import AudiokitError
from audiokit.summaries.kept import KeptProgramme, Progress
from audiokit.summaries.making import Going
from audiokit.ui import waiting, widgets
from audiokit.ui.summaries import actions, words
from audiokit.ui.summaries.reader import reader
from audiokit.ui.summaries.visit import person_id, service, visit

__all__ = ["show", "stopped"]

_EACH_S = 1.0
_MINUTE_S = 60.0


@st.fragment(run_every=_EACH_S)
def show(drawn: KeptProgramme) -> None:
    """Show how far it is; once its state or title is another than what was drawn, have the whole page drawn."""
    if visit().trouble is not None:
        st.rerun()
    try:
        programme, going = service().making.look(person_id(), drawn.id)
    except AudiokitError:
        st.rerun()
    if going is None or (programme.state, programme.title) != (drawn.state, drawn.title):
        st.rerun()
    _card(programme, going)
    if going.done:
        st.caption("What is made so far can be listened to; the rest follows while you listen.")
    if programme.lines:
        reader(programme, key=f"summaries.growing.{programme.id}", is_growing=True)


def _card(programme: KeptProgramme, going: Going) -> None:
    with st.container(border=True, key="summaries.going"):
        icon = ":material/hourglass_empty:" if going.is_waiting else words.STATES[programme.state][0]
        st.markdown(f"{icon} **{_stage(programme, going)}**")
        if going.is_waiting:
            st.markdown(waiting.why(programme.updated_at) or "It begins in a moment.")
        else:
            _figures(programme, going)
        with st.container(horizontal=True, vertical_alignment="center"):
            for name, icon, press in (("Pause", "pause", actions.pause), ("Cancel", "close", actions.cancel)):
                st.button(
                    name,
                    icon=f":material/{icon}:",
                    key=f"summaries.{name.lower()}",
                    on_click=press,
                    args=(programme.id,),
                )
            st.caption("You can close this page. It goes on, and what is made is kept.")


def _figures(programme: KeptProgramme, going: Going) -> None:
    """Show how far it is; on a phone two figures stand side by side."""
    st.progress(_share(programme, going))
    with st.container(horizontal=True):
        st.metric("Lines", f"{going.done} of {going.total}" if going.total else "being written", width="content")
        st.metric("Made", words.clock(going.made_s), width="content")
        st.metric("Spent", words.spent(programme.money).removesuffix(" spent yet"), width="content")
        st.metric("Time left", _left(going), width="content")


def _stage(programme: KeptProgramme, going: Going) -> str:
    if going.is_waiting:
        return "Waiting for its turn"
    if going.total and going.done == going.total:
        return (
            "Joining the lines into one recording" if programme.state is Progress.MAKING else "Writing the next chapter"
        )
    if going.total and going.done:
        return f"Speaking line {going.done + 1} of {going.total}"
    return going.stage


def _share(programme: KeptProgramme, going: Going) -> float:
    """Return how much of the work is done: writing is a tenth of it, joining another."""
    if programme.state is Progress.WRITING and not going.done:
        return 0.03 if not going.total else 0.1
    return min(1.0, 0.1 + 0.8 * going.done / max(1, going.total))


def _left(going: Going) -> str:
    if going.seconds_left is None:
        return "soon" if going.total and going.done == going.total else "not known yet"
    seconds = max(1.0, going.seconds_left)
    return f"about {seconds:.0f} s" if seconds < _MINUTE_S else f"about {words.clock(seconds)}"


def stopped(programme: KeptProgramme) -> None:
    """Say why it does not go on, what is kept, and how it goes on."""
    is_paused = programme.state is Progress.PAUSED and not programme.trouble
    with st.container(border=True, key="summaries.stopped"):
        if is_paused:
            st.markdown(":material/pause_circle: **Paused**")
        else:
            st.error(widgets.plain(programme.trouble or "This stopped in the middle."), icon=":material/error:")
        st.markdown(_kept(programme))
        if programme.job_id is None:
            return
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.button(
                "Go on",
                type="primary",
                icon=":material/play_arrow:",
                key="summaries.go_on",
                on_click=actions.go_on,
                args=(programme.id,),
            )
            if programme.state is Progress.PAUSED:
                st.button(
                    "Cancel",
                    icon=":material/close:",
                    key="summaries.cancel",
                    on_click=actions.cancel,
                    args=(programme.id,),
                )
            if programme.money.cap_nanousd is not None:
                _raise_limit(programme)


def _kept(programme: KeptProgramme) -> str:
    if not programme.lines:
        return "Your documents and choices are kept."
    if not programme.n_spoken and not programme.money.spent_nanousd and not programme.money.n_unknown:
        return "Your script is kept. No line is spoken yet, and nothing was spent."
    kept = f"{programme.n_spoken} of {len(programme.lines)} lines are spoken and kept"
    return f"{kept} ({words.clock(programme.spoken_s)}). Spent: {words.spent(programme.money)}."


def _raise_limit(programme: KeptProgramme) -> None:
    field = f"summaries.raise.{programme.id}"
    st.text_input(
        f"New limit in dollars, now {words.dollars(programme.money.cap_nanousd)}", max_chars=12, key=field, width=220
    )
    st.button(
        "Raise the limit and go on",
        icon=":material/trending_up:",
        key="summaries.raise",
        on_click=actions.go_on,
        args=(programme.id, field),
    )
