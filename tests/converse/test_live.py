"""Live talk through a scripted provider over a real WebSocket, kept in a real store."""

from __future__ import annotations

import asyncio
import base64
import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conversing import ME
from live_server import live_server
from talking import FakeBrowser, Talking, service, sound, talking

from audiokit.converse.conversation import Options, Speaker, State
from audiokit.converse.live import LiveOptions
from audiokit.converse.live.outlet import MAX_AHEAD_MS
from audiokit.converse.live.seam import BYTES_PER_MS, Played
from audiokit.errors import BudgetExceeded, NotFound, ProviderError, QuotaExhausted
from audiokit.settings import Settings
from audiokit.speech.realtime import TurnTaking
from audiokit.studio import Studio, open_studio
from audiokit.usage.budget import Every, ScopeKind

SAID, ANSWERED = sound(1_500, seed=1), sound(800, seed=2)
Script = Callable[[Talking], Awaitable[None]]


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
def conversation_id(studio: Studio) -> str:
    return studio.converse.start(ME, Options(voice="marin")).id


@pytest.fixture
def talk(studio: Studio, conversation_id: str) -> Callable[..., None]:
    def play(script: Script, **options: Any) -> None:
        async def run() -> None:
            async with talking(studio, conversation_id, **options) as under_way:
                await script(under_way)

        asyncio.run(run())

    return play


Talk = Callable[..., None]


async def exchange(now: Talking, caller: Any, *, number: int = 1) -> None:
    """One question and its answer, heard to the end."""
    now.browser.does(SAID)
    await caller.receives("input_audio_buffer.append")
    await caller.hear(f"said_{number}", "What time is it?", start_ms=200, end_ms=1_400)
    await caller.reply(number, "It is four o'clock.", ANSWERED)
    await heard_out(now, f"item_{number}")


async def heard_out(now: Talking, item: str) -> None:
    """Hear an answer of 800 ms to its end."""
    await now.browser.hears(item, 800)
    await now.browser.until(lambda: now.browser.all_told("state")[-1]["state"] == "speaking")
    now.browser.plays_all(item)
    await now.browser.until(lambda: now.browser.all_told("state")[-1]["state"] == "listening")


def test_a_spoken_turn_is_answered_by_sound_and_both_are_kept_as_ordinary_turns(talk: Talk) -> None:
    async def script(now: Talking) -> None:
        caller = await now.caller()
        await exchange(now, caller)
        said, answered = (await now.leave()).turns

        assert (said.speaker, said.state, said.words) == (Speaker.PERSON, State.ANSWERED, "What time is it?")
        assert now.clip(said.clip_digest) == SAID[200 * BYTES_PER_MS : 1_400 * BYTES_PER_MS]
        assert said.duration_s == pytest.approx(1.2)
        assert len(said.peaks) > 0
        assert (answered.speaker, answered.state, answered.words) == (
            Speaker.MODEL,
            State.ANSWERED,
            "It is four o'clock.",
        )
        assert now.clip(answered.clip_digest) == ANSWERED
        assert answered.model == "gpt-realtime-2.1"
        assert answered.first_sound_ms is not None
        assert [timing.text for timing in answered.timings] == ["It", "is", "four", "o'clock."]
        assert now.kept().heading.title == "What time is it?"

    talk(script)


def test_a_session_is_held_by_the_model_that_the_person_has_switched_to_at_its_price(
    studio: Studio, talk: Talk
) -> None:
    options = Options(voice="marin")
    studio.trials.switch(ME, "gpt-realtime-2.1", "gpt-realtime-1.5", for_everybody=True)
    theirs = studio.live.line("guest", options, LiveOptions())
    studio.trials.switch(ME, "gpt-realtime-2.1", "gpt-realtime-mini")
    mine = studio.live.line(ME, options, LiveOptions())
    assert [line.choice.model_name for line in (theirs, mine)] == ["gpt-realtime-1.5", "gpt-realtime-mini"]
    assert mine.choice.why.startswith("gpt-realtime-mini: you have switched to it from gpt-realtime-2.1.")
    assert mine.price is not None
    assert mine.price.model_id == "gpt-realtime-mini"
    assert (mine.slice.amount_nanousd or 0) < (theirs.slice.amount_nanousd or 0)

    async def script(now: Talking) -> None:
        caller = await now.caller()
        assert caller.path.endswith("?model=gpt-realtime-mini")
        await exchange(now, caller)
        _, answered = (await now.leave()).turns
        _, replied = now.studio.ledger.of_conversation(now.conversation_id)
        assert (answered.model, replied.model_asked) == ("gpt-realtime-mini", "gpt-realtime-mini")
        assert replied.price_id == mine.price.id if mine.price else None

    talk(script)
    studio.trials.switch(ME, "gpt-realtime-2.1", "gpt-audio-1.5")  # nobody can talk with that one live
    assert studio.live.line(ME, options, LiveOptions()).choice.model_name == "gpt-realtime-1.5"


