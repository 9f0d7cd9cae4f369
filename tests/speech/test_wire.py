"""OpenAI's JSON as our values: what is missing is unknown, what is odd is understood, what is broken is refused."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
import soundfile
from clips import loudest_hz, tone
from hypothesis import given
from hypothesis import strategies as st
from scripted import PCM16, WAV

from audiokit.audio.clip import Clip
from audiokit.audio.encode import SoundFormat, encode
from audiokit.audio.wav import from_pcm16, pcm16_of, to_wav, wav_header
from audiokit.catalog.prices import Usage
from audiokit.errors import ProviderRefused, ReplyUnusable
from audiokit.speech.replies import Ending, Reply
from audiokit.speech.wire import (
    EmptyReply,
    WithheldReply,
    chat_reply,
    chat_usage,
    decoded,
    expiry,
    spoken_reply,
    transcription_reply,
)

USAGE = {
    "prompt_tokens": 28,
    "completion_tokens": 114,
    "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 17, "text_tokens": 11},
    "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 84, "text_tokens": 30},
}
AUDIO = {"id": "audio_1", "data": base64.b64encode(WAV).decode(), "expires_at": 1_800_000_000, "transcript": "Hi."}


def body_of(finish_reason: str | None = "stop", /, **message: Any) -> dict[str, Any]:
    choice = {"index": 0, "finish_reason": finish_reason, "message": {"role": "assistant", **message}}
    return {"model": "gpt-audio-1.5", "choices": [choice], "usage": USAGE}


def reply_of(finish_reason: str | None = "stop", /, **message: Any) -> Reply:
    return chat_reply(body_of(finish_reason, **message), wants_sound=True)


def spoken_as(wav: bytes) -> Reply:
    return reply_of(audio=AUDIO | {"data": base64.b64encode(wav).decode()})


def test_a_spoken_reply_is_read_whole() -> None:
    assert reply_of(content=None, refusal=None, audio=AUDIO) == Reply(
        words="Hi.",
        sound=WAV,
        sound_duration_s=0.05,
        audio_id="audio_1",
        audio_expires_at=datetime(2027, 1, 15, 8, tzinfo=UTC),
        model="gpt-audio-1.5",
        usage=Usage(text_in_tokens=11, audio_in_tokens=17, cached_in_tokens=0, text_out_tokens=30, audio_out_tokens=84),
    )


@pytest.mark.parametrize(
    ("finish_reason", "message", "ending"),
    [
        ("stop", {"audio": AUDIO}, Ending.WHOLE),
        (None, {"audio": AUDIO}, Ending.WHOLE),
        ("length", {"audio": AUDIO}, Ending.LENGTH),
        ("stop", {"content": "In words."}, Ending.WORDS_ONLY),
        ("stop", {"audio": AUDIO | {"data": ""}}, Ending.WORDS_ONLY),
        ("stop", {"refusal": "I cannot."}, Ending.REFUSED),
        ("content_filter", {"content": "Half a sen"}, Ending.REFUSED),
        ("tool_calls", {"tool_calls": [{"id": "c", "function": {"name": "mood"}}]}, Ending.WHOLE),
        ("stop", {"tool_calls": [{"id": "c", "function": {"name": "mood"}}]}, Ending.WHOLE),
        ("length", {"tool_calls": [{"id": "c", "function": {"name": "mood"}}]}, Ending.LENGTH),
        ("stop", {"tool_calls": [{"id": "c", "function": {}}], "content": "Hm."}, Ending.WORDS_ONLY),
    ],
)
def test_how_a_reply_ended(finish_reason: str | None, message: dict[str, Any], ending: Ending) -> None:
    assert reply_of(finish_reason, **message).ending is ending


def test_words_alone_are_whole_where_words_were_asked_for() -> None:
    assert chat_reply(body_of(content="Yes."), wants_sound=False).ending is Ending.WHOLE


def test_what_was_said_counts_more_than_what_was_written() -> None:
    assert reply_of(content="written", audio=AUDIO).words == "Hi."
    assert reply_of(content="written", audio=None).words == "written"
    assert reply_of(content=None, refusal="I cannot.").words == "I cannot."


def test_a_function_call_keeps_its_arguments_as_they_came() -> None:
    call = {"id": "call_1", "type": "function", "function": {"name": "mood", "arguments": '{"mood": "glad"'}}

    [found] = chat_reply(body_of("tool_calls", content=None, tool_calls=[call]), wants_sound=False).tool_calls

    assert (found.id, found.name, found.arguments) == ("call_1", "mood", '{"mood": "glad"')


def test_parallel_calls_are_all_kept_and_leave_words_as_they_are() -> None:
    calls = [{"id": f"call_{i}", "type": "function", "function": {"name": "mood", "arguments": "{}"}} for i in range(3)]

    reply = reply_of("tool_calls", content="Let me see.", tool_calls=calls)

    assert [call.id for call in reply.tool_calls] == ["call_0", "call_1", "call_2"]
    assert (reply.words, reply.sound) == ("Let me see.", None)


def test_an_empty_answer_is_unusable_and_what_it_used_is_kept() -> None:
    with pytest.raises(EmptyReply, match="empty answer") as empty:
        reply_of(content=None)

    assert empty.value.reply.usage == chat_usage(USAGE)


@pytest.mark.parametrize(
    "choice", [{"finish_reason": "content_filter"}, {"finish_reason": "content_filter", "message": {}}]
)
def test_an_answer_that_a_filter_withheld_is_refused_and_what_it_used_is_kept(choice: dict[str, Any]) -> None:
    with pytest.raises(WithheldReply) as withheld:
        chat_reply({"choices": [choice], "usage": USAGE}, wants_sound=True)

    assert isinstance(withheld.value, ProviderRefused)
    assert withheld.value.reply.usage == chat_usage(USAGE)


@pytest.mark.parametrize("sizes", [b"\xff" * 4, bytes(4)], ids=["unknown", "zero"])
def test_a_wav_whose_sizes_lie_comes_back_with_true_ones(sizes: bytes) -> None:
    lying = WAV[:4] + sizes + WAV[8:40] + sizes + WAV[44:]

    assert spoken_as(lying).sound == WAV


def test_a_wav_of_2024_with_a_chunk_before_its_sound_lasts_as_long_as_its_samples() -> None:
    listed = WAV[:36] + b"LIST\x1a\0\0\0INFOISFT\x0e\0\0\0Lavf58.29.100\0" + WAV[36:]

    reply = spoken_as(listed)

    assert reply.sound is not None
    assert pcm16_of(reply.sound) == PCM16
    assert reply.sound_duration_s == 0.05


@pytest.mark.parametrize("rate_hz", [16_000, 22_050, 44_100, 48_000])
@pytest.mark.parametrize("n_channels", [1, 2])
def test_a_wav_at_another_rate_keeps_its_pitch_and_its_length(rate_hz: int, n_channels: int) -> None:
    """Compatible servers speak at whatever rate their voice has."""
    heard = Clip(tone(1000, seconds=0.5, rate=rate_hz, channels=n_channels), rate_hz)

    reply = spoken_as(to_wav(heard))

    assert_is_the_tone(reply)
    assert reply.sound_duration_s == pytest.approx(0.5, abs=1e-3)


@pytest.mark.parametrize("container", [SoundFormat.MP3, SoundFormat.FLAC])
def test_sound_in_another_container_than_was_asked_for_is_understood(container: SoundFormat) -> None:
    assert_is_the_tone(spoken_reply(encode(Clip(tone(1000), 24_000), container), text="Hi."))


def assert_is_the_tone(reply: Reply) -> None:
    assert reply.sound is not None
    assert reply.sound[:44] == wav_header(len(reply.sound) - 44)
    assert loudest_hz(from_pcm16(reply.sound[44:], 24_000).samples, 24_000) == pytest.approx(1000, abs=3)


def test_a_wav_of_floats_is_not_taken_for_whole_numbers() -> None:

    file = io.BytesIO()
    soundfile.write(file, np.asarray(tone(1000)), 24_000, format="WAV", subtype="FLOAT")

    assert_is_the_tone(spoken_as(file.getvalue()))


@pytest.mark.parametrize("wav", [wav_header(None), wav_header(0)])
def test_a_wav_without_samples_is_no_sound(wav: bytes) -> None:
    assert spoken_as(wav).sound is None
    with pytest.raises(EmptyReply):
        spoken_reply(wav, text="Hi.")


@pytest.mark.parametrize("data", ["AAA", "****", "é", "QUJD\nREVG"])
def test_sound_that_is_no_base64_is_unusable(data: str) -> None:
    with pytest.raises(ReplyUnusable, match="cannot be read"):
        decoded(data)


@pytest.mark.parametrize("data", [None, ""])
def test_no_sound_is_none(data: str | None) -> None:
    assert decoded(data) is None


def test_an_expiry_is_aware_and_one_beyond_all_calendars_unknown() -> None:
    assert expiry(0) == datetime(1970, 1, 1, tzinfo=UTC)
    assert expiry(None) is None
    assert expiry(10**20) is None


def test_details_that_are_missing_are_unknown_and_not_zero() -> None:
    assert chat_usage({}) is None
    assert chat_usage({"prompt_tokens": 28, "completion_tokens": 114}) == Usage()


def test_in_a_silent_exchange_all_tokens_are_text() -> None:
    counted = {"prompt_tokens": 28, "completion_tokens": 114}

    for details in ({}, {"prompt_tokens_details": None}, {"prompt_tokens_details": {"audio_tokens": None}}):
        assert chat_usage(counted | details, silent=True) == Usage(
            text_in_tokens=28, audio_in_tokens=0, text_out_tokens=114, audio_out_tokens=0
        )


def test_text_is_what_is_left_where_only_the_sound_was_counted() -> None:
    azure = {"prompt_tokens": 16, "prompt_tokens_details": {"audio_tokens": 6, "cached_tokens": 0}}

    assert chat_usage(azure) == Usage(text_in_tokens=10, audio_in_tokens=6, cached_in_tokens=0)


def test_counts_that_contradict_each_other_are_unknown() -> None:
    assert chat_usage({"prompt_tokens": 5, "prompt_tokens_details": {"audio_tokens": 6}}) == Usage(audio_in_tokens=6)


@pytest.mark.parametrize("count", [-1, 1.5, "7", True, [], {}])
def test_a_count_that_is_none_is_unknown(count: Any) -> None:
    assert chat_usage({"prompt_tokens_details": {"cached_tokens": count}}) == Usage()


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (None, None),
        ({}, None),
        ({"type": "duration", "seconds": 4}, Usage(input_seconds=Decimal(4))),
        ({"type": "duration", "seconds": 3.7}, Usage(input_seconds=Decimal("3.7"))),
        ({"type": "duration", "seconds": None}, None),
        ({"type": "duration", "seconds": "4"}, None),
        ({"type": "duration", "seconds": -1}, None),
        ({"type": "duration", "seconds": float("nan")}, None),
        ({"type": "duration"}, None),
        ({"type": "tokens", "input_tokens": 17, "output_tokens": 11}, Usage(text_out_tokens=11)),
        (
            {"type": "tokens", "output_tokens": 11, "input_token_details": {"text_tokens": 0, "audio_tokens": 17}},
            Usage(text_in_tokens=0, audio_in_tokens=17, text_out_tokens=11),
        ),
    ],
)
def test_a_transcript_reports_seconds_or_tokens_or_nothing(usage: Any, expected: Usage | None) -> None:
    assert transcription_reply({"text": " Hello ", "usage": usage}) == Reply(words="Hello", usage=expected)


def test_silence_is_a_transcript_and_no_text_at_all_is_none() -> None:
    assert transcription_reply({"text": ""}).words == ""
    for body in ({}, {"text": None}, {"text": ["Hello"]}):
        with pytest.raises(ReplyUnusable):
            transcription_reply(body)


def test_spoken_text_is_counted_by_its_characters() -> None:
    reply = spoken_reply(WAV, text="Grüße 👋")

    assert (reply.words, reply.usage, reply.sound) == ("Grüße 👋", Usage(characters=7), WAV)


def told(*events: dict[str, Any], ending: bytes = b"data: [DONE]\n\n") -> bytes:
    return b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events) + ending


def delta(data: bytes) -> dict[str, Any]:
    return {"type": "speech.audio.delta", "audio": base64.b64encode(data).decode()}


DONE = {"type": "speech.audio.done", "usage": {"input_tokens": 14, "output_tokens": 101, "total_tokens": 115}}


@given(cut=st.integers(0, len(WAV)))
def test_text_spoken_in_events_is_counted_by_its_tokens(cut: int) -> None:
    reply = spoken_reply(told(delta(WAV[:cut]), delta(WAV[cut:]), DONE), text="Hi.")

    assert (reply.words, reply.sound) == ("Hi.", WAV)
    assert reply.usage == Usage(characters=3, text_in_tokens=14, audio_out_tokens=101)


@pytest.mark.parametrize(
    "answer",
    [
        told(delta(WAV)),
        told(delta(WAV), ending=b""),
        told(delta(WAV), ending=b'data: {"type": "speech.au'),
        told(delta(WAV), {"error": {"message": "server_error"}}),
        told(DONE),
    ],
)
def test_speech_whose_events_break_off_is_not_taken_for_all_of_it(answer: bytes) -> None:
    with pytest.raises(ReplyUnusable, match=r"Send it again\."):
        spoken_reply(answer, text="Hi.")


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where everything stands in a JSON value, from the outside in."""
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        yield from places(inner, (*path, key))


