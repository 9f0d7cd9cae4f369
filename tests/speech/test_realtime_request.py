"""One request over a Realtime WebSocket of its own: what is sent, what comes back, and what is left behind."""

from __future__ import annotations

import asyncio
import base64
import gc
import itertools
import json
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from pathlib import Path

import httpx2
import pytest
from ledgers import open_ledger
from live_server import Caller as Peer
from live_server import LiveServer, live_server
from pydantic import SecretStr
from scripted import ENDPOINT, PCM16, WAV, ScriptedSpeech, Server, completion, on_wire

from audiokit.audio.encode import SoundFormat, encode
from audiokit.audio.wav import from_pcm16
from audiokit.catalog.models import Catalog, Provider, Role, Tier
from audiokit.catalog.roles import REALTIME
from audiokit.errors import (
    AudiokitError,
    KeyRefused,
    ModelRetired,
    ProviderBusy,
    ProviderError,
    ProviderRefused,
    ProviderUnreachable,
    QuotaExhausted,
)
from audiokit.offline.engine import Engine
from audiokit.offline.loopback import Loopback
from audiokit.offline.realtime.pace import Rules
from audiokit.people.persons import LOCAL
from audiokit.settings import Settings
from audiokit.speech.endpoint import Endpoint
from audiokit.speech.failures import may_be_billed
from audiokit.speech.fallback import may_go_elsewhere
from audiokit.speech.in_turn import answer_in_turn
from audiokit.speech.place import Place
from audiokit.speech.placing import place_at, transports_of
from audiokit.speech.realtime_request import OverRealtime
from audiokit.speech.realtime_request_bodies import setup_events
from audiokit.speech.replies import Ending, Event, Reply, SoundPiece, WordPiece
from audiokit.speech.requests import (
    Caller,
    Converse,
    Heard,
    InputFormat,
    ModelTurn,
    PersonTurn,
    Speak,
    Tool,
    ToolCall,
    ToolResult,
)
from audiokit.speech.served import Served
from audiokit.speech.wire import EmptyReply, WithheldReply
from audiokit.store.ids import new_id
from audiokit.studio import open_studio
from audiokit.summaries.delivery import gives_account, request_for
from audiokit.summaries.shape import Persona, Shape
from audiokit.usage.ledger import Entry, Ledger

CATALOG = Catalog.load()
MINI = "gpt-realtime-2.1-mini"
BEFORE, AFTER = date(2027, 1, 19), date(2027, 1, 20)
LINE = "It was a bright cold day in April."
NOTE = Tool(name="take_note", description="Note it.", parameters={"type": "object", "properties": {}})
SOUND = Heard(data=WAV, format=InputFormat.WAV, duration_s=0.05)
ASK = Converse(model=MINI, turns=(PersonTurn(words=LINE),), instructions="Read it aloud, word for word.", voice="marin")


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with ExitStack() as opened:
        engine = Engine()
        opened.callback(engine.close)
        yield engine


@pytest.fixture(scope="module")
def loopback(engine: Engine) -> Iterator[Loopback]:
    with Loopback(engine, realtime=Rules(speed=float("inf"))) as one:
        yield one


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    with open_ledger(tmp_path_factory.mktemp("ledger")) as one:
        yield one


def at(loopback: Loopback, **changes: object) -> Endpoint:
    values: dict[str, object] = {"base_url": loopback.base_url, "api_key": SecretStr(loopback.key), **changes}
    return replace(ENDPOINT, **values)  # type: ignore[arg-type]  # whatever a test changes


def over(endpoint: Endpoint, *, timeout_s: float = 30.0) -> OverRealtime:
    nothing = ScriptedSpeech(ProviderRefused("nothing goes over HTTP"))
    return OverRealtime(inner=nothing, endpoint=endpoint, needs_socket=lambda _: True, timeout_s=timeout_s)


def placed(endpoint: Endpoint, ledger: Ledger, day: date, *answers: httpx2.Response) -> Place:
    """The place of an endpoint as the studio composes it, on a day; ``answers`` are what it says over HTTP."""
    wire = on_wire(Server(*(answers or (httpx2.Response(404, json={}),))), endpoint=endpoint)
    return place_at(wire, Served(wire, run=lambda _: None), CATALOG, ledger, today=lambda: day)