def test_the_person_sees_words_states_latency_and_cost_as_they_come(talk: Talk) -> None:
    async def script(now: Talking) -> None:
        await exchange(now, await now.caller())
        browser = now.browser

        states = [one["state"] for one in browser.all_told("state")]
        assert states == ["connecting", "listening", "thinking", "speaking", "listening"]
        words = [(one["who"], one["text"], one["final"]) for one in browser.all_told("words")]
        assert words == [
            ("person", "What time is it?", True),
            ("model", "It is four o'clock.", False),
            ("model", "", True),
        ]
        (latency,) = browser.all_told("latency")
        assert latency["ms"] >= sum(latency["parts"].values()) - 2
        assert set(latency["parts"]) == {"noticing_ms", "answering_ms", "passing_on_ms"}

    talk(script)


def test_every_reply_and_every_written_turn_has_its_entry_with_what_was_cached(talk: Talk) -> None:
    async def script(now: Talking) -> None:
        await exchange(now, await now.caller())
        said, _ = (await now.leave()).turns
        written, replied = now.studio.ledger.of_conversation(now.conversation_id)

        assert (replied.kind, replied.outcome, replied.turn_id) == ("live", "answered", said.id)
        assert (replied.text_in_tokens, replied.audio_in_tokens, replied.cached_in_tokens) == (100, 100, 60)
        assert (replied.text_out_tokens, replied.audio_out_tokens) == (20, 80)
        # per million: 60 at 4, 40 cached at 0.40, 80 at 32, 20 cached at 0.40, 20 at 24, 80 at 64 dollars
        assert replied.cost_nanousd == 1_000 * (60 * 4 + 80 * 32 + 20 * 24 + 80 * 64) + 400 * 60
        assert (written.kind, written.turn_id, written.input_ms) == ("transcribe", said.id, 1_200)
        assert written.cost_nanousd == 75_000  # a second of 0.0045 dollars a minute
        assert now.browser.all_told("cost")[-1]["nanousd"] == replied.cost_nanousd + written.cost_nanousd
        assert (
            now.studio.converse.costs(ME, now.conversation_id)[said.id] == replied.cost_nanousd + written.cost_nanousd
        )

    talk(script)


def test_talking_over_an_answer_silences_it_and_keeps_only_what_was_heard(talk: Talk) -> None:
    answer = sound(4_000, seed=3)

    async def script(now: Talking) -> None:
        caller = await now.caller()
        now.browser.does(SAID)
        await caller.hear("said_1", "Tell me a story.")
        await caller.reply(1, "Once upon a time there was a small house by the sea. ", answer, ends=False)
        await now.browser.hears("item_1", 4_000)
        now.browser.played = Played("item_1", 1_000)
        await caller.tell("input_audio_buffer.speech_started", item_id="said_2", audio_start_ms=1_400)
        await now.browser.until(lambda: now.browser.clears)
        cut = await caller.receives("conversation.item.truncate")
        await caller.sound(1, answer)  # what was on its way already
        await caller.end_reply(1, "cancelled", status_details={"type": "cancelled", "reason": "turn_detected"})
        await now.browser.until(lambda: now.browser.all_told("cost"))
        kept = (await now.leave()).turns[1]

        assert (cut["item_id"], cut["audio_end_ms"]) == ("item_1", 1_000)
        assert now.clip(kept.clip_digest) == answer[: 1_000 * BYTES_PER_MS]
        assert kept.words
        assert "Once upon a time there was a small house by the sea.".startswith(kept.words)
        assert len(kept.words.split()) < 8
        assert kept.timings[-1].end_s <= 1.0
        assert kept.notes == ("You interrupted this answer; it is kept as far as you heard it.",)
        assert len(now.browser.heard["item_1"]) == len(answer)
        cancelled = now.studio.ledger.of_conversation(now.conversation_id)[-1]
        assert cancelled.outcome == "cut"
        assert cancelled.cost_nanousd is not None

    talk(script)


