"""Live talk over WebRTC, for networks that lose packets: streamlit-webrtc's own tracks as a live session's transport.

Later by half a second than :mod:`audiokit.ui.live`, which is the default, and in need of UDP between browser and server
(or a TURN server). Turns are found by the server: holding a button to talk would need a line beside the sound.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import streamlit as st

from audiokit import money
from audiokit.converse.live.carrying import carry
from audiokit.converse.live.seam import LiveBridge
from audiokit.errors import AudiokitError, NotAllowed
from audiokit.ui import widgets
from audiokit.ui.live import LiveResult
from audiokit.ui.live_webrtc_approach import UNREACHED, Approach
from audiokit.ui.live_webrtc_browser import SAMPLE_RATE_HZ, LiveView, WebRtcBrowser

if TYPE_CHECKING:
    from streamlit_webrtc.config import Translations

__all__ = ["is_installed", "live_webrtc"]

_MISSING = (
    "Live talk over WebRTC needs one more package here: `pip install 'audiokit[webrtc]'`, then start the server again. "
    "The other way of talking live needs nothing more."
)
_WORDS = {
    "connecting": "Connecting…",
    "listening": "Listening",
    "thinking": "Thinking…",
    "speaking": "Speaking",
    "ended": "Ended",
}
_GRACE_S = 5.0
_BUTTONS: Translations = {
    "start": "Start talking",
    "stop": "End",
    "select_device": "Choose a microphone",
    "device_not_available": "No microphone was found. Connect one, and load the page again.",
    "device_access_denied": (
        "The microphone is blocked for this page. Choose the icon left of the address, allow the microphone, and load "
        "the page again."
    ),
}
_CONSTRAINTS = {
    "audio": {"echoCancellation": True, "noiseSuppression": True, "autoGainControl": True},
    "video": False,
}


def is_installed() -> bool:
    """Return whether streamlit-webrtc is here."""
    return find_spec("streamlit_webrtc") is not None


def live_webrtc(
    *,
    key: str,
    open_live: Callable[[], LiveBridge],
    seat: Callable[[], AbstractAsyncContextManager[asyncio.Event]],
    ice_servers: Sequence[Mapping[str, Any]] = (),
    patience_s: float = 8.0,
    person_name: str = "You",
    model_name: str = "Assistant",
) -> LiveResult | None:
    """Show a live session over WebRTC; return how it ended in the one rerun that tells so.

    Args:
        key: unique on the page, and lasting as long as the conversation is shown.
        open_live: returns the bridge of a new session; called when the browser has connected.
        seat: holds the conversation's one seat, as :meth:`audiokit.converse.live.seats.Seats.taken` does.
        ice_servers: STUN and TURN servers, as browsers name them; none is right for one machine or one network.
        patience_s: how long browser and server may take to find each other before the person is told.
        person_name: stands over what the person says.
        model_name: stands over what the model says.
    """
    if not is_installed():
        st.info(_MISSING, icon=":material/info:")
        return None
    held: _Held = st.session_state.setdefault(f"{key}.session", _Held(Approach(patience_s=patience_s)))
    source = _streamer(key, held, ice_servers)
    # Not before it plays: what is made in the first run of a page is taken for that of another page, and stopped.
    if held.is_playing and held.session is None and not held.is_spent:
        try:
            _begin(held, open_live(), seat(), source)
        except AudiokitError as error:
            held.shown, held.is_spent = LiveView(state="ended", sentence=str(error), is_fatal=True), True
            st.rerun()
    if not held.is_playing:
        held.leave()
        _offer_again(held)
    _panel(held, {"person": person_name, "model": model_name})
    ended, held.ended = held.ended, None
    return ended


def _streamer(key: str, held: _Held, ice_servers: Sequence[Mapping[str, Any]]) -> Any:
    from streamlit_webrtc import (  # noqa: PLC0415 - an extra, and half a second to load
        WebRtcMode,
        create_audio_sink_track,
        create_pcm_audio_source_track,
        webrtc_streamer,
    )

    source = create_pcm_audio_source_track(key=f"{key}.out", sample_rate=SAMPLE_RATE_HZ)
    context = webrtc_streamer(
        key=key,
        mode=WebRtcMode.SENDRECV,
        rtc_configuration={"iceServers": [dict(server) for server in ice_servers]},  # unset, it would ask the internet
        media_stream_constraints=_CONSTRAINTS,
        # A sink and no frame callback: where such a callback fails, the person hears themselves.
        sink_audio_track=create_audio_sink_track(held.hear, key=f"{key}.in", on_ended=held.leave),
        source_audio_track=source.track,
        desired_playing_state=False if held.is_spent else None,
        translations=_BUTTONS,
    )
    held.is_playing = bool(context.state.playing)
    is_calling = bool(context.state.signalling)
    held.approach.see(is_calling=is_calling, is_playing=held.is_playing, now=time.monotonic())
    if is_calling and held.session is None:
        held.shown = LiveView()  # how an earlier session ended is told no longer
    return source


def _offer_again(held: _Held) -> None:
    """Give the person back the button that was held down until the browser had hung up."""
    if held.is_spent and held.ended is None and not held.approach.is_under_way:
        held.is_spent = False
        st.rerun()


@dataclass(slots=True)
class _Session:
    """A session that runs on the server's event loop, or has run."""

    browser: WebRtcBrowser
    loop: asyncio.AbstractEventLoop
    running: Future[None] | None = None

    def leave(self) -> None:
        self.loop.call_soon_threadsafe(self.browser.leave)

    @property
    def is_over(self) -> bool:
        return self.running is not None and self.running.done()


