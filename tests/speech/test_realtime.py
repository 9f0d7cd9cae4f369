"""One session over a real WebSocket: how it is set up, what is sent, how it ends and fails."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from live_server import Caller, LiveServer, live_server
from pydantic import SecretStr
from scripted import ENDPOINT, KEY

from audiokit.catalog.models import Provider
from audiokit.errors import KeyRefused, ProviderError, ProviderUnreachable, QuotaExhausted
from audiokit.speech.endpoint import Endpoint
from audiokit.speech.realtime import LiveSetup, Session, TurnTaking, open_session
from audiokit.speech.realtime_bodies import append, items_of, session_update
from audiokit.speech.realtime_events import Closed, LiveEvent, Opened, SpeechBegan, Trouble, Why
from audiokit.speech.realtime_log import WireLog
from audiokit.speech.requests import ModelTurn, PersonTurn, Tool

SETUP = LiveSetup(model="gpt-realtime-2.1", instructions="Be brief.", voice="marin", transcribe_model="gpt-transcribe")
EXPIRES = datetime.fromtimestamp(1_900_000_000, UTC)
SOUND = bytes(range(240)) * 10


def at(server: LiveServer, **changes: object) -> Endpoint:
    values: dict[str, object] = {"base_url": server.address, **changes}
    return replace(ENDPOINT, **values)  # type: ignore[arg-type]  # whatever a test changes


def talk(
    script: Callable[[LiveServer, Session, Caller], Awaitable[None]], setup: LiveSetup = SETUP, **endpoint: object
) -> None:
    """Open a session with a server, and let the script go on with both ends of it."""

    async def run() -> None:
        async with live_server() as server, open_session(at(server, **endpoint), setup) as session:
            await script(server, session, await server.caller())

    asyncio.run(run())


async def rest(session: Session) -> list[LiveEvent]:
    return [event async for event in session]


def test_a_session_asks_for_its_model_with_its_key_and_says_how_it_is_to_be() -> None:
    async def script(_: LiveServer, session: Session, caller: Caller) -> None:
        said = await caller.begin()
        assert "/v1/realtime?model=gpt-realtime-2.1" in caller.path
        assert caller.headers["Authorization"] == f"Bearer {KEY}"
        assert said["type"] == "realtime"
        assert said["output_modalities"] == ["audio"]
        assert said["instructions"] == "Be brief."
        assert said["audio"]["output"]["voice"] == "marin"
        assert said["audio"]["input"]["format"] == {"type": "audio/pcm", "rate": 24000}
        assert said["audio"]["input"]["transcription"] == {"model": "gpt-transcribe"}
        assert said["audio"]["input"]["turn_detection"]["type"] == "server_vad"
        assert isinstance(await anext(aiter(session)), Opened)

    talk(script)


@pytest.mark.parametrize(("how", "found"), [(TurnTaking.SEMANTIC_VAD, "semantic_vad"), (TurnTaking.PUSH_TO_TALK, None)])
def test_turns_are_found_as_it_was_chosen(how: TurnTaking, found: str | None) -> None:
    async def script(_: LiveServer, __: Session, caller: Caller) -> None:
        detection = (await caller.begin())["audio"]["input"]["turn_detection"]
        assert (detection and detection["type"]) == found

    talk(script, replace(SETUP, turn_taking=how))


def test_what_was_said_before_goes_along_in_words() -> None:
    history = (PersonTurn(words="My name is Ada."), ModelTurn(words="Hello, Ada."), PersonTurn(words=None))

    async def script(_: LiveServer, __: Session, caller: Caller) -> None:
        items = [(await caller.receives("conversation.item.create"))["item"] for _ in range(2)]
        assert items[0]["content"] == [{"type": "input_text", "text": "My name is Ada."}]
        assert items[1]["role"] == "assistant"
        assert items[1]["content"] == [{"type": "output_text", "text": "Hello, Ada."}]

    talk(script, replace(SETUP, history=history))


def test_everything_that_can_be_done_goes_over_the_wire_in_its_order() -> None:
    async def script(_: LiveServer, session: Session, caller: Caller) -> None:
        await session.send_sound(SOUND)
        await session.commit()
        await session.respond()
        await session.truncate("item_1", 420)
        await session.cancel()
        await session.give("call_1", "4 o'clock", then_respond=False)
        await session.give("call_2", "5 o'clock", may_call=False)
        await session.say("Go on.")
        await session.clear_input()
        sound = await caller.receives("input_audio_buffer.append")
        assert base64.b64decode(sound["audio"]) == SOUND
        await caller.receives("input_audio_buffer.clear")
        kinds = [event["type"].rpartition(".")[0] for event in caller.sent]
        assert kinds[2:6] == ["input_audio_buffer", "response", "conversation.item", "response"]
        assert {"item_id": "item_1", "content_index": 0, "audio_end_ms": 420}.items() <= caller.sent[4].items()
        outputs = [event["item"].get("output") for event in caller.sent if "item" in event]
        assert outputs == ["4 o'clock", "5 o'clock", None]
        responses = [event for event in caller.sent if event["type"] == "response.create"]
        assert [one.get("response") for one in responses] == [None, {"tool_choice": "none"}, None]

    talk(script)


def test_tools_are_offered_in_realtime_s_own_shape() -> None:
    tool = Tool(name="current_time", description="Tell the time.", parameters={"type": "object", "properties": {}})

    async def script(_: LiveServer, __: Session, caller: Caller) -> None:
        (offered,) = (await caller.begin())["tools"]
        assert offered["type"] == "function"
        assert offered["name"] == "current_time"
        assert "strict" not in offered

    talk(script, replace(SETUP, tools=(tool,)))


def test_azure_s_deployments_have_their_own_names_and_no_more_than_its_own_key() -> None:
    async def script(_: LiveServer, __: Session, caller: Caller) -> None:
        said = await caller.begin()
        assert "model=my-live" in caller.path
        assert said["audio"]["input"]["transcription"]["model"] == "my-writer"

    names = {"gpt-realtime-2.1": "my-live", "gpt-transcribe": "my-writer"}
    talk(script, provider=Provider.AZURE, deployments=names, is_openai_named=False)


def test_azure_s_classic_paths_are_spoken_to_in_the_words_of_the_beta() -> None:
    said = session_update(SETUP, transcriber="writer", is_beta=True)["session"]
    (item,) = items_of((ModelTurn(words="Hello."),), is_beta=True)

    assert said["modalities"] == ["text", "audio"]
    assert said["input_audio_format"] == "pcm16"
    assert "type" not in said
    assert said["input_audio_transcription"] == {"model": "writer"}
    assert said["turn_detection"]["type"] == "server_vad"
    assert item["item"]["content"][0]["type"] == "text"


def test_a_session_that_we_close_ends_and_sending_to_it_does_nothing() -> None:
    async def script(_: LiveServer, session: Session, caller: Caller) -> None:
        await caller.begin()
        await session.close()
        assert (await rest(session))[-1] == Closed(Why.OURS)
        await session.send_sound(SOUND)

    talk(script)


def test_a_line_that_breaks_is_told_apart_from_a_session_whose_time_is_up() -> None:
    async def breaking(_: LiveServer, session: Session, caller: Caller) -> None:
        await caller.begin()
        await caller.break_off()
        assert (await rest(session))[-1] == Closed(Why.DROPPED)

    async def expiring(_: LiveServer, session: Session, caller: Caller) -> None:
        await caller.begin()
        await caller.tell("error", error={"type": "invalid_request_error", "code": "session_expired", "message": "…"})
        await caller.connection.close(1001)
        assert await rest(session) == [Opened("sess_1", "gpt-realtime-2.1", EXPIRES), Closed(Why.EXPIRED)]

    talk(breaking)
    talk(expiring)


def test_what_would_come_again_with_every_reply_ends_the_session() -> None:
    async def script(_: LiveServer, session: Session, caller: Caller) -> None:
        await caller.tell("error", error={"type": "insufficient_quota", "code": "insufficient_quota", "message": KEY})
        told, closed = await rest(session)
        assert isinstance(told, Trouble)
        assert told.is_fatal
        assert closed == Closed(Why.REFUSED)

    talk(script)


def test_messages_that_are_no_events_are_passed_over() -> None:
    async def script(_: LiveServer, session: Session, caller: Caller) -> None:
        for message in ("not json", "[]", "3", b"\xff\x00"):
            await caller.connection.send(message)
        await caller.tell("input_audio_buffer.speech_started", item_id="i", audio_start_ms=7)
        assert await anext(aiter(session)) == SpeechBegan("i", 7)

    talk(script)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, json.dumps({"error": {"code": "invalid_api_key", "message": KEY}}), KeyRefused),
        (429, json.dumps({"error": {"code": "insufficient_quota", "message": KEY}}), QuotaExhausted),
        (404, "nothing here", ProviderUnreachable),
        (503, "<html>", ProviderError),
    ],
)
def test_a_session_that_is_refused_says_so_in_a_sentence(status: int, body: str, kind: type[ProviderError]) -> None:
    async def run() -> None:
        async with live_server() as server:
            server.refuse = lambda _: (status, body)
            with pytest.raises(kind) as caught:
                async with open_session(at(server), SETUP, timeout_s=3):
                    pass
            assert KEY not in str(caught.value)
            assert str(caught.value).endswith(".")

    asyncio.run(run())


def test_where_nobody_listens_the_sentence_names_the_address_to_look_at() -> None:
    async def run() -> None:
        nowhere = replace(ENDPOINT, base_url="http://127.0.0.1:9/v1")
        with pytest.raises(ProviderUnreachable, match="OPENAI_BASE_URL"):
            async with open_session(nowhere, SETUP):
                pass

    asyncio.run(run())


def test_a_server_that_never_answers_the_call_is_given_up() -> None:
    async def run() -> None:
        left = asyncio.Event()

        async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()
            writer.close()
            await writer.wait_closed()
            left.set()

        server = await asyncio.start_server(silent, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            with pytest.raises(ProviderUnreachable, match="in time"):
                async with open_session(
                    replace(ENDPOINT, base_url=f"http://127.0.0.1:{port}/v1"), SETUP, timeout_s=0.1
                ):
                    pass
            await left.wait()

    asyncio.run(run())


def test_other_servers_get_nothing_that_the_environment_sets_for_openai(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-secret")

    async def script(_: LiveServer, __: Session, caller: Caller) -> None:
        assert "OpenAI-Organization" not in caller.headers
        assert caller.headers["Authorization"] == "Bearer theirs"

    talk(script, is_openai_named=False, api_key=SecretStr("theirs"), provider=Provider.COMPATIBLE)


def test_the_log_has_every_event_and_no_sound() -> None:
    log = WireLog(clock=lambda: 5.0)

    async def run() -> None:
        async with live_server() as server, open_session(at(server), SETUP, log=log) as session:
            caller = await server.caller()
            for _ in range(3):
                await session.send_sound(SOUND)
            await caller.reply(1, "Hi", SOUND, ends=False)
            events = aiter(session)
            for _ in range(3):
                await anext(events)

    asyncio.run(run())
    lines = [json.loads(line) for line in log.written().splitlines()]
    line = {"at": "1970-01-01T00:00:05.000+00:00", "side": "provider", "direction": "sent"}
    assert line | {"sound": "input_audio_buffer.append", "pieces": 3, "bytes": 7200} in lines
    assert base64.b64encode(SOUND).decode()[:40] not in log.written().decode()
    assert any(line.get("event", {}).get("delta") == "Hi" for line in lines)


def test_sound_both_ways_at_once_is_counted_between_two_other_events() -> None:
    log = WireLog(clock=lambda: 5.0)
    for _ in range(10):
        log.add("sent", append(SOUND))
        log.add("received", {"type": "response.output_audio.delta", "delta": base64.b64encode(SOUND).decode()})
    log.add("received", {"type": "response.done"})
    log.add("sent", append(SOUND))

    lines = [json.loads(line) for line in log.written().splitlines()]
    assert [(line["direction"], line.get("pieces")) for line in lines] == [
        ("sent", 10),
        ("received", 10),
        ("received", None),
        ("sent", 1),
    ]


def test_the_log_keeps_neither_keys_nor_sound_wherever_they_stand() -> None:
    log = WireLog()
    sound = base64.b64encode(SOUND).decode()
    content = [{"type": "input_audio", "audio": sound, "transcript": "Hello."}]
    log.add("sent", {"type": "conversation.item.create", "item": {"content": content}})
    session = {"client_secret": {"value": "ek_secret"}, "audio": {"output": {"voice": "marin"}}}
    log.add("received", {"type": "session.created", "session": session})
    log.add("received", "no event at all \ud800")

    first, second, _ = (json.loads(line)["event"] for line in log.written().splitlines())
    assert first["item"]["content"] == [{"type": "input_audio", "audio": {"bytes": 2400}, "transcript": "Hello."}]
    assert second["session"] == {"audio": {"output": {"voice": "marin"}}}


@given(st.lists(st.text(max_size=400), max_size=60))
def test_the_log_never_grows_beyond_its_bound_and_keeps_the_latest(texts: list[str]) -> None:
    log = WireLog(most_bytes=4_000)
    for text in texts:
        log.add("received", {"type": "response.output_text.delta", "delta": text})

    kept = [json.loads(line)["event"]["delta"] for line in log.written().splitlines()]
    assert len(log.written()) <= 4_000
    assert kept == texts[len(texts) - len(kept) :]
    assert len(kept) == len(texts) or len(log.written()) > 4_000 - 2_600