def test_words_that_had_not_even_come_when_the_sound_was_stopped_are_not_kept(talk: Talk) -> None:
    async def script(now: Talking) -> None:
        caller = await now.caller()
        await caller.hear("said_1", "Count.")
        await caller.reply(1, "One two ", sound(1_000), ends=False)
        words = {"response_id": "resp_1", "item_id": "item_1"}
        await caller.tell("response.output_audio_transcript.delta", **words, delta="three four")
        await caller.sound(1, sound(1_000))
        await now.browser.hears("item_1", 2_000)
        now.browser.played = Played("item_1", 990)
        await caller.tell("input_audio_buffer.speech_started", item_id="said_2", audio_start_ms=0)
        await caller.receives("conversation.item.truncate")
        kept = (await now.leave()).turns[1]

        assert kept.words is not None
        assert "three" not in kept.words

    talk(script)


def test_an_answer_that_was_heard_whole_is_not_cut_by_what_is_said_next(talk: Talk) -> None:
    async def script(now: Talking) -> None:
        caller = await now.caller()
        await exchange(now, caller)
        await caller.hear("said_2", "Thanks.", start_ms=1_400, end_ms=1_500)
        await now.browser.told("words", item="said_2", final=True)
        kept = (await now.leave()).turns

        assert [turn.words for turn in kept] == ["What time is it?", "It is four o'clock.", "Thanks."]
        assert now.browser.clears == 0
        assert not [event for event in caller.sent if event["type"] == "conversation.item.truncate"]

    talk(script)


def test_who_leaves_in_the_middle_of_an_answer_keeps_of_it_what_they_heard(talk: Talk) -> None:
    async def script(now: Talking) -> None:
        caller = await now.caller()
        await caller.hear("said_1", "Go on.")
        await caller.reply(1, "A long answer that goes on and on.", sound(9_000))
        await now.browser.hears("item_1", 9_000)
        now.browser.does({"type": "played", "item": "item_1", "ms": 500})
        kept = (await now.leave()).turns[1]

        assert kept.duration_s is not None
        assert 0.5 <= kept.duration_s < 2

    talk(script)


def test_what_was_not_finished_when_the_person_left_waits_to_be_sent(talk: Talk) -> None:
    async def script(now: Talking) -> None:
        caller = await now.caller()
        now.browser.does(SAID)
        await caller.receives("input_audio_buffer.append")
        await caller.tell("input_audio_buffer.speech_started", item_id="said_1", audio_start_ms=300)
        await now.browser.until(lambda: now.browser.all_told("state"))
        await caller.write_down("nobody", "a sign that the event before has been taken")
        await now.browser.told("words", item="nobody")
        (kept,) = (await now.leave()).turns

        assert kept.state is State.RECORDED
        assert now.clip(kept.clip_digest) == SAID[300 * BYTES_PER_MS :]

    talk(script)


def test_what_went_over_the_wire_can_be_had_while_it_lasts_and_afterwards_by_nobody_else(talk: Talk) -> None:
    async def script(now: Talking) -> None:
        with pytest.raises(NotFound, match="no log"):
            now.live.log_of(ME, now.studio.converse.start(ME, Options()).id)
        await exchange(now, await now.caller())
        during = now.live.log_of(ME, now.conversation_id)
        await now.leave()
        afterwards = now.live.log_of(ME, now.conversation_id)

        assert afterwards.startswith(during)
        lines = [json.loads(line) for line in afterwards.splitlines()]
        kinds = [line["event"]["type"] for line in lines if "event" in line]
        assert kinds[:2] == ["session.update", "session.created"]
        assert kinds[-1] == "response.done"
        assert {"input_audio_buffer.append", "response.output_audio.delta"} == {
            line["sound"] for line in lines if "sound" in line
        }
        assert b"sk-made-up" not in afterwards
        with pytest.raises(NotFound):
            now.live.log_of("somebody else", now.conversation_id)

    talk(script)


