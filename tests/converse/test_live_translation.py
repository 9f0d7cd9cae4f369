"""Live translation: nobody takes turns, both sides are kept all the same, and each minute is paid for once."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conversing import ME
from live_server import Caller
from realtime_talk import speech
from talking import FakeBrowser, Talking, sound, talking

from audiokit.converse.conversation import Options, Speaker
from audiokit.converse.live import LiveOptions
from audiokit.converse.live.seam import BYTES_PER_MS
from audiokit.errors import ProviderError
from audiokit.settings import Settings
from audiokit.studio import Studio, open_studio

WEATHER = (
    "Azure-Samples__cognitive-services-speech-sdk/samples__csharp__sharedcontent__console__whatstheweatherlike.wav"
)
SAID, ANSWERED, SILENCE = sound(6_000, seed=5), sound(800, seed=2), bytes(200 * BYTES_PER_MS)
Script = Callable[[Talking, "Interpreter"], Awaitable[None]]
Talk = Callable[..., None]


@pytest.fixture
def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    """With OpenAI's models and prices; its address is a server of the test's."""
    monkeypatch.setenv("AUDIOKIT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("AUDIOKIT_ENGINE", "openai")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-made-up")
    studio = open_studio(Settings.read())
    studio.person()
    yield studio
    studio.close()


@pytest.fixture
def talk(studio: Studio) -> Talk:
    conversation_id = studio.converse.start(ME, Options()).id

    def play(script: Script, **options: Any) -> None:
        async def run() -> None:
            options.setdefault("language", "en")
            options.setdefault("other", "es")
            async with talking(studio, conversation_id, preset="translation", **options) as under_way:
                await script(under_way, Interpreter(await under_way.server.caller()))

        asyncio.run(run())

    return play


class Interpreter:
    """The provider's end of a translation."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller

    async def begins(self) -> dict[str, Any]:
        session = await self.caller.begin()
        await self.caller.tell("session.updated", session=session)
        return session

    async def hears(self, text: str, at_ms: int) -> None:
        await self.caller.tell("session.input_transcript.delta", delta=text, elapsed_ms=at_ms)

    async def writes(self, text: str, at_ms: int) -> None:
        await self.caller.tell("session.output_transcript.delta", delta=text, elapsed_ms=at_ms)

    async def says(self, pcm16: bytes, at_ms: int | None = None) -> None:
        time = {} if at_ms is None else {"elapsed_ms": at_ms}
        await self.caller.tell("session.output_audio.delta", delta=base64.b64encode(pcm16).decode(), **time)

    async def is_silent_until(self, at_ms: int) -> None:
        await self.says(SILENCE, at_ms)


def test_a_model_made_for_translating_translates_and_both_sides_are_kept(talk: Talk) -> None:
    async def script(now: Talking, interpreter: Interpreter) -> None:
        session = await interpreter.begins()
        assert interpreter.caller.path.startswith("/v1/realtime/translations?model=gpt-realtime-translate")
        assert session["audio"]["output"]["language"] == "es"
        now.browser.does(SAID)
        await interpreter.caller.receives("session.input_audio_buffer.append")
        await interpreter.hears(" The lazy", 1_600)
        await interpreter.says(ANSWERED)
        await interpreter.writes("El perezoso", 2_000)
        await interpreter.hears(" dog.", 2_200)
        await interpreter.hears(" Good", 5_000)
        await interpreter.says(ANSWERED)
        await now.browser.hears("item_2", 800)
        said, translated, *_ = (await now.leave()).turns

        assert (said.speaker, said.words) == (Speaker.PERSON, "The lazy dog.")
        assert said.duration_s == pytest.approx(2.1)
        assert (translated.speaker, translated.words) == (Speaker.MODEL, "El perezoso")
        assert now.clip(translated.clip_digest) == ANSWERED
        assert now.browser.clears == 0
        entries = [one for one in now.studio.ledger.of_conversation(now.conversation_id) if one.kind == "live"]
        assert sum(one.cost_nanousd or 0 for one in entries) == 3_400_000  # six seconds of 0.034 dollars a minute

    talk(script)


def test_three_seconds_of_silence_end_a_turn_while_the_session_goes_on(talk: Talk) -> None:
    """What comes out never pauses; zeros are no answer, begin no turn, and are not played."""

    async def script(now: Talking, interpreter: Interpreter) -> None:
        await interpreter.begins()
        now.browser.does(SAID)
        await interpreter.caller.receives("session.input_audio_buffer.append")
        await interpreter.is_silent_until(200)
        await interpreter.hears(" Hello", 1_000)
        await interpreter.writes(" Hola", 1_600)
        await interpreter.says(ANSWERED, 2_400)
        await interpreter.is_silent_until(5_000)
        await now.browser.told("state", state="speaking")
        assert not [one for one in now.browser.all_told("words") if one["final"]]
        await interpreter.is_silent_until(5_400)
        await now.browser.until(lambda: now.browser.all_told("state")[-1]["state"] == "listening")
        states = [one["state"] for one in now.browser.all_told("state")]
        assert now.browser.all_told("cost")[-1]["nanousd"] > 0
        said, translated = (await now.leave()).turns

        assert (said.words, translated.words) == ("Hello", "Hola")
        assert now.clip(translated.clip_digest) == ANSWERED
        assert list(now.browser.heard) == ["item_1"]
        assert states == ["connecting", "listening", "speaking", "listening"]

    talk(script)


