"""Streams collected piece by piece; real ones are in tests/traffic."""

from __future__ import annotations

import base64
import random
from contextlib import suppress
from itertools import pairwise
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import ASK, KEY, PCM16, WAV, Server, event_stream, failing, on_wire, spoken_chunks

from audiokit.audio.wav import pcm16_of, wav_header
from audiokit.catalog.prices import Usage
from audiokit.errors import KeyRefused, ProviderBusy, ProviderRefused, QuotaExhausted, ReplyUnusable
from audiokit.speech.client import OnEndpoint
from audiokit.speech.replies import Ending, Event, Reply, SoundPiece, WordPiece
from audiokit.speech.requests import Speak, ToolCall
from audiokit.speech.stream import ChatStream
from audiokit.speech.wire import EmptyReply, WithheldReply


def delta(**given_: Any) -> dict[str, Any]:
    return {"model": "m", "choices": [{"index": 0, "delta": given_}]}


def finish(reason: str) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}


def collected(*chunks: Any, wants_sound: bool = True) -> tuple[list[Event], Reply]:
    stream = ChatStream(wants_sound=wants_sound)
    events = [event for chunk in chunks for event in stream.feed(chunk)]
    return events, stream.reply()


@st.composite
def cut_anywhere(draw: st.DrawFn) -> list[bytes]:
    data = draw(st.binary(min_size=2, max_size=300))
    cuts = sorted(draw(st.lists(st.integers(0, len(data)), max_size=8)))
    return [data[start:end] for start, end in pairwise([0, *cuts, len(data)])]


@given(cut_anywhere())
def test_sound_cut_anywhere_comes_back_byte_for_byte(pieces: list[bytes]) -> None:
    """Each piece is base64 of its own, padded or not; none of them need end with a sample."""
    whole = b"".join(pieces)

    events, reply = collected(*spoken_chunks(*pieces))

    assert b"".join(event.pcm16 for event in events if isinstance(event, SoundPiece)) == whole
    assert reply.sound is not None
    assert pcm16_of(reply.sound) == whole[: len(whole) // 2 * 2]
    assert reply.sound_duration_s == len(whole) // 2 / 24_000


@given(st.lists(st.text(max_size=5), min_size=1).filter(any))
def test_words_cut_anywhere_come_back_letter_for_letter(pieces: list[str]) -> None:
    events, reply = collected(*(delta(audio={"transcript": piece}) for piece in pieces))

    assert "".join(event.text for event in events if isinstance(event, WordPiece)) == reply.words == "".join(pieces)


def test_words_come_before_the_sound_of_the_same_chunk() -> None:
    events, _ = collected(delta(audio={"data": base64.b64encode(PCM16).decode(), "transcript": "Hi"}))

    assert events == [WordPiece("Hi"), SoundPiece(PCM16)]


def test_a_whole_stream_is_a_whole_reply() -> None:
    usage = {
        "prompt_tokens_details": {"audio_tokens": 1, "text_tokens": 2, "cached_tokens": 0},
        "completion_tokens_details": {"audio_tokens": 1, "text_tokens": 3},
    }

    _, reply = collected(*spoken_chunks(PCM16), {"choices": [], "usage": usage}, {"usage": None})

    assert reply.sound == WAV
    assert (reply.words, reply.ending, reply.audio_id, reply.model) == ("Hi", Ending.WHOLE, "audio_1", "gpt-audio-1.5")
    assert reply.usage == Usage(
        text_in_tokens=2, audio_in_tokens=1, cached_in_tokens=0, text_out_tokens=3, audio_out_tokens=1
    )


def test_a_stream_without_a_last_word_was_cut_and_its_usage_is_unknown() -> None:
    _, reply = collected(*spoken_chunks(PCM16, expires_at=None))

    assert (reply.ending, reply.usage, reply.sound) == (Ending.CUT, None, WAV)


@pytest.mark.parametrize(
    ("reason", "ending"),
    [("stop", Ending.WHOLE), ("length", Ending.LENGTH), ("content_filter", Ending.REFUSED)],
)
def test_a_reason_to_finish_is_a_last_word_too(reason: str, ending: Ending) -> None:
    _, reply = collected(*spoken_chunks(PCM16, expires_at=None), finish(reason))

    assert reply.ending is ending


def test_words_where_sound_was_asked_for_are_words_only() -> None:
    assert collected(delta(content="In words."), finish("stop"))[1].ending is Ending.WORDS_ONLY
    assert collected(delta(content="In words."), finish("stop"), wants_sound=False)[1].ending is Ending.WHOLE


def test_a_refusal_in_pieces_is_a_refusal() -> None:
    events, reply = collected(delta(refusal="I "), delta(refusal="cannot."), finish("stop"))

    assert (reply.words, reply.ending) == ("I cannot.", Ending.REFUSED)
    assert events == [WordPiece("I "), WordPiece("cannot.")]


def test_a_function_call_in_pieces_is_one_call() -> None:
    _, reply = collected(
        delta(tool_calls=[{"index": 0, "id": "call_1", "function": {"name": "mood", "arguments": ""}}]),
        delta(tool_calls=[{"index": 0, "function": {"arguments": '{"mood":'}}]),
        delta(tool_calls=[{"index": 0, "function": {"arguments": '"glad"}'}}]),
        finish("tool_calls"),
    )

    assert reply.tool_calls == (ToolCall(id="call_1", name="mood", arguments='{"mood":"glad"}'),)


CALL = {"index": 0, "id": "call_1", "function": {"name": "mood", "arguments": "{}"}}
COUNTED = {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}}