def test_a_function_is_called_for_the_model_and_shown_with_its_answer(talk: Talk) -> None:
    async def script(now: Talking) -> None:
        caller = await now.caller()
        await caller.hear("said_1", "What is six times seven?")
        await caller.call(1, "calculate", {"expression": "6 * 7"})
        given = (await caller.receives("conversation.item.create"))["item"]
        await caller.receives("response.create")
        await caller.reply(2, "Forty-two.", ANSWERED)
        await heard_out(now, "item_2")
        said, answered = (await now.leave()).turns

        assert (given["type"], given["call_id"], given["output"]) == ("function_call_output", "call_1", "6 * 7 = 42")
        assert [(one["name"], one["failed"]) for one in now.browser.all_told("tool")] == [
            ("calculate", None),
            ("calculate", False),
        ]
        assert [(call.name, call.output) for call in answered.calls] == [("calculate", "6 * 7 = 42")]
        assert answered.words == "Forty-two."
        entries = now.studio.ledger.of_conversation(now.conversation_id)
        assert [entry.turn_id for entry in entries if entry.kind == "live"] == [said.id, said.id]

    talk(script)


def test_a_model_that_only_ever_calls_functions_is_made_to_answer(talk: Talk) -> None:
    async def script(now: Talking) -> None:
        caller = await now.caller()
        await caller.hear("said_1", "Go.")
        asked = []
        for number in range(1, 5):
            await caller.call(number, "calculate", {"expression": "1 + 1"})
            asked.append((await caller.receives("response.create")).get("response"))

        assert asked == [None, None, None, {"tool_choice": "none"}]

    talk(script)


def test_a_preset_without_functions_offers_none(talk: Talk) -> None:
    async def script(now: Talking) -> None:
        session = await (await now.server.caller()).begin()

        assert session["tools"] == []
        assert "open question" in session["instructions"]

    talk(script, preset="coach")


def test_with_a_button_only_what_is_said_while_it_is_held_is_sent(talk: Talk) -> None:
    async def script(now: Talking) -> None:
        caller = await now.caller()
        await now.browser.told("state", state="listening")
        for message in (sound(300, seed=7), {"type": "start"}, SAID, {"type": "stop"}):
            now.browser.does(message)
        await caller.receives("input_audio_buffer.commit")
        await caller.receives("response.create")
        await caller.tell("input_audio_buffer.committed", item_id="said_1", previous_item_id=None)
        await caller.reply(1, "Good.", ANSWERED)
        await heard_out(now, "item_1")
        said, answered = (await now.leave()).turns

        assert now.clip(said.clip_digest) == SAID
        assert answered.first_sound_ms is not None

    talk(script, turn_taking=TurnTaking.PUSH_TO_TALK)


def test_a_button_that_was_only_touched_sends_nothing_and_says_how_it_works(talk: Talk) -> None:
    async def script(now: Talking) -> None:
        caller = await now.caller()
        await now.browser.told("state", state="listening")
        now.browser.does({"type": "start"})
        now.browser.does({"type": "stop"})
        told = await now.browser.told("trouble")

        assert told["sentence"].startswith("Hold the button")
        assert not told["fatal"]
        assert "input_audio_buffer.commit" not in [event["type"] for event in caller.sent]

    talk(script, turn_taking=TurnTaking.PUSH_TO_TALK)


def test_what_is_typed_before_the_session_stands_is_answered_when_it_does(talk: Talk) -> None:
    async def script(now: Talking) -> None:
        now.browser.does({"type": "say", "words": "Good morning."})
        caller = await now.caller()
        item = (await caller.receives("conversation.item.create"))["item"]
        await caller.receives("response.create")
        await caller.reply(1, "Good morning!", ANSWERED)
        await heard_out(now, "item_1")

        assert item["content"] == [{"type": "input_text", "text": "Good morning."}]
        assert [turn.words for turn in (await now.leave()).turns] == ["Good morning.", "Good morning!"]

    talk(script)


