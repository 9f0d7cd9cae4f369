"""Told to be an interpreter, the engine interprets: in chat, in Realtime, and by the words that our own pages use."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from openai import OpenAI
from realtime_talk import configured, only, said, talking

from audiokit.converse.conversation import Conversation, Heading, Options
from audiokit.converse.instructions import instructions_for
from audiokit.converse.live.options import LiveOptions, instructions_of
from audiokit.offline.engine import Engine
from audiokit.offline.loopback import Loopback
from audiokit.offline.messages import Message, Thought
from audiokit.offline.think import think
from audiokit.offline.voices import VOICES

NOW = datetime(2026, 11, 21, 15, 52, tzinfo=UTC)
HEADING = Heading(id="c", person_id="p", title="", updated_at=NOW, options=Options())


def asked(instructions: str, words: str) -> Thought:
    return think([Message(role="system", text=instructions), Message(role="user", text=words)], NOW)


def told_in_a_thread(language: str) -> str:
    return instructions_for(replace(HEADING, options=Options(language=language, translates=True)))


def told_live(language: str | None, other: str | None) -> str:
    options = LiveOptions(preset="translation", language=language, other=other)
    return instructions_of(Conversation(heading=HEADING, turns=()), options)


@pytest.mark.parametrize(
    ("language", "words"), [("de", "Wie spät ist es?"), ("fr", "Quelle heure est-il?"), ("es", "Qué hora es?")]
)
def test_a_conversation_that_translates_is_interpreted_and_not_answered(language: str, words: str) -> None:
    thought = asked(told_in_a_thread(language), "What time is it?")

    assert (thought.text, thought.skill, thought.language) == (words, "interpret", language)


@pytest.mark.parametrize(("language", "other"), [("en", "de"), ("de", "en"), (None, "de")])
def test_of_two_languages_it_speaks_the_one_that_is_not_english(language: str | None, other: str) -> None:
    assert asked(told_live(language, other), "good morning").text == "guten Morgen"


def test_what_is_to_be_said_in_english_stays() -> None:
    assert asked(told_in_a_thread("en"), "What time is it?").text == "What time is it?"


def test_a_language_that_it_does_not_know_is_told_and_no_question_is_answered() -> None:
    assert asked(told_in_a_thread("pl"), "What time is it?").text == (
        "The offline engine translates from English only, into German, French or Spanish."
    )


def test_who_is_no_interpreter_answers() -> None:
    assert asked("Answer in the language that you are spoken to.", "What time is it?").skill != "interpret"


@pytest.mark.usefixtures("speaking")
def test_a_translation_is_spoken_by_a_voice_of_its_language(client: OpenAI, speaking: Engine) -> None:
    reply = client.chat.completions.create(
        model="audiokit-offline",
        modalities=["text", "audio"],
        audio={"voice": "alloy", "format": "wav"},
        messages=[
            {"role": "system", "content": told_in_a_thread("de")},
            {"role": "user", "content": "See you tomorrow"},
        ],
    )
    audio = reply.choices[0].message.audio
    assert audio is not None
    german, english = (
        sum(len(piece.pcm16) for piece in speaking.say("Bis morgen", language=language)) for language in ("de", "en")
    )

    assert audio.transcript == "Bis morgen"
    assert german != english
    assert abs(len(base64.b64decode(audio.data)) - german) <= 44 + 2_400  # a header; one token more or less by chance


@pytest.mark.usefixtures("speaking")
def test_a_realtime_session_interprets_too(loopback: Loopback) -> None:
    with talking(loopback.websocket_base_url, loopback.key) as talk:
        talk.ask(configured(instructions=told_live("en", "fr")), said("thank you very much"), until="session.updated")
        talk.send({"type": "response.create"})
        done = only(talk.until("response.output_audio_transcript.done"), "response.output_audio_transcript.done")

    assert done["transcript"] == "merci beaucoup"


def test_each_voice_has_a_sister_in_every_language() -> None:
    sisters = {voice.speaking(language).variant for voice in VOICES.values() for language in ("de", "fr", "es")}

    assert {"de+f2", "fr+f2", "es+f2", "de", "fr", "es"} <= sisters
    assert VOICES["nova"].speaking("en") is VOICES["nova"]