@dataclass(slots=True)
class _Held:
    """What stays between two runs of the page."""

    approach: Approach
    session: _Session | None = None
    is_playing: bool = False
    is_spent: bool = False  # it ended by itself, or did not come about, and the browser still has to hang up
    ended: LiveResult | None = None
    shown: LiveView = field(default_factory=LiveView)

    def hear(self, frame: Any) -> None:
        if self.session is not None:
            self.session.browser.hear(frame)

    def leave(self) -> None:
        if self.session is not None:
            self.session.leave()


def _begin(held: _Held, bridge: LiveBridge, seat: AbstractAsyncContextManager[asyncio.Event], source: Any) -> None:
    from streamlit_webrtc.eventloop import get_global_event_loop  # noqa: PLC0415 - an extra

    session = held.session = _Session(WebRtcBrowser(source), get_global_event_loop())
    session.running = asyncio.run_coroutine_threadsafe(_carry(session.browser, bridge, seat), session.loop)


async def _carry(browser: WebRtcBrowser, bridge: LiveBridge, seat: AbstractAsyncContextManager[asyncio.Event]) -> None:
    """Run the session until it ends or the person goes; nothing of it is left when this returns."""
    try:
        async with seat as leave:
            beside = {"feed": browser.feed(), "gone": browser.gone.wait(), "seat": leave.wait()}
            sentence = await carry(bridge, browser, beside, grace_s=_GRACE_S)
    except NotAllowed as refused:
        sentence = str(refused)
    browser.leave()
    if sentence is not None:
        await browser.send({"type": "trouble", "sentence": sentence, "fatal": True})


@st.fragment(run_every=0.5)
def _panel(held: _Held, names: Mapping[str, str]) -> None:
    """Show how it stands, twice a second; when it is over, the whole page runs once more."""
    session = held.session
    if session is not None:
        held.shown = session.browser.view
    if session is not None and session.is_over:
        held.session, held.is_spent, held.shown = None, held.is_playing, replace(held.shown, state="ended")
        reason = "refused" if held.shown.is_fatal else "over"
        held.ended = LiveResult(reason=reason, duration_s=session.browser.duration_s)
        st.rerun()
    now = time.monotonic()
    if held.approach.is_hopeless(now) and not held.is_spent:
        held.is_spent = True
        st.rerun()
    if held.approach.is_blocked(now):
        st.error(UNREACHED)
    _show(replace(held.shown, state="connecting") if held.approach.is_under_way else held.shown, names)


def _show(view: LiveView, names: Mapping[str, str]) -> None:
    if view.sentence:
        (st.error if view.is_fatal else st.warning)(widgets.plain(view.sentence))
    if view.state:
        cost = "" if view.cost_nanousd is None else f" · {money.show(view.cost_nanousd)}"
        st.markdown(f"**{_WORDS.get(view.state, view.state)}**{cost.replace('$', chr(92) + '$')}")
    for line in view.lines:
        if line.who == "tool":
            st.caption(line.text.replace("_", " "))
            continue
        with st.chat_message("user" if line.who == "person" else "assistant"):
            st.caption(names.get(line.who, line.who))
            st.text(line.text)