def test_typing_while_the_answer_comes_stops_it_and_is_answered_once_it_has_stopped(talk: Talk) -> None:
    async def script(now: Talking) -> None:
        caller = await now.caller()
        now.browser.does(SAID)
        await caller.hear("said_1", "Tell me a story.")
        await caller.reply(1, "Once upon a time", sound(2_000), ends=False)
        await now.browser.hears("item_1", 2_000)
        now.browser.played = Played("item_1", 500)
        for words in ("No, a poem.", "A short one."):
            now.browser.does({"type": "say", "words": words})
        await caller.receives("response.cancel")
        await now.browser.told("words", text="A short one.")
        assert "response.create" not in [event["type"] for event in caller.sent], "it would be refused"
        await caller.end_reply(1, "cancelled")
        item = (await caller.receives("conversation.item.create"))["item"]
        await caller.receives("response.create")
        await caller.reply(2, "Roses are red.", ANSWERED)
        await heard_out(now, "item_2")
        turns = (await now.leave()).turns

        assert item["content"] == [{"type": "input_text", "text": "No, a poem.\nA short one."}]
        assert [turn.words for turn in turns if turn.speaker is Speaker.PERSON] == [
            "Tell me a story.",
            "No, a poem.",
            "A short one.",
        ]
        assert turns[1].duration_s == pytest.approx(0.5)
        assert turns[-1].words == "Roses are red."
        live = [entry for entry in now.studio.ledger.of_conversation(now.conversation_id) if entry.kind == "live"]
        assert [(entry.turn_id, entry.outcome) for entry in live] == [(turns[0].id, "cut"), (turns[3].id, "answered")]

    talk(script)


def test_what_the_network_was_too_slow_for_is_told_in_words_once_sound_gets_through(talk: Talk) -> None:
    async def script(now: Talking) -> None:
        caller = await now.caller()
        await now.browser.told("state", state="listening")
        now.browser.does({"type": "dropped", "ms": 2_100})
        now.browser.does({"type": "dropped", "ms": "much"})
        now.browser.does(SAID)
        await caller.receives("input_audio_buffer.append")
        told = await now.browser.told("trouble")

        assert told["sentence"].startswith("About 2 seconds of what you said got lost on the way.")
        assert not told["fatal"]

    talk(script)


def test_what_is_said_while_the_provider_cannot_be_reached_for_long_is_told_as_lost(talk: Talk) -> None:
    async def script(now: Talking) -> None:
        await now.caller()
        await now.browser.told("state", state="listening")
        now.server.refuse = lambda _: (503, "{}")
        await now.server.callers[0].break_off()
        await now.browser.until(lambda: len(now.browser.all_told("state")) > 2)
        for seed in range(8):
            now.browser.does(sound(1_000, seed=seed))
        now.server.refuse = lambda _: None
        again = await now.caller(1)
        await again.receives("input_audio_buffer.append")
        told = await now.browser.told("trouble")

        assert told["sentence"].startswith("About 3 seconds of what you said")
        assert [base64.b64decode(event["audio"]) for event in again.sent if "audio" in event] == [
            b"".join(sound(1_000, seed=seed) for seed in range(3, 8))
        ]

    talk(script)


def test_pressing_the_button_while_the_answer_plays_stops_it(talk: Talk) -> None:
    async def script(now: Talking) -> None:
        caller = await now.caller()
        await now.browser.told("state", state="listening")
        now.browser.does({"type": "say", "words": "Tell me more."})
        await caller.receives("response.create")
        await caller.reply(1, "There is a lot to tell.", sound(3_000), ends=False)
        await now.browser.hears("item_1", 3_000)
        now.browser.played = Played("item_1", 700)
        now.browser.does({"type": "start"})
        await caller.receives("response.cancel")
        cut = await caller.receives("conversation.item.truncate")
        said, answered = (await now.leave()).turns[:2]

        assert cut["audio_end_ms"] == 700
        assert answered.duration_s == pytest.approx(0.7)
        assert (said.words, said.clip_digest) == ("Tell me more.", None)

    talk(script, turn_taking=TurnTaking.PUSH_TO_TALK)


def test_a_muted_microphone_gives_silence_so_that_the_turn_can_end(talk: Talk) -> None:
    async def script(now: Talking) -> None:
        caller = await now.caller()
        now.browser.does({"type": "mute", "on": True})
        now.browser.does(SAID)
        appended = await caller.receives("input_audio_buffer.append")

        assert set(appended["audio"].rstrip("=")) == {"A"}

    talk(script)


