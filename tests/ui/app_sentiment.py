"""A tiny app around the parts of Sentiment Analysis: the player with tones, arcs, transcript and a list of moments.

``?n=2000`` draws so many passages, ``?show=batch`` the table of a batch. What the browser sends is shown as text.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import streamlit as st
from felt import AT, DURATION_S, SEGMENTS, recording_of
from player_source import PERSON, SOURCE, peaks, speechlike, wav
from starlette.middleware import Middleware
from streamlit import runtime

from audiokit.api.guard import SecurityHeaders
from audiokit.api.routes import routes
from audiokit.people.addresses import clip_url
from audiokit.sentiment.kept import Batch, KeptSegment, Options, Progress, RecordingHeading
from audiokit.ui.player import PlayerClip, player
from audiokit.ui.sentiment.actions import correction_of
from audiokit.ui.sentiment.parts import part
from audiokit.ui.sentiment.shown import arcs_of, passages_of, tones_of
from audiokit.ui.sentiment.table import table
from audiokit.usage.purse import Money


def many(n: int) -> tuple[KeptSegment, ...]:
    """Return so many passages, one after the other, within the sound."""
    step_s = DURATION_S / n
    return tuple(
        replace(SEGMENTS[i % 5], id=f"s{i}", position=i, start_s=i * step_s, end_s=(i + 1) * step_s) for i in range(n)
    )


def sent(name: str) -> None:
    """Keep what the browser has told."""
    st.session_state.told = f"{name} {st.session_state['transcript'][name]}"
    if name == "correct":
        st.session_state.correction = correction_of(st.session_state["transcript"][name])[1]


def show_batch() -> None:
    """Draw a batch of one that is done and one that failed."""
    done = RecordingHeading(
        id="r1",
        batch_id="b1",
        name="A call.wav",
        state=Progress.DONE,
        trouble=None,
        duration_s=DURATION_S,
        n_speakers=2,
        n_segments=5,
        n_contrasts=1,
        strip=tuple((one.start_s, one.end_s, one.readings.tone.value) for one in SEGMENTS),
        turning_point="The words turn pleasant.",
        spent_nanousd=31_000_000,
        created_at=AT,
    )
    failed = replace(done, id="r2", name="Broken.wav", state=Progress.FAILED, trouble="It ends early.", strip=())
    batch = Batch(
        id="b1",
        person_id="local",
        title="",
        options=Options(),
        money=Money(),
        recordings=(done, replace(failed, n_contrasts=3)),
        created_at=AT,
        updated_at=AT,
    )
    table(batch, is_under_way=False)
    st.text(f"opened: {st.query_params.get('recording')}")


def show() -> None:
    """Draw all parts."""
    pcm16 = speechlike(DURATION_S).tobytes()
    digest = SOURCE.keep(wav(pcm16))
    recording = recording_of(digest, correction=st.session_state.get("correction"))
    if n := int(st.query_params.get("n", 0)):
        recording = replace(recording, segments=many(n))
    url = clip_url(SOURCE.signer, PERSON, digest, "audio/wav")
    clip = PlayerClip(digest=digest, url=url, duration_s=DURATION_S, peaks=peaks(pcm16))
    player(key="player", label=recording.name, clip=clip, tones=tones_of(recording))
    part("arcs", key="arcs", data=arcs_of(recording))
    changes = {f"on_{name}_change": lambda name=name: sent(name) for name in ("correct", "rewrite", "name")}
    st.session_state.runs = st.session_state.get("runs", 0) + 1
    data = {**passages_of(recording), "n_decided": st.session_state.runs if "told" in st.session_state else 0}
    part("transcript", key="transcript", data=data, **changes)
    st.text(f"told: {st.session_state.get('told')}")


if not runtime.exists():
    app = st.App(Path(__file__).resolve(), routes=routes(SOURCE), middleware=[Middleware(SecurityHeaders)])
elif st.query_params.get("show") == "batch":
    show_batch()
else:
    show()
