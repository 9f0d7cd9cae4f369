"""Where is my voice? Every stored clip: what it is, where it is used, until when; to be heard, and deleted here.

Clips of one thing, such as the lines of a programme, are one row: they go together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

import streamlit as st

from audiokit.audio.measuring.peaks import Waveform
from audiokit.errors import AudiokitError
from audiokit.people.addresses import clip_url
from audiokit.people.deleting import Done
from audiokit.people.holdings import Stored
from audiokit.people.retention import Kind
from audiokit.ui import state, widgets
from audiokit.ui.account.visit import visit
from audiokit.ui.player import PlayerClip, player
from audiokit.ui.privacy.words import AT_PROVIDERS, day, size, until

__all__ = ["show", "tell_what"]

_AT_ONCE = 20
_NONE = "No sound of yours is stored here."
_Thing = tuple[Stored, ...]  # the clips of one thing
_PLAYING, _SHOWN = "privacy.playing", "privacy.n_shown"


def show() -> None:
    """Show them, the latest first, with a box each."""
    clips = state.studio().privacy.stored(state.person().id)
    st.subheader("Where is my voice?", anchor=False)
    if not clips:
        st.caption(_NONE)
        return
    total = size(sum(one.size_bytes for one in clips))
    st.caption(f"{len(clips)} stored clip{'s' * (len(clips) != 1)} of yours, {total} in all.")
    things = _things(clips)
    shown = things[: st.session_state.get(_SHOWN, _AT_ONCE)]
    for thing in shown:
        _row(thing)
    if len(things) > len(shown):
        st.button(f"Show {min(_AT_ONCE, len(things) - len(shown))} more", key="privacy.more", on_click=_more)
    _delete_chosen(things)
    _at_providers(clips)


def tell_what(delete: Callable[[], Done]) -> None:
    """Delete, and say what came of it with the next run."""
    try:
        visit().said = _told(delete())
    except AudiokitError as error:
        visit().trouble = str(error)


def _told(done: Done) -> str:
    left = f" {done.n_left} being worked on just now stayed: try again in a moment." if done.n_left else ""
    if done.receipt is None:
        return f"Nothing was deleted.{left}"
    n_things = len(done.receipt.items)
    gone = f"{n_things} thing{'s' * (n_things != 1)} deleted for good, {size(done.receipt.size_bytes)}."
    return f"{gone} The receipt is below.{left}"


def _things(clips: Sequence[Stored]) -> list[_Thing]:
    """Return the clips together with those that the same thing has, the one to be heard first in front."""
    groups = defaultdict[str, list[Stored]](list)
    for one in clips:
        groups[one.used[0].id].append(one)
    return [
        tuple(sorted(group, key=lambda one: (one.digest not in one.used[0].digests[:1], -one.size_bytes)))
        for group in groups.values()
    ]


def _row(thing: _Thing) -> None:
    one, name = thing[0], thing[0].used[0].what
    with st.container(border=True, key=f"stored-{one.digest[:12]}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.checkbox(f"Choose {name}", key=_box(thing), label_visibility="collapsed", width="content")
            where = ", ".join(dict.fromkeys(widgets.plain(use.where) for use in one.used if use.where))
            title = f"**{widgets.plain(name)}**{f' in “{where}”' if where else ''}"
            st.markdown(f"{title}  \n:small[:gray[{widgets.plain(_facts(thing))}]]", width="stretch")
            if one.media_type.startswith("audio/"):
                _play_button(one)
        if st.session_state.get(_PLAYING) == one.digest:
            _player(one)


def _facts(thing: _Thing) -> str:
    one, places = thing[0], ", ".join(sorted({place for clip in thing for place in clip.sent_to}))
    clips = f"{len(thing)} clips, " if len(thing) > 1 else ""
    if one.used[0].kind is Kind.RECORDINGS:
        came = f", sent to {places}" if places else ", sent nowhere"
    else:
        came = f", spoken by {places}" if places else ""
    return f"{day(one.kept_at)}, {clips}{size(sum(clip.size_bytes for clip in thing))}{came}; {until(one)}"


def _play_button(one: Stored) -> None:
    is_open = st.session_state.get(_PLAYING) == one.digest
    st.button(
        "Close" if is_open else "Play",
        icon=":material/close:" if is_open else ":material/play_arrow:",
        key=f"privacy.play.{one.digest}",
        on_click=_play,
        args=(one.digest,),
        type="tertiary",
    )


def _player(one: Stored) -> None:
    studio, person_id = state.studio(), state.person().id
    drawn = studio.clips.waveform(person_id, one.digest)
    url = clip_url(studio.signer, person_id, one.digest, one.media_type)
    if drawn is None:
        name = f"{one.digest[:12]}.{one.media_type.rpartition('/')[2]}"
        saved = clip_url(studio.signer, person_id, one.digest, one.media_type, download_as=name)
        st.link_button("Save this sound", saved, type="tertiary")
        return
    waveform = Waveform.from_bytes(drawn)
    clip = PlayerClip(digest=one.digest, url=url, duration_s=waveform.duration_s, peaks=waveform.points())
    player(key=f"privacy.sound.{one.digest}", label=one.used[0].what, clip=clip)


def _delete_chosen(things: Sequence[_Thing]) -> None:
    boxes = [thing for thing in things if st.session_state.get(_box(thing))]
    chosen = [one for thing in boxes for one in thing]
    n_chosen = len(chosen)
    with st.popover(f"Delete {len(boxes)} chosen" if boxes else "Delete chosen", disabled=not boxes):
        programmes = sum(any(use.id.startswith("programme/") for use in one.used) for one in chosen)
        st.markdown(f"This deletes {n_chosen} clip{'s' * (n_chosen != 1)} for good, with what was made of them.")
        if programmes:
            st.markdown("Some belong to programmes: these go whole, with their documents and scripts.")
        st.button("Delete for good", type="primary", key="privacy.delete", on_click=_delete, args=(boxes,))


def _at_providers(clips: Sequence[Stored]) -> None:
    places = sorted({place for one in clips for place in one.sent_to})
    if places:
        with st.expander("What is kept where it was sent"):
            for place in places:
                st.markdown(AT_PROVIDERS.get(place, f"**{widgets.plain(place)}**: ask who runs it."))


def _box(thing: _Thing) -> str:
    return f"privacy.chosen.{thing[0].digest}"


def _more() -> None:
    st.session_state[_SHOWN] = st.session_state.get(_SHOWN, _AT_ONCE) + _AT_ONCE


def _play(digest: str) -> None:
    st.session_state[_PLAYING] = None if st.session_state.get(_PLAYING) == digest else digest


def _delete(chosen: Sequence[_Thing]) -> None:
    ids = {one_id for thing in chosen for one in thing for one_id in one.ids}
    tell_what(lambda: state.studio().privacy.delete(state.person().id, ids))
    for thing in chosen:
        st.session_state.pop(_box(thing), None)