def test_who_mutes_in_mid_sentence_ends_it_though_their_browser_sends_nothing_more(talk: Talk) -> None:
    async def script(now: Talking) -> None:
        caller = await now.caller()
        now.browser.does(SAID)
        await caller.receives("input_audio_buffer.append")
        await caller.tell("input_audio_buffer.speech_started", item_id="said_1", audio_start_ms=0)
        await caller.write_down("nobody", "a sign")
        await now.browser.told("words", item="nobody")
        now.browser.does({"type": "mute", "on": True})
        silence = await caller.receives("input_audio_buffer.append")

        assert len(base64.b64decode(silence["audio"])) == 1_000 * BYTES_PER_MS

    talk(script)


def test_a_browser_that_does_not_play_is_not_sent_more_than_ten_seconds(talk: Talk) -> None:
    async def script(now: Talking) -> None:
        caller = await now.caller()
        await caller.hear("said_1", "Go on.")
        await caller.reply(1, "A long answer.", sound(20_000))
        await now.browser.hears("item_1", MAX_AHEAD_MS)
        await caller.write_down("nobody", "a sign")
        await now.browser.told("words", item="nobody")

        assert len(now.browser.heard["item_1"]) / BYTES_PER_MS < MAX_AHEAD_MS + 1_000

    talk(script)


def test_a_session_whose_time_is_up_goes_on_in_a_new_one_that_knows_the_words(talk: Talk) -> None:
    async def script(now: Talking) -> None:
        first = await now.caller()
        await exchange(now, first)
        await first.tell("error", error={"type": "invalid_request_error", "code": "session_expired", "message": "…"})
        await first.connection.close(1001)
        second = await now.caller(1)
        items = [(await second.receives("conversation.item.create"))["item"] for _ in range(2)]
        await exchange(now, second, number=2)
        kept = await now.leave()

        said = [part["text"] for item in items for part in item["content"]]
        assert said == ["What time is it?", "It is four o'clock."]
        assert len(kept.turns) == 4
        assert not now.browser.all_told("trouble")

    talk(script)


def test_a_line_that_breaks_while_the_model_thinks_is_opened_again_and_the_question_asked_again(talk: Talk) -> None:
    async def script(now: Talking) -> None:
        first = await now.caller()
        now.browser.does(SAID)
        await first.receives("input_audio_buffer.append")
        await first.hear("said_1", "What time is it?")
        await now.browser.told("words", item="said_1", final=True)
        await first.break_off()
        second = await now.caller(1)
        await second.receives("response.create")
        await second.reply(1, "Four.", ANSWERED)
        await heard_out(now, "item_1")
        said, answered = (await now.leave()).turns

        assert (said.words, answered.words) == ("What time is it?", "Four.")

    talk(script)


def test_a_line_that_breaks_in_mid_sentence_loses_nothing_of_the_sentence(talk: Talk) -> None:
    async def script(now: Talking) -> None:
        first = await now.caller()
        now.browser.does(SAID)
        await first.receives("input_audio_buffer.append")
        await first.tell("input_audio_buffer.speech_started", item_id="said_1", audio_start_ms=300)
        await first.write_down("nobody", "a sign")
        await now.browser.told("words", item="nobody")
        await first.break_off()
        second = await now.caller(1)
        again = await second.receives("input_audio_buffer.append")

        assert len(again["audio"]) * 3 // 4 == pytest.approx(len(SAID) - 300 * BYTES_PER_MS, abs=3)

    talk(script)


def test_a_reply_that_the_line_cut_off_is_kept_as_far_as_it_came(talk: Talk) -> None:
    async def script(now: Talking) -> None:
        first = await now.caller()
        await first.hear("said_1", "Go on.")
        await first.reply(1, "Half of an", ANSWERED, ends=False)
        await now.browser.hears("item_1", 800)
        await first.break_off()
        await now.caller(1)
        _, answered = (await now.leave()).turns

        assert answered.words == "Half of an"
        assert "broke off" in answered.notes[0]
        entry = now.studio.ledger.of_conversation(now.conversation_id)[-1]
        assert (entry.outcome, entry.cost_nanousd) == ("cut", None)
        assert now.browser.all_told("cost")[-1]["nanousd"] is None

    talk(script)