def n_open() -> int:
    """How many files and sockets this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


def ours() -> set[threading.Thread]:
    """The threads there are, without those in which the engine's server thinks."""
    return {thread for thread in threading.enumerate() if not thread.name.startswith("AnyIO")}


def caller_of(turn_id: str) -> Caller:
    return Caller(person_id=LOCAL.id, page="spoken_summaries", conversation_id="programme-1", turn_id=turn_id)


def entry_of(ledger: Ledger, turn_id: str) -> Entry:
    (entry,) = ledger.of_turn(turn_id)
    return entry


def asked(
    script: Callable[[LiveServer, Peer], Awaitable[None]],
    request: Converse = ASK,
    *,
    timeout_s: float = 5.0,
) -> Reply | AudiokitError:
    """Ask a server that does as the script says; returns what is given or raised."""

    async def run() -> Reply | AudiokitError:
        async with live_server() as server:
            speech = over(replace(ENDPOINT, base_url=server.address), timeout_s=timeout_s)
            asking = asyncio.create_task(asyncio.to_thread(speech.reply, request))
            await script(server, await server.caller())
            try:
                return await asking
            except AudiokitError as error:
                return error

    return asyncio.run(run())


async def set_up(peer: Peer, n_items: int = 1) -> dict[str, object]:
    """Take what a session is told, and say so."""
    session = await peer.begin(model=MINI)
    await peer.tell("session.updated", session=session)
    for number in range(n_items):
        await peer.receives("conversation.item.create")
        await peer.tell("conversation.item.added", item={"id": f"told_{number}"})
    await peer.receives("response.create")
    return session


# Over the offline engine.


def test_a_line_is_read_word_for_word_and_its_words_sound_usage_and_price_are_known(
    loopback: Loopback, ledger: Ledger
) -> None:
    place, turn_id = placed(at(loopback), ledger, AFTER), new_id()
    choice = place.choose(Role.SPEAK, Tier.MINI)
    shape = Shape(personas=(Persona(name="Ada", voice="marin", part="explains"),))

    reply = place.speech_for(caller_of(turn_id)).reply(
        request_for(LINE, shape.personas[0], shape, choice, Provider.OPENAI)
    )

    assert (choice.model_name, gives_account(choice)) == (MINI, True)
    assert (reply.words, reply.ending, reply.model) == (LINE, Ending.WHOLE, MINI)
    assert reply.sound is not None
    assert reply.sound_duration_s is not None
    assert len(reply.sound) == 44 + round(reply.sound_duration_s * 48_000)
    assert 1.0 < reply.sound_duration_s < 6.0
    entry = entry_of(ledger, turn_id)
    assert (entry.outcome, entry.kind, entry.model_used) == ("answered", "converse", MINI)
    assert entry.request_id == reply.request_id is not None
    assert entry.audio_out_tokens == pytest.approx(reply.sound_duration_s * 20, abs=1)
    assert (entry.audio_in_tokens, entry.output_ms) == (0, round(reply.sound_duration_s * 1000))
    # 0.60 and 2.40 USD per million tokens of text, 20 of sound.
    assert entry.text_in_tokens is not None
    assert entry.text_out_tokens is not None
    assert entry.audio_out_tokens is not None
    spent = entry.text_in_tokens * 600 + entry.text_out_tokens * 2400 + entry.audio_out_tokens * 20_000
    assert entry.cost_nanousd == spent


def test_a_stream_yields_sound_and_words_and_then_the_same_as_a_whole(loopback: Loopback) -> None:
    events = list(over(at(loopback)).stream(ASK))

    reply = events[-1]
    assert isinstance(reply, Reply)
    assert reply.sound is not None
    assert b"".join(event.pcm16 for event in events if isinstance(event, SoundPiece)) == reply.sound[44:]
    assert "".join(event.text for event in events if isinstance(event, WordPiece)).strip() == reply.words == LINE
    assert reply.first_sound_ms is not None
    assert reply.total_ms is not None
    assert reply.first_sound_ms <= reply.total_ms