def changed(body: Any, place: tuple[Any, ...], instead: Any) -> Any:
    """The same with something else at one place; where that is gone by now, the same."""
    if not place:
        return instead if isinstance(instead, dict) else body
    body = deepcopy(body)
    at = body
    try:
        for key in place[:-1]:
            at = at[key]
        if instead is ...:
            del at[place[-1]]
        else:
            at[place[-1]] = instead
    except (KeyError, IndexError, TypeError):
        pass
    return body


FULL = body_of(
    content="x", refusal="x", audio=AUDIO, tool_calls=[{"id": "c", "function": {"name": "f", "arguments": ""}}]
)
ODD: list[Any] = [..., None, {}, [], [None], "", "é", -1, 10**30, 1.5, True]


@given(st.lists(st.tuples(st.sampled_from(list(places(FULL))), st.sampled_from(ODD)), min_size=1, max_size=4))
def test_an_answer_changed_anywhere_is_a_reply_or_an_error_of_ours(changes: list[tuple[Any, Any]]) -> None:
    body = FULL
    for place, instead in changes:
        body = changed(body, place, instead)

    for wants_sound in (True, False):
        with suppress(ReplyUnusable, ProviderRefused):
            assert isinstance(chat_reply(body, wants_sound=wants_sound, listened=False), Reply)
    with suppress(ReplyUnusable):
        assert isinstance(transcription_reply(body | {"text": "x"}), Reply)