@pytest.mark.parametrize("wants_sound", [True, False])
@pytest.mark.parametrize("ends", [[finish("tool_calls")], [finish("stop")], [finish("stop"), COUNTED], [COUNTED]])
def test_a_stream_of_calls_alone_is_a_whole_reply_without_sound(ends: list[Any], *, wants_sound: bool) -> None:
    """A forced call ends with ``stop``, and audio models may give no reason at all."""
    events, reply = collected(delta(role="assistant", content=None, tool_calls=[CALL]), *ends, wants_sound=wants_sound)

    assert events == []
    assert (reply.words, reply.sound, reply.ending) == ("", None, Ending.WHOLE)
    assert [call.name for call in reply.tool_calls] == ["mood"]


@pytest.mark.parametrize(
    ("ends", "ending"),
    [
        ([], Ending.CUT),
        ([{"choices": [{"delta": {}}], "usage": {"prompt_tokens": 3}}], Ending.CUT),
        ([finish("length"), COUNTED], Ending.LENGTH),
    ],
    ids=["broke", "counts in every chunk", "too long"],
)
def test_a_call_that_was_cut_is_told_as_such(ends: list[Any], ending: Ending) -> None:
    """Some servers count in every chunk: only a chunk that does nothing else comes last."""
    _, reply = collected(delta(tool_calls=[CALL | {"function": {"name": "mood", "arguments": '{"mo'}}]), *ends)

    assert reply.ending is ending
    assert reply.tool_calls[0].arguments == '{"mo'


def test_speech_that_was_cut_is_not_mended_by_its_count() -> None:
    _, reply = collected(*spoken_chunks(PCM16, expires_at=None), COUNTED)

    assert reply.ending is Ending.CUT


def test_words_and_sound_may_come_before_a_call() -> None:
    _, reply = collected(*spoken_chunks(PCM16, words="Let me see."), delta(tool_calls=[CALL]), finish("tool_calls"))

    assert (reply.words, reply.sound, reply.ending, len(reply.tool_calls)) == ("Let me see.", WAV, Ending.WHOLE, 1)


def test_nothing_at_all_is_an_empty_reply_that_keeps_what_was_used() -> None:
    usage = {"prompt_tokens": 3, "prompt_tokens_details": {"audio_tokens": 1}}

    with pytest.raises(EmptyReply) as empty:
        collected({"choices": [], "usage": usage}, finish("stop"))

    assert empty.value.reply.usage == Usage(text_in_tokens=2, audio_in_tokens=1)
    assert empty.value.reply.ending is not Ending.CUT


def test_what_a_filter_withheld_is_refused() -> None:
    with pytest.raises(WithheldReply):
        collected(delta(role="assistant"), finish("content_filter"))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=2)
            | st.dictionaries(
                st.sampled_from(["choices", "delta", "audio", "data", "usage", "tool_calls", "function", "expires_at"]),
                inner,
                max_size=3,
            )
        ),
        max_leaves=8,
    )
)
def test_a_chunk_of_any_shape_is_taken_or_refused(value: Any) -> None:
    stream = ChatStream(wants_sound=True)
    for chunk in (value if isinstance(value, dict) else {"choices": value}, {"choices": [{"delta": value}]}):
        with suppress(ReplyUnusable):
            stream.feed(chunk)


def heard(speech: OnEndpoint) -> list[Event]:
    return list(speech.stream(ASK))


