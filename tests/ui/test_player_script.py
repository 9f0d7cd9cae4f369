"""The player as a page's script sees it, without a browser and without routes."""

from __future__ import annotations

import json
from typing import Any

from streamlit.testing.v1 import AppTest

LIVE = {"turn": "t1", "sound_url": "/api/media/live/x", "words_url": "/api/media/words/x"}


def script() -> None:
    import streamlit as st  # noqa: PLC0415 - Streamlit runs the body of this function as a page

    from audiokit.ui.player import LivePlayer, PlayerClip, Word, player  # noqa: PLC0415 - the same

    clip = PlayerClip(digest="d1", url="/api/media/clip/x", duration_s=2.5, peaks=[0.12345, 1])
    live = LivePlayer(turn_id="t1", sound_url="/api/media/live/x", words_url="/api/media/words/x")
    told = player(key="growing", label="Reply 1", live=live)
    tones = [(0.0, 1.2345, "warm", "calm")]
    player(key="finished", label="Reply 2", clip=clip, words=[Word("Hello", 0, 0.51234)], tones=tones)
    st.text(f"told: {told}")


def shown(app: AppTest) -> list[dict[str, Any]]:
    components = [element.proto for element in app.main if element.type == "bidi_component"]
    return [json.loads(proto.json)[0] for proto in components]


def test_what_is_shown_is_addresses_and_never_sound() -> None:
    app = AppTest.from_function(script).run()

    assert not app.exception
    growing, finished = shown(app)
    assert (growing["live"], growing["clip"], growing["words"]) == (LIVE, None, "")
    assert finished["clip"] == {
        "digest": "d1",
        "url": "/api/media/clip/x",
        "duration_s": 2.5,
        "peaks": [0.123, 1.0],
        "download_url": None,
    }
    assert finished["words"] == [["Hello", 0, 0.512]]
    assert (growing["tones"], finished["tones"]) == ([], [[0.0, 1.23, "warm", "calm"]])
    assert finished["program"].startswith("/api/assets/")
    assert finished["program"].endswith("/player.js")


def test_nothing_is_told_until_the_reply_is_complete() -> None:
    assert AppTest.from_function(script).run().text[0].value == "told: False"


def test_a_complete_reply_is_told() -> None:
    app = AppTest.from_function(script).run()
    app.session_state["growing"] = {"finished": "t1"}
    assert app.run().text[0].value == "told: True"