@pytest.mark.parametrize("container", [InputFormat.WAV, InputFormat.MP3])
def test_what_was_recorded_is_heard_in_either_container(loopback: Loopback, container: InputFormat) -> None:
    spoken = over(at(loopback)).reply(ASK)
    assert spoken.sound is not None
    data = encode(from_pcm16(spoken.sound[44:], 24_000), SoundFormat(container.value))
    heard = Heard(data=data, format=container, duration_s=3.0)

    reply = over(at(loopback)).reply(replace(ASK, turns=(PersonTurn(sound=heard),), voice=None))

    assert reply.sound is None
    assert reply.words
    assert reply.usage is not None
    assert reply.usage.audio_in_tokens is not None
    assert reply.usage.audio_in_tokens > 10


def test_a_function_that_is_forced_is_called(loopback: Loopback) -> None:
    reply = over(at(loopback)).reply(replace(ASK, forced_tool=NOTE, voice=None))

    assert [(call.name, json.loads(call.arguments)) for call in reply.tool_calls] == [("take_note", {})]
    assert reply.ending is Ending.WHOLE


def test_a_conversation_with_calls_and_their_results_is_taken(loopback: Loopback) -> None:
    call = ToolCall(id="call_1", name="take_note", arguments="{}")
    turns = (
        PersonTurn(words="Take a note."),
        ModelTurn(words="Let me see.", calls=(call,)),
        ToolResult(call_id="call_1", output="noted"),
    )

    assert over(at(loopback)).reply(replace(ASK, turns=turns, tools=(NOTE,), voice=None)).words


def test_a_limit_ends_the_sound_in_mid_word_and_says_so(loopback: Loopback) -> None:
    reply = over(at(loopback)).reply(replace(ASK, max_completion_tokens=30))

    assert reply.ending is Ending.LENGTH
    assert reply.sound_duration_s is not None
    assert reply.sound_duration_s <= 1.5


def test_a_key_that_is_refused_costs_nothing_and_is_named(loopback: Loopback, ledger: Ledger) -> None:
    place, turn_id = placed(at(loopback, api_key=SecretStr("sk-wrong")), ledger, AFTER), new_id()

    with pytest.raises(KeyRefused, match="OPENAI_API_KEY"):
        place.speech_for(caller_of(turn_id)).reply(ASK)

    entry = entry_of(ledger, turn_id)
    assert (entry.outcome, entry.cost_nanousd, entry.error) == ("refused", 0, "KeyRefused")


def test_a_voice_that_it_does_not_have_is_refused_before_anything_is_made(loopback: Loopback) -> None:
    with pytest.raises(ProviderRefused) as refused:
        over(at(loopback)).reply(replace(ASK, voice="onyx"))

    assert not may_be_billed(refused.value)
    assert refused.value.detail["status"] == 400


def test_a_model_that_is_not_there_may_be_had_elsewhere(loopback: Loopback) -> None:
    with pytest.raises(ModelRetired) as gone:
        over(at(loopback)).reply(replace(ASK, model="gpt-4o-realtime-preview", turns=(PersonTurn(words=LINE),) * 9))

    assert may_go_elsewhere(gone.value)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files are counted in /proc")
def test_fifty_requests_of_both_kinds_leave_no_thread_and_no_socket_behind(loopback: Loopback) -> None:
    speech, brief = over(at(loopback)), replace(ASK, voice=None)

    def ask(number: int) -> str:
        if number % 5 == 0:
            next(speech.stream(ASK))  # and leave
        return list(speech.stream(brief))[-1].words if number % 2 else speech.reply(brief).words  # type: ignore[union-attr]

    ask(0)
    gc.collect()
    threads, n_files = ours(), n_open()
    with ThreadPoolExecutor(4) as four:
        assert all(four.map(ask, range(50)))

    until = time.monotonic() + 30
    while (ours() != threads or n_open() > n_files + 2) and time.monotonic() < until:
        gc.collect()
        time.sleep(0.05)  # the server's side of a socket closes a moment later
    assert ours() == threads
    assert n_open() <= n_files + 2