def test_an_error_before_anything_else_is_raised_as_what_it_is() -> None:
    refusal = {"error": {"message": KEY, "code": "content_filter"}}

    with pytest.raises(ProviderRefused, match="content filter") as ours:
        heard(on_wire(Server(event_stream([refusal]))))

    assert ours.value.detail["status"] == 200
    assert ours.value.detail["model"] == ASK.model


@pytest.mark.parametrize(
    ("code", "kind"), [("insufficient_quota", QuotaExhausted), ("server_error", ProviderBusy), (None, ProviderBusy)]
)
def test_an_error_in_a_stream_is_told_by_its_code(code: str | None, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        heard(on_wire(Server(event_stream([{"error": {"message": "x", "code": code}}]))))


def test_an_error_after_sound_came_ends_a_reply_that_was_cut() -> None:
    chunks = [*spoken_chunks(PCM16, expires_at=None), {"error": {"message": "x", "code": "server_error"}}]

    *events, reply = heard(on_wire(Server(event_stream(chunks))))

    assert isinstance(reply, Reply)
    assert events == [WordPiece("Hi"), SoundPiece(PCM16)]
    assert (reply.ending, reply.sound) == (Ending.CUT, WAV)


def test_a_stream_that_is_refused_raises_before_it_begins() -> None:
    with pytest.raises(KeyRefused):
        next(on_wire(Server(failing(401))).stream(ASK))


@pytest.mark.parametrize(
    "line", [b"data: {\n\n", b"data: []\n\n", b'data: "x"\n\n', b"data: 7\n\n", b"data: null\n\n", b"data: \xc3\n\n"]
)
def test_a_line_that_is_no_chunk_ends_a_reply_that_was_cut(line: bytes) -> None:
    *_, reply = heard(on_wire(Server(event_stream(spoken_chunks(PCM16, expires_at=None), line))))

    assert isinstance(reply, Reply)
    assert (reply.ending, reply.sound) == (Ending.CUT, WAV)


@pytest.mark.parametrize("line", [b"<html>A login page</html>", b"data: {\n\n", b"data: []\n\n", b"data: \xc3\n\n"])
def test_a_stream_of_nothing_but_garbage_is_unusable(line: bytes) -> None:
    with pytest.raises(ReplyUnusable):
        heard(on_wire(Server(event_stream([], line))))


def test_sound_that_is_no_base64_ends_a_reply_that_was_cut() -> None:
    chunks = [*spoken_chunks(PCM16, expires_at=None), delta(audio={"data": "é"})]

    *_, reply = heard(on_wire(Server(event_stream(chunks))))

    assert isinstance(reply, Reply)
    assert (reply.ending, reply.sound) == (Ending.CUT, WAV)


def test_a_stream_that_lasts_too_long_is_cut_and_closed() -> None:
    answer = event_stream(spoken_chunks(PCM16, PCM16, PCM16, PCM16))
    speech = on_wire(Server(answer), timeout_s=2.5)
    ticks = iter(range(100))
    patient = OnEndpoint(speech.endpoint, speech.client, speech.timeout_s, lambda: float(next(ticks)))

    *events, reply = heard(patient)

    assert isinstance(reply, Reply)
    assert reply.ending is Ending.CUT
    assert 0 < sum(isinstance(event, SoundPiece) for event in events) < 4
    assert answer.is_closed


def test_a_listener_who_leaves_closes_the_connection() -> None:
    answer = event_stream(spoken_chunks(PCM16))
    listening = on_wire(Server(answer)).stream(ASK)

    next(listening)
    listening.close()  # type: ignore[attr-defined]  # it is a generator

    assert answer.is_closed


def test_a_reply_says_how_long_the_first_sound_and_the_whole_took() -> None:
    speech = on_wire(Server(event_stream(spoken_chunks(PCM16))))
    source = random.Random(1)  # noqa: S311 - no secret
    now = [0.0]

    def clock() -> float:
        now[0] += source.random()
        return now[0]

    *_, reply = heard(OnEndpoint(speech.endpoint, speech.client, 60, clock))

    assert isinstance(reply, Reply)
    assert reply.first_sound_ms is not None
    assert reply.total_ms is not None
    assert 0 < reply.first_sound_ms < reply.total_ms


def test_a_whole_reply_says_which_request_it_answers() -> None:
    answer = httpx2.Response(200, content=wav_header(2) + b"\0\0", headers={"x-request-id": "req_9"})
    speech = on_wire(Server(answer))

    reply = speech.reply(Speak(model="tts-1", text="Hi", voice="alloy"))

    assert reply.request_id == "req_9"
    assert reply.total_ms is not None
