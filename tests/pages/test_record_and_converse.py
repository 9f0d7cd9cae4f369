"""Record & Converse through app.py, without a browser."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from clips import noise, silence
from streamlit.testing.v1 import AppTest

from audiokit.audio.clip import Clip
from audiokit.audio.wav import to_wav
from audiokit.converse.conversation import Options, State
from audiokit.studio import Studio, shared_studio

APP = str(Path(__file__).resolve().parents[2] / "app.py")


@pytest.fixture
def studio() -> Iterator[Studio]:
    """The process's studio, opened anew in this test's data folder."""
    sys.modules.pop("_audiokit_process", None)
    studio = shared_studio()
    yield studio
    studio.close()
    sys.modules.pop("_audiokit_process", None)


def speech_like(rms: float = 0.1) -> bytes:
    """Bursts of noise, as loud and as long as syllables, that pass for speech at the door."""
    burst, pause = noise(seconds=0.18, rms=rms), silence(seconds=0.12)
    return to_wav(Clip(np.concatenate([burst, pause] * 6), 24_000))


def open_page() -> AppTest:
    return AppTest.from_file(APP, default_timeout=30).run()


def open_page_on(conversation_id: str) -> AppTest:
    at = AppTest.from_file(APP, default_timeout=30)
    at.query_params["conversation"] = conversation_id
    return at.run()


def plays(at: AppTest, turn_id: str) -> bool:
    """Draw the page once, and tell whether this turn's player starts by itself."""
    drawn = (element.proto for element in at.run().get("bidi_component"))
    (player,) = (proto for proto in drawn if proto.id.endswith(turn_id))
    return json.loads(getattr(player, player.WhichOneof("data")))[0]["autoplay"] is not None


def wait_until_answered(at: AppTest, studio: Studio) -> AppTest:
    (heading,) = studio.converse.headings("local")
    for _ in range(400):
        if all(turn.state is not State.SENDING for turn in studio.converse.open("local", heading.id).turns):
            return at.run()
        time.sleep(0.05)  # another process speaks; there is nothing to wait on but time
    raise AssertionError("not answered in 20 s")


def test_a_newcomer_sees_who_answers_and_what_to_do(studio: Studio) -> None:
    at = open_page()
    assert not at.exception
    assert at.title[0].value == "Say something"
    assert any("offline engine is answering" in markdown.value for markdown in at.markdown)
    assert any("kept until you remove" in caption.value for caption in at.caption)
    assert studio.converse.headings("local") == (), "looking begins no conversation"


def test_a_take_is_kept_before_it_is_sent_and_bears_its_price(studio: Studio) -> None:
    at = open_page()
    at.audio_input[0].set_value(("take.wav", speech_like(), "audio/wav")).run()

    assert not at.exception
    (heading,) = studio.converse.headings("local")
    (turn,) = studio.converse.open("local", heading.id).turns
    assert turn.state is State.RECORDED
    assert studio.clips.read("local", turn.clip_digest or "") == speech_like()
    assert studio.ledger.recent("local", 10) == ()
    assert [button.label for button in at.button if button.label.startswith("Send")] == ["Send · free"]


def test_a_silent_take_is_kept_and_not_sent(studio: Studio) -> None:
    quiet = to_wav(Clip(silence(seconds=2), 24_000))
    at = open_page()
    at.audio_input[0].set_value(("take.wav", quiet, "audio/wav")).run()

    assert "Nothing was heard" in at.error[0].value
    assert not [button for button in at.button if button.label.startswith("Send")]
    (heading,) = studio.converse.headings("local")
    (turn,) = studio.converse.open("local", heading.id).turns
    assert studio.clips.read("local", turn.clip_digest or "") == quiet
    assert studio.ledger.recent("local", 10) == ()


def test_a_very_quiet_take_comes_with_advice_before_it_is_sent(studio: Studio) -> None:  # noqa: ARG001 - opened
    at = open_page()
    at.audio_input[0].set_value(("take.wav", speech_like(rms=0.002), "audio/wav")).run()

    assert not at.exception
    assert "very quiet" in at.warning[0].value
    assert any("for the model" in caption.value and "raised" in caption.value for caption in at.caption)


def test_a_good_take_comes_without_advice(studio: Studio) -> None:  # noqa: ARG001 - opened for the page
    at = open_page()
    at.audio_input[0].set_value(("take.wav", speech_like(), "audio/wav")).run()

    assert not at.warning


def test_a_discarded_take_is_gone_with_its_sound(studio: Studio) -> None:
    at = open_page()
    at.audio_input[0].set_value(("take.wav", speech_like(), "audio/wav")).run()
    (heading,) = studio.converse.headings("local")
    digest = studio.converse.open("local", heading.id).turns[0].clip_digest or ""

    next(button for button in at.button if button.label == "Discard").click().run()

    assert studio.converse.open("local", heading.id).turns == ()
    assert not studio.blobs.exists(digest)