# The dates.


def test_with_the_end_of_the_mini_its_tier_moves_to_the_realtime_mini_and_the_other_stays(
    loopback: Loopback, ledger: Ledger
) -> None:
    before, after = (placed(at(loopback), ledger, day) for day in (BEFORE, AFTER))

    assert before.choose(Role.CONVERSE, Tier.MINI).model_name == "gpt-audio-mini"
    assert after.choose(Role.CONVERSE, Tier.MINI).model_name == MINI
    assert after.choose(Role.SPEAK, Tier.MINI).model_name == MINI
    assert [after.choose(role, Tier.FULL).model_name for role in (Role.CONVERSE, Role.SPEAK)] == ["gpt-audio-1.5"] * 2
    assert [one.model_name for one in after.candidates(Role.SPEAK, Tier.MINI)] == [MINI, "gpt-audio-1.5"]
    assert MINI in {offer.model_name for offer in after.offers(Role.CONVERSE) if offer.is_available}


def test_while_there_are_models_that_read_aloud_they_do(loopback: Loopback, ledger: Ledger) -> None:
    place = placed(at(loopback), ledger, date(2027, 1, 5))

    assert place.choose(Role.SPEAK, Tier.MINI).model_name == "gpt-4o-mini-tts"


def test_the_studio_puts_it_where_every_request_has_its_entry(
    loopback: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", loopback.key)
    monkeypatch.setenv("OPENAI_BASE_URL", loopback.base_url)
    monkeypatch.setenv("AUDIOKIT_ENGINE", "openai")
    turn_id, studio = new_id(), open_studio(Settings.read())
    try:
        (place,) = studio.converse.places
        studio.person()
        reply = place.speech_for(caller_of(turn_id)).reply(replace(ASK, voice=None))
        entry = entry_of(studio.ledger, turn_id)
    finally:
        studio.close()

    assert (reply.model, entry.model_used, entry.request_id) == (MINI, MINI, reply.request_id)
    assert entry.cost_nanousd


def test_where_there_is_no_realtime_the_next_model_answers_over_http(ledger: Ledger) -> None:
    said = completion(audio={"id": "audio_1", "data": base64.b64encode(WAV).decode(), "transcript": LINE})

    async def run() -> tuple[str, Reply]:
        async with live_server() as server:
            server.refuse = lambda _: (404, "Not Found")
            place = placed(replace(ENDPOINT, base_url=server.address), ledger, AFTER, said)
            arguments = ((place,), caller_of(new_id()), Role.SPEAK, Tier.MINI, lambda name: replace(ASK, model=name))
            answer = await asyncio.to_thread(answer_in_turn, *arguments)
            return answer.model, answer.reply

    model, reply = asyncio.run(run())

    assert (model, reply.words) == ("gpt-audio-1.5", LINE)


def test_chat_models_and_plain_synthesis_go_as_before() -> None:
    chat, speak = replace(ASK, model="gpt-audio-1.5"), Speak(model=MINI, text="Hi", voice="marin")
    inner = ScriptedSpeech(Reply(words="one"), Reply(words="two"), [WordPiece("three"), Reply(words="three")])
    speech = OverRealtime(inner=inner, endpoint=ENDPOINT, needs_socket=lambda name: name == MINI)

    assert [speech.reply(chat).words, speech.reply(speak).words] == ["one", "two"]
    assert [type(event) for event in speech.stream(chat)] == [WordPiece, Reply]
    assert inner.asked == [chat, speak, chat]


@pytest.mark.parametrize(
    ("changes", "has_sockets"),
    [
        ({}, True),
        ({"provider": Provider.AZURE}, True),
        ({"provider": Provider.AZURE, "api_version": "2025-01-01-preview"}, False),
        ({"provider": Provider.OFFLINE}, False),
        ({"provider": Provider.COMPATIBLE}, False),
        ({"provider": Provider.COMPATIBLE, "models": {"speak": "kokoro"}}, False),
        ({"provider": Provider.COMPATIBLE, "models": {"live": "their-own"}}, True),
        ({"provider": Provider.COMPATIBLE, "models": {"speak": MINI}}, True),
    ],
)
def test_only_who_is_known_to_have_sockets_is_asked_over_them(changes: dict[str, object], has_sockets: bool) -> None:
    endpoint = replace(ENDPOINT, **changes)  # type: ignore[arg-type]  # whatever a case changes

    assert transports_of(endpoint, CATALOG) == (frozenset({REALTIME}) if has_sockets else frozenset())


# Over a server that does as the test says.


def test_the_session_is_told_how_to_be_and_what_was_said_and_then_asked_once() -> None:
    turns = (PersonTurn(words="My name is Ada.", sound=SOUND), ModelTurn(words="Hello, Ada.", audio_id="audio_1"))

    async def script(_: LiveServer, peer: Peer) -> None:
        session = await set_up(peer, 2)
        assert session["type"] == "realtime"
        assert session["output_modalities"] == ["audio"]
        assert session["max_output_tokens"] == 4096
        assert session["audio"] == {
            "input": {"format": {"type": "audio/pcm", "rate": 24000}, "transcription": None, "turn_detection": None},
            "output": {"format": {"type": "audio/pcm", "rate": 24000}, "speed": 1.0, "voice": "marin"},
        }
        items = [event["item"] for event in peer.sent if event["type"] == "conversation.item.create"]
        sound, words = items[0]["content"]
        assert (base64.b64decode(sound["audio"]), words["text"]) == (PCM16, "My name is Ada.")
        assert items[1]["content"] == [{"type": "output_text", "text": "Hello, Ada."}]
        await peer.reply(1, "Hi.", PCM16)

    reply = asked(script, replace(ASK, turns=turns))

    assert isinstance(reply, Reply)
    assert (reply.words, reply.sound, reply.request_id, reply.ending) == ("Hi.", WAV, "resp_1", Ending.WHOLE)
    assert reply.usage is not None
    assert (reply.usage.cached_audio_in_tokens, reply.usage.audio_out_tokens) == (20, 80)


def test_nothing_is_asked_before_all_that_was_said_is_taken() -> None:
    async def script(_: LiveServer, peer: Peer) -> None:
        await peer.tell("session.updated", session=await peer.begin())
        await peer.receives("conversation.item.create")
        await peer.tell("error", error={"type": "invalid_request_error", "code": "invalid_value", "message": "no"})
        await peer.connection.wait_closed()
        assert all(event["type"] != "response.create" for event in peer.sent)

    error = asked(script)

    assert isinstance(error, ProviderRefused)
    assert not may_be_billed(error)


def test_sound_that_is_too_large_for_an_item_goes_through_the_input_buffer() -> None:
    pcm16 = bytes(4_800_000)  # 100 s
    data = encode(from_pcm16(pcm16, 24_000), SoundFormat.WAV)
    turn = PersonTurn(words="What was that?", sound=Heard(data=data, format=InputFormat.WAV, duration_s=100.0))

    events = setup_events(replace(ASK, turns=(turn,)))

    kinds = [kind for kind, _ in itertools.groupby(event["type"] for event in events)]
    assert kinds == [
        "session.update", "input_audio_buffer.append", "input_audio_buffer.commit", "conversation.item.create"
    ]  # fmt: skip
    assert b"".join(base64.b64decode(event["audio"]) for event in events if "audio" in event) == pcm16
    assert max(len(json.dumps(event)) for event in events) < 2_000_000


def test_a_line_that_breaks_in_the_middle_gives_what_had_come_and_says_that_it_was_cut() -> None:
    async def script(_: LiveServer, peer: Peer) -> None:
        await set_up(peer)
        await peer.reply(1, "It was a", PCM16, ends=False)
        await peer.break_off()

    reply = asked(script)

    assert isinstance(reply, Reply)
    assert (reply.ending, reply.words, reply.sound, reply.usage) == (Ending.CUT, "It was a", WAV, None)


def test_a_line_that_breaks_once_it_was_asked_may_have_been_billed() -> None:
    async def script(_: LiveServer, peer: Peer) -> None:
        await set_up(peer)
        await peer.break_off()

    error = asked(script)

    assert isinstance(error, ProviderUnreachable)
    assert "may have been billed" in str(error)
    assert may_be_billed(error)
    assert not may_go_elsewhere(error)


def test_a_line_that_breaks_after_the_reply_began_is_an_empty_reply_that_was_cut() -> None:
    async def script(_: LiveServer, peer: Peer) -> None:
        await set_up(peer)
        await peer.tell("response.created", response={"id": "resp_1"})
        await peer.break_off()

    error = asked(script)

    assert isinstance(error, EmptyReply)
    assert error.reply.ending is Ending.CUT


def test_a_line_that_breaks_before_anything_was_asked_costs_nothing() -> None:
    async def script(_: LiveServer, peer: Peer) -> None:
        await peer.begin()
        await peer.break_off()

    error = asked(script)

    assert isinstance(error, ProviderUnreachable)
    assert may_go_elsewhere(error)


@pytest.mark.parametrize("is_asked", [False, True])
def test_a_server_that_falls_silent_is_not_waited_for(is_asked: bool) -> None:
    async def script(_: LiveServer, peer: Peer) -> None:
        if is_asked:
            await set_up(peer)
        else:
            await peer.begin()

    error = asked(script, timeout_s=0.3)

    assert isinstance(error, ProviderUnreachable)
    assert may_be_billed(error) == is_asked


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ({"type": "insufficient_quota", "code": "insufficient_quota"}, QuotaExhausted),
        ({"type": "rate_limit_error", "code": "rate_limit_exceeded"}, ProviderBusy),
        ({"type": "server_error", "code": None}, ProviderBusy),
        ({"type": "invalid_request_error", "code": "model_not_found"}, ModelRetired),
    ],
)
def test_a_reply_that_fails_with_nothing_made_costs_nothing(told: dict[str, object], kind: type[ProviderError]) -> None:
    async def script(_: LiveServer, peer: Peer) -> None:
        await set_up(peer)
        await peer.tell("response.created", response={"id": "resp_1"})
        details = {"type": "failed", "error": {"message": "no", **told}}
        await peer.end_reply(1, "failed", status_details=details, usage=None, output=[])

    error = asked(script)

    assert type(error) is kind
    assert not may_be_billed(error)
    assert error.detail["request_id"] == "resp_1"