def test_a_budget_warns_then_lets_the_answer_finish_and_ends(talk: Talk) -> None:
    async def script(now: Talking) -> None:
        caller = await now.caller()
        for number in (1, 2):
            await caller.hear(f"said_{number}", None)
            await caller.reply(number, "Yes.", ANSWERED)
            await now.browser.hears(f"item_{number}", 800)
            now.browser.plays_all(f"item_{number}")
        await now.over()

        warned, spent = [one["sentence"] for one in now.browser.all_told("trouble")]
        assert warned.startswith("Four fifths")
        assert spent.startswith("What you set for this session is spent.")
        assert [one["type"] for one in now.browser.messages[-2:]] == ["state", "end"]
        assert len(now.browser.heard["item_2"]) == len(ANSWERED)
        assert [turn.words for turn in now.kept().turns if turn.speaker is Speaker.MODEL] == ["Yes.", "Yes."]

    talk(script, budget_nanousd=10_000_000)


def for_a_day(studio: Studio, limit_nanousd: int) -> None:
    studio.usage.budgets.put(ScopeKind.PERSON, ME, Every.DAY, limit_nanousd)


def test_a_budget_that_does_not_reach_for_another_minute_ends_the_session_after_the_answer(
    studio: Studio, talk: Talk
) -> None:
    async def script(now: Talking) -> None:
        budgets = now.studio.usage.budgets
        caller = await now.caller()
        (standing,) = budgets.standing(ME)
        assert standing.held_nanousd > 0
        await caller.hear("said_1", None)
        await caller.reply(1, "Yes.", ANSWERED)
        await now.browser.hears("item_1", 800)
        now.browser.plays_all("item_1")
        await now.over()

        (ended,) = [one["sentence"] for one in now.browser.all_told("trouble")]
        assert ended.startswith("This session ends here, since your budget for today does not reach for more.")
        assert [turn.words for turn in now.kept().turns if turn.speaker is Speaker.MODEL] == ["Yes."]
        (standing,) = budgets.standing(ME)
        entries = now.studio.ledger.of_conversation(now.conversation_id)
        assert standing.spent_nanousd == sum(entry.cost_nanousd or 0 for entry in entries) > 0
        assert standing.held_nanousd == 0

    for_a_day(studio, 88_000_000)
    talk(script)


def test_without_money_for_a_minute_no_session_begins_and_that_is_written_down(studio: Studio, talk: Talk) -> None:
    async def script(now: Talking) -> None:
        with pytest.raises(BudgetExceeded, match="Your budget for today"):
            await now.over()
        (entry,) = now.studio.ledger.of_conversation(now.conversation_id)
        assert (entry.outcome, entry.error, entry.cost_nanousd) == ("refused", "BudgetExceeded", 0)

    for_a_day(studio, 1_000)
    talk(script)


def test_where_the_full_model_is_too_dear_for_the_budget_the_mini_one_talks(studio: Studio, talk: Talk) -> None:
    async def script(now: Talking) -> None:
        await now.caller()
        told = await now.browser.told("trouble")
        assert told["sentence"].startswith("You are talking with gpt-realtime-2.1-mini: your budget for today")

    for_a_day(studio, 40_000_000)
    talk(script)


def test_a_price_that_nobody_knows_is_told_as_unknown(talk: Talk) -> None:
    async def script(now: Talking) -> None:
        caller = await now.caller()
        await caller.hear("said_1", None)
        await caller.reply(1, "Yes.", ANSWERED, ends=False)
        await caller.end_reply(1, usage=None)
        cost = await now.browser.told("cost")

        assert cost["nanousd"] is None
        assert cost["per_minute_nanousd"] is None

    talk(script)


def test_what_could_not_be_written_down_is_said_beside_the_turn_and_costs_nothing(talk: Talk) -> None:
    async def script(now: Talking) -> None:
        caller = await now.caller()
        await caller.hear("said_1", None)
        failed = {"item_id": "said_1", "error": {"type": "server_error", "code": "DeploymentNotFound"}}
        await caller.tell("conversation.item.input_audio_transcription.failed", **failed)
        await now.browser.told("cost", nanousd=0)
        (said,) = (await now.leave()).turns

        assert said.words is None
        assert said.notes[0].startswith("What you said could not be written down.")

    talk(script)