def test_the_sound_of_a_long_turn_is_kept_from_its_first_word(talk: Talk) -> None:
    """Its words come as it goes on, and its end is known only later."""
    long = sound(25_000, seed=7)

    async def script(now: Talking, interpreter: Interpreter) -> None:
        await interpreter.begins()
        for start in range(0, len(long), 1_000 * BYTES_PER_MS):
            now.browser.does(long[start : start + 1_000 * BYTES_PER_MS])
            await interpreter.caller.receives("session.input_audio_buffer.append")
            if start == 3_000 * BYTES_PER_MS:
                await interpreter.hears(" It", 2_000)
                await now.browser.told("words", text=" It")
        await interpreter.hears(" begins.", 24_000)
        await interpreter.says(ANSWERED, 24_200)
        await interpreter.is_silent_until(28_000)
        await now.browser.told("words", item="item_1", final=True)
        said, _ = (await now.leave()).turns

        assert now.clip(said.clip_digest) == long[500 * BYTES_PER_MS : 24_000 * BYTES_PER_MS]

    talk(script)


def test_no_wait_is_told_where_nobody_knows_what_was_waited_for(talk: Talk) -> None:
    async def script(now: Talking, interpreter: Interpreter) -> None:
        await interpreter.begins()
        now.browser.does(SAID)
        for number, at_ms in enumerate((1_000, 9_000), 1):
            await interpreter.hears(" Hello", at_ms)
            await interpreter.says(ANSWERED, at_ms + 400)
            await now.browser.hears(f"item_{number}", 800)
            await interpreter.is_silent_until(at_ms + 4_000)
            await now.browser.told("words", item=f"item_{number}", final=True)
        turns = (await now.leave()).turns

        assert now.browser.all_told("latency") == []
        assert [turn.first_sound_ms for turn in turns] == [None] * 4
        assert [turn.total_ms for turn in turns if turn.speaker is Speaker.MODEL] == [None] * 2

    talk(script)


def test_who_mutes_lets_what_they_said_last_be_translated(talk: Talk) -> None:
    """The provider's time stands while no sound comes: the last words would wait until the person unmutes."""

    async def script(now: Talking, interpreter: Interpreter) -> None:
        await interpreter.begins()
        now.browser.does(SAID)
        await interpreter.caller.receives("session.input_audio_buffer.append")
        now.browser.does({"type": "mute", "on": True})
        silence = await interpreter.caller.receives("session.input_audio_buffer.append")

        assert base64.b64decode(silence["audio"]) == bytes(4_000 * BYTES_PER_MS)
        await now.leave()

    talk(script)


def test_no_sound_goes_before_it_is_settled_into_which_language(talk: Talk) -> None:
    async def script(now: Talking, interpreter: Interpreter) -> None:
        session = await interpreter.caller.begin()
        now.browser.does(SAID)
        for text in (" one", " two"):
            await interpreter.hears(text, 1_000)
            await now.browser.told("words", text=text)
        assert [event["type"] for event in interpreter.caller.sent] == ["session.update"]

        await interpreter.caller.tell("session.updated", session=session)
        sound = await interpreter.caller.receives("session.input_audio_buffer.append")
        assert base64.b64decode(sound["audio"]) == SAID
        await now.leave()

    talk(script)


def test_a_language_that_is_not_to_be_had_ends_the_session_in_a_sentence(talk: Talk) -> None:
    async def script(now: Talking, interpreter: Interpreter) -> None:
        await interpreter.caller.begin()
        refused = {"type": "invalid_request_error", "code": "invalid_value", "message": "no", "event_id": None}
        await interpreter.caller.tell("error", error=refused | {"param": "session.audio.output.language"})
        with pytest.raises(ProviderError, match="OpenAI does not translate into that language"):
            await now.over()

    talk(script, other="fi")


@pytest.mark.real
def test_without_a_key_real_speech_is_translated_and_kept_and_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way but for the browser: the offline engine hears, translates and speaks."""
    monkeypatch.setenv("AUDIOKIT_DATA_DIR", str(tmp_path))
    studio = open_studio(Settings.read())
    studio.person()
    conversation_id = studio.converse.start(ME, Options()).id
    browser = FakeBrowser()

    async def run() -> None:
        options = LiveOptions(preset="translation", language="en", other="fr")
        talking = asyncio.create_task(studio.live.open(ME, conversation_id, options).run(browser))
        await browser.until(lambda: {"type": "state", "state": "listening"} in browser.messages, patience_s=30)
        whole = bytes(500 * BYTES_PER_MS) + speech(WEATHER) + bytes(1_000 * BYTES_PER_MS)
        for start in range(0, len(whole), 40 * BYTES_PER_MS):
            browser.does(whole[start : start + 40 * BYTES_PER_MS])
        await browser.until(lambda: len(browser.heard.get("item_1", b"")) > 800 * BYTES_PER_MS, patience_s=60)
        browser.leaves()
        await talking

    try:
        asyncio.run(run())
        said, translated = studio.converse.open(ME, conversation_id).turns
        written, interpreted = studio.ledger.of_conversation(conversation_id)
    finally:
        studio.close()

    assert (said.words, translated.words) == ("what's the weather like", "quel temps fait-il")
    assert said.duration_s is not None
    assert said.duration_s > 1.5
    assert {written.kind, interpreted.kind} == {"transcribe", "live"}
    assert {(one.model_used, one.cost_nanousd) for one in (written, interpreted)} == {("audiokit-offline", 0)}