def test_what_a_content_filter_withholds_was_paid_for() -> None:
    async def script(_: LiveServer, peer: Peer) -> None:
        await set_up(peer)
        await peer.tell("response.created", response={"id": "resp_1"})
        await peer.end_reply(1, "incomplete", status_details={"type": "incomplete", "reason": "content_filter"})

    error = asked(script)

    assert isinstance(error, WithheldReply)
    assert error.reply.usage is not None


def test_one_that_talks_on_past_any_limit_that_can_be_set_is_stopped_and_cut_there() -> None:
    most = 5_000  # tokens, of 2 400 bytes
    piece = bytes(1_200_000)

    async def script(_: LiveServer, peer: Peer) -> None:
        session = await set_up(peer)
        assert session["max_output_tokens"] == "inf"
        await peer.tell("response.created", response={"id": "resp_1"})
        for _number in range(11):
            await peer.sound(1, piece)
        await peer.receives("response.cancel")
        await peer.end_reply(1, "cancelled", status_details={"type": "cancelled", "reason": "client_cancelled"})

    reply = asked(script, replace(ASK, max_completion_tokens=most))

    assert isinstance(reply, Reply)
    assert (reply.ending, reply.sound_duration_s) == (Ending.LENGTH, 250.0)


def test_whoever_stops_listening_hangs_up() -> None:
    async def run() -> None:
        async with live_server() as server:
            stream = over(replace(ENDPOINT, base_url=server.address)).stream(ASK)

            def first() -> Event:
                return next(stream)

            listening = asyncio.create_task(asyncio.to_thread(first))
            peer = await server.caller()
            await set_up(peer)
            await peer.reply(1, "It was", PCM16, ends=False)
            assert await listening == WordPiece("It was")
            async with asyncio.timeout(30):
                await asyncio.to_thread(stream.close)  # type: ignore[attr-defined]
                await peer.connection.wait_closed()

    asyncio.run(run())