def test_a_key_without_credit_ends_the_session_with_a_sentence(talk: Talk) -> None:
    async def script(now: Talking) -> None:
        caller = await now.caller()
        await caller.tell("error", error={"type": "insufficient_quota", "code": "insufficient_quota", "message": "…"})
        with pytest.raises(ProviderError, match="no credit left"):
            await now.over()

    talk(script)


def test_a_session_that_cannot_be_opened_says_why(studio: Studio, conversation_id: str) -> None:
    async def run() -> None:
        async with live_server() as server:
            server.refuse = lambda _: (429, '{"error": {"code": "insufficient_quota", "message": "…"}}')
            live = service(studio, server)
            with pytest.raises(QuotaExhausted):
                await live.open(ME, conversation_id, LiveOptions()).run(FakeBrowser())
            live.close()

    asyncio.run(run())


def test_a_session_is_only_opened_for_a_conversation_of_one_s_own(studio: Studio, conversation_id: str) -> None:
    async def run() -> None:
        async with live_server() as server:
            live = service(studio, server)
            with pytest.raises(NotFound):
                live.open("somebody else", conversation_id, LiveOptions())
            live.close()

    asyncio.run(run())


def test_an_earlier_conversation_goes_on_live_with_its_words(talk: Talk, studio: Studio, conversation_id: str) -> None:
    conversations = studio.converse.conversations
    conversations.add_turn(conversation_id, Speaker.PERSON, State.ANSWERED, words="My name is Ada.")
    conversations.add_turn(conversation_id, Speaker.MODEL, State.ANSWERED, words="Hello, Ada.")

    async def script(now: Talking) -> None:
        caller = await now.server.caller()
        items = [(await caller.receives("conversation.item.create"))["item"]["content"][0]["text"] for _ in range(2)]

        assert items == ["My name is Ada.", "Hello, Ada."]

    talk(script)


def test_what_was_said_live_goes_along_when_the_conversation_goes_on_in_turns(talk: Talk, studio: Studio) -> None:
    async def script(now: Talking) -> None:
        await exchange(now, await now.caller())
        kept = await now.leave()
        outlook = studio.converse.outlook(kept)

        assert [one.turn.words for one in outlook.carried] == ["What time is it?", "It is four o'clock."]
        assert {one.way.value for one in outlook.carried} == {"words"}
        exported = studio.converse.exported(ME, now.conversation_id)
        assert exported is not None

    talk(script)


def not_of_the_pool() -> int:
    """The pool has at most eight threads, and makes them when it needs them."""
    return len([thread for thread in threading.enumerate() if not thread.name.startswith("live")])


@pytest.mark.parametrize("how", ["leaves", "is cancelled", "line drops"])
def test_twenty_sessions_leave_no_task_and_no_thread(studio: Studio, conversation_id: str, how: str) -> None:
    async def one(live: Any, server: Any, number: int) -> None:
        browser = FakeBrowser()
        task = asyncio.create_task(live.open(ME, conversation_id, LiveOptions()).run(browser))
        caller = await server.caller(number)
        await caller.begin()
        await caller.hear("said_1", "Go on.")
        await caller.reply(1, "Yes.", sound(2_000), ends=False)
        await browser.hears("item_1", 2_000)
        if how == "is cancelled":
            task.cancel()
        elif how == "line drops":
            server.refuse = lambda _: (401, "{}")
            await caller.break_off()
        else:
            browser.leaves()
        await asyncio.wait([task], timeout=30)
        assert task.done()
        if not task.cancelled():
            task.exception()
        server.refuse = lambda _: None
        await asyncio.wait_for(caller.connection.wait_closed(), 30)

    async def run() -> None:
        async with live_server() as server:
            live = service(studio, server)
            for number in range(2):
                await one(live, server, number)
            tasks, threads = len(asyncio.all_tasks()), not_of_the_pool()
            for number in range(2, 22):
                await one(live, server, number)
            async with asyncio.timeout(30):
                while len(asyncio.all_tasks()) > tasks or not_of_the_pool() > threads:  # noqa: ASYNC110 - nothing tells of it
                    await asyncio.sleep(0.01)  # what closes a socket ends by itself
            assert threading.active_count() <= threads + 8
            assert len([task for task in asyncio.all_tasks() if task.get_name().startswith("live")]) == 0
            live.close()

    asyncio.run(run())