def test_typed_words_are_answered_in_words_and_sound(studio: Studio) -> None:
    at = open_page()
    at.chat_input[0].set_value("What is twelve times seven?").run()
    at = wait_until_answered(at, studio)

    (heading,) = studio.converse.headings("local")
    asked, answered = studio.converse.open("local", heading.id).turns
    assert (asked.words, asked.state) == ("What is twelve times seven?", State.ANSWERED)
    assert "84" in (answered.words or "")
    assert answered.clip_digest
    assert studio.clips.media_type("local", answered.clip_digest) == "audio/wav"
    calling, entry = studio.ledger.of_conversation(heading.id)
    assert calling.audio_out_tokens == 0, "the first call is for the calculator"
    assert (entry.page, entry.cost_nanousd, entry.turn_id) == ("record_and_converse", 0, asked.id)


def test_a_reply_that_was_complete_before_the_browser_drew_it_is_played(studio: Studio) -> None:
    at = open_page()
    at.chat_input[0].set_value("What is twelve times seven?").run()
    at = wait_until_answered(at, studio)
    (heading,) = studio.converse.headings("local")
    reply = studio.converse.open("local", heading.id).turns[1]

    assert (plays(at, reply.id), plays(at, reply.id)) == (True, True), "a draw may be overtaken by the next"
    assert not plays(open_page_on(heading.id), reply.id), "a reload does not play what was heard"


def test_an_example_pressed_twice_is_asked_once(studio: Studio) -> None:
    """Streamlit can run the callback of a double click twice before it draws; a first answer may be there by then."""

    def pressed_twice() -> None:
        from audiokit.ui import actions  # noqa: PLC0415 - this function is run as a page

        for _ in range(2):
            actions.begin_with("What is twelve times seven?")

    at = AppTest.from_function(pressed_twice, default_timeout=30).run()

    assert not at.exception
    (heading,) = studio.converse.headings("local")
    assert len(studio.converse.open("local", heading.id).turns) == 2


def test_a_file_that_is_no_sound_is_refused_with_a_sentence_and_begins_nothing(studio: Studio) -> None:
    at = open_page()
    at.file_uploader[0].upload("notes.wav", b"%PDF-1.7 this is not sound", "audio/wav").run()

    assert "not sound" in at.error[0].value
    assert studio.converse.headings("local") == ()


def test_typed_words_on_their_way_have_no_player_of_their_own(studio: Studio) -> None:
    turn = studio.converse.keep_words(studio.person().id, studio.converse.start("local", Options()).id, "What is it?")
    studio.converse.conversations.change_turns({turn.id: {"state": State.SENDING}})

    at = open_page_on(turn.conversation_id)
    assert "What is it?" in [one.value.replace("\\", "") for one in at.markdown]
    assert not [one for one in at.get("bidi_component") if one.proto.id.endswith(turn.id)]


def test_what_went_wrong_is_said_once_and_a_nameless_conversation_by_its_time(studio: Studio) -> None:
    turn = studio.converse.keep_take(studio.person().id, studio.converse.start("local", Options()).id, speech_like())
    why = "The server cannot be reached."
    notes = (f"What you said could not be written down. {why}",)
    studio.converse.conversations.change_turns({turn.id: {"state": State.FAILED, "failure": why, "notes": notes}})

    at = open_page_on(turn.conversation_id)
    said = [one.value.replace("\\", "") for one in (*at.caption, *at.markdown, *at.error)]
    assert sum(why in one for one in said) == 1
    assert any(button.label.startswith("Untitled, ") for button in at.button)


def test_live_writes_nothing_onto_the_page_that_nobody_meant(studio: Studio) -> None:  # noqa: ARG001 - opened
    at = AppTest.from_file(APP, default_timeout=30)
    at.query_params["way"] = "live"
    at.run()
    assert not at.exception
    assert not [one.value for one in at.markdown if "None" in one.value]


def test_a_conversation_that_is_gone_is_said_to_be_gone(studio: Studio) -> None:  # noqa: ARG001 - opened for the page
    at = AppTest.from_file(APP, default_timeout=30)
    at.query_params["conversation"] = "0" * 32
    at.run()
    assert "not here any more" in at.error[0].value
    assert at.title[0].value == "Say something"


def test_a_removed_conversation_takes_its_recordings_along_and_leaves_the_ledger(studio: Studio) -> None:
    at = open_page()
    at.chat_input[0].set_value("What is twelve times seven?").run()
    at = wait_until_answered(at, studio)
    (heading,) = studio.converse.headings("local")
    digest = studio.converse.open("local", heading.id).turns[1].clip_digest or ""

    at.button(key="record.remove").click().run()

    assert studio.converse.headings("local") == ()
    assert not studio.blobs.exists(digest)
    assert len(studio.ledger.recent("local", 10)) == 2


def test_a_take_outlives_the_conversation_it_was_meant_for(studio: Studio) -> None:
    """The conversation is removed in another window while one records in this one."""
    at = open_page()
    at.chat_input[0].set_value("What is twelve times seven?").run()
    at = wait_until_answered(at, studio)
    (heading,) = studio.converse.headings("local")
    studio.converse.remove("local", heading.id)

    at.audio_input[0].set_value(("take.wav", speech_like(), "audio/wav")).run()

    (begun,) = studio.converse.headings("local")
    (turn,) = studio.converse.open("local", begun.id).turns
    assert studio.clips.read("local", turn.clip_digest or "") == speech_like()
    assert not at.exception
