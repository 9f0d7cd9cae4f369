"""Events of the wire become ours: every type that the SDK knows, and every session that was recorded."""

from __future__ import annotations

import base64
import json
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from openai.types.realtime import RealtimeServerEvent, RealtimeTranslationServerEvent
from real import real_file, real_files
from scripted import ENDPOINT, KEY

from audiokit.catalog.models import Catalog, Provider
from audiokit.catalog.prices import Usage, cost, price_on
from audiokit.speech.realtime_events import (
    Called,
    Committed,
    HeardWords,
    LiveEvent,
    Opened,
    ReplyBegan,
    ReplyEnded,
    ReplyStatus,
    SoundPiece,
    SpeechBegan,
    SpeechEnded,
    Trouble,
    WordPiece,
)
from audiokit.speech.realtime_fold import IGNORED, Fold
from audiokit.speech.realtime_translation_fold import TRANSLATION_IGNORED, TranslationFold

SESSIONS = [
    path
    for path in real_files("traffic/pydantic__pydantic-ai/tests__realtime__cassettes__*.yaml")
    if "kind: message" in path.read_text("utf-8")
]


def types_of(union: Any) -> set[str]:
    events = get_args(get_args(union)[0])
    return {name for event in events for name in get_args(event.model_fields["type"].annotation)}


def received(path: Path) -> list[dict[str, Any]]:
    interactions = yaml.safe_load(path.read_text("utf-8"))["interactions"]
    return [each["data"] for each in interactions if each["kind"] == "message" and each["direction"] == "received"]


def folded(events: list[dict[str, Any]]) -> list[LiveEvent]:
    fold = Fold(ENDPOINT, "gpt-realtime-2.1", "gpt-realtime-whisper")
    return [ours for event in events for ours in fold.feed(event)]


def test_every_event_of_the_sdk_is_handled_or_ignored_on_purpose() -> None:
    known = types_of(RealtimeServerEvent)

    assert len(known) > 40
    assert known <= Fold.handled() | IGNORED.keys(), "a new SDK knows events that nobody has thought about"
    assert not Fold.handled() & IGNORED.keys()


def test_events_that_nobody_knows_and_things_that_are_no_events_change_nothing() -> None:
    assert folded([{"type": "response.telepathy.delta"}, {}, {"type": 3}, {"type": None}]) == []


@given(st.recursive(st.none() | st.integers() | st.text(), lambda one: st.lists(one) | st.dictionaries(st.text(), one)))
def test_no_shape_of_an_event_breaks_a_session(anything: Any) -> None:
    keys = ("response", "item", "error", "delta", "usage", "session", "transcript", "item_id", "audio_start_ms")

    folded([{"type": kind, **dict.fromkeys(keys, anything)} for kind in sorted(Fold.handled())])


@pytest.mark.real
@pytest.mark.parametrize("path", SESSIONS, ids=lambda path: path.stem.split("cassettes__")[1])
def test_every_recorded_session_folds_into_what_it_says_at_its_end(path: Path) -> None:
    events = received(path)
    ours = folded(events)
    done = [event["response"] for event in events if event["type"] == "response.done"]
    ended = [event for event in ours if isinstance(event, ReplyEnded)]

    assert not any(isinstance(event, Trouble) for event in ours)
    assert {event["type"] for event in events} <= Fold.handled() | IGNORED.keys()
    assert [one.response_id for one in ended] == [response["id"] for response in done]
    assert len([event for event in ours if isinstance(event, ReplyBegan)]) == len(done)
    for one, response in zip(ended, done, strict=True):
        assert one.status is ReplyStatus.COMPLETED
        assert one.usage is not None
        assert one.usage.audio_out_tokens == response["usage"]["output_token_details"]["audio_tokens"]
        assert (one.usage.text_out_tokens or 0) + (one.usage.audio_out_tokens or 0) == response["usage"][
            "output_tokens"
        ]
    for response in done:
        for item in response["output"]:
            check_item(item, ours)


def check_item(item: dict[str, Any], ours: list[LiveEvent]) -> None:
    if item["type"] == "function_call":
        calls = [event.call for event in ours if isinstance(event, Called) and event.call.id == item["call_id"]]
        assert [(call.name, call.arguments) for call in calls] == [(item["name"], item["arguments"])]
        return
    words = "".join(event.text for event in ours if isinstance(event, WordPiece) and event.item_id == item["id"])
    assert words == "".join(part.get("transcript") or part.get("text") or "" for part in item["content"])


@pytest.mark.real
@pytest.mark.parametrize(
    "path", [path for path in SESSIONS if "audio_in" in path.name], ids=lambda path: path.stem[-60:]
)
def test_a_recorded_spoken_turn_comes_in_its_order(path: Path) -> None:
    ours = folded(received(path))
    kinds = [type(event) for event in ours]
    order = [Opened, SpeechBegan, SpeechEnded, Committed, ReplyBegan, SoundPiece, ReplyEnded]

    assert [kinds.index(kind) for kind in order] == sorted(kinds.index(kind) for kind in order)
    began, ended = (next(event for event in ours if isinstance(event, kind)) for kind in (SpeechBegan, SpeechEnded))
    assert 0 < began.at_ms < ended.at_ms
    heard = [event for event in ours if isinstance(event, HeardWords)]
    assert Counter(event.is_final for event in heard)[True] == 1
    assert heard[-1].text or heard[-1].failure


@pytest.mark.real
def test_recorded_usage_is_priced_with_what_was_cached_apart() -> None:
    path = next(path for path in SESSIONS if "openai_ws__test_audio_in" in path.name)
    usage = next(event.usage for event in folded(received(path)) if isinstance(event, ReplyEnded))
    model = Catalog.load().find("gpt-realtime-2.1")
    assert model is not None
    assert usage is not None
    price = price_on(model, date(2026, 11, 21), Provider.OPENAI)

    assert price is not None
    assert cost(price, usage) is not None


def test_cached_input_is_told_apart_by_kind() -> None:
    details: dict[str, Any] = {"text_tokens": 90, "audio_tokens": 40, "cached_tokens": 70}
    details |= {"cached_tokens_details": {"text_tokens": 64, "audio_tokens": 6}}
    usage = {"output_tokens": 30, "input_token_details": details, "output_token_details": {"audio_tokens": 20}}

    (ended,) = folded([{"type": "response.done", "response": {"id": "r", "status": "completed", "usage": usage}}])

    assert isinstance(ended, ReplyEnded)
    assert ended.usage == Usage(
        text_in_tokens=90,
        audio_in_tokens=40,
        cached_in_tokens=70,
        cached_text_in_tokens=64,
        cached_audio_in_tokens=6,
        text_out_tokens=10,
        audio_out_tokens=20,
    )


def test_a_call_that_is_told_twice_is_made_once_and_one_that_was_cut_is_not_made() -> None:
    call = {"id": "i", "type": "function_call", "call_id": "c", "name": "current_time", "arguments": "{}"}
    half = {**call, "call_id": "d", "status": "incomplete"}
    done = {"id": "r", "status": "completed", "output": [call, half]}

    ours = folded([{"type": "response.output_item.done", "item": call}, {"type": "response.done", "response": done}])

    assert [event.call.id for event in ours if isinstance(event, Called)] == ["c"]


def error(**fields: Any) -> dict[str, Any]:
    return {"type": "error", "error": {"message": f"Do not show {KEY}.", "type": "invalid_request_error", **fields}}


@pytest.mark.parametrize("code", ["response_cancel_not_active", "input_audio_buffer_commit_empty", "session_expired"])
def test_what_is_no_trouble_of_the_person_s_is_not_told(code: str) -> None:
    assert folded([error(code=code)]) == []


def test_the_key_and_the_credit_end_a_session_and_a_wrong_value_does_not() -> None:
    refused, broke, odd, busy = folded(
        [
            error(code="invalid_api_key"),
            error(code="insufficient_quota", type="insufficient_quota"),
            error(code="unknown_parameter", param="session.x"),
            error(code=None, type="server_error"),
        ]
    )

    assert isinstance(refused, Trouble)
    assert refused.is_fatal
    assert "OPENAI_API_KEY" in refused.sentence
    assert isinstance(broke, Trouble)
    assert broke.is_fatal
    assert "credit" in broke.sentence
    assert isinstance(odd, Trouble)
    assert not odd.is_fatal
    assert "goes on" in odd.sentence
    assert isinstance(busy, Trouble)
    assert not busy.is_fatal
    assert KEY not in json.dumps([one.sentence for one in (refused, broke, odd, busy)])


def test_a_reply_that_failed_says_why_and_still_ends() -> None:
    failed = {"type": "failed", "error": {"type": "rate_limit_exceeded", "code": "insufficient_quota"}}

    told, ended = folded(
        [{"type": "response.done", "response": {"id": "r", "status": "failed", "status_details": failed}}]
    )

    assert isinstance(told, Trouble)
    assert told.is_fatal
    assert isinstance(ended, ReplyEnded)
    assert ended.status is ReplyStatus.FAILED
    assert ended.usage is None


def test_words_that_could_not_be_written_down_say_so() -> None:
    failed = {"type": "conversation.item.input_audio_transcription.failed", "item_id": "i"}

    (heard,) = folded([{**failed, "error": {"type": "server_error", "code": "DeploymentNotFound"}}])

    assert isinstance(heard, HeardWords)
    assert heard.is_final
    assert heard.failure is not None
    assert heard.failure.startswith("What you said could not be written down.")


def test_every_event_of_translation_is_handled_or_ignored_on_purpose() -> None:
    handled = {"session.created", "error", "session.output_audio.delta"}
    handled |= {"session.input_transcript.delta", "session.output_transcript.delta"}

    assert types_of(RealtimeTranslationServerEvent) == handled | TRANSLATION_IGNORED.keys()


@pytest.mark.real
def test_the_recorded_translation_folds_into_one_turn_of_each_side() -> None:
    lines = real_file("traffic/vercel__ai/packages__openai__src__speech-translation____fixtures____"
                      "openai-realtime-speech-translation.chunks.txt").read_text("utf-8").splitlines()  # fmt: skip
    fold = TranslationFold(lambda: 6_000, Fold(ENDPOINT, "gpt-realtime-translate"), "OpenAI")
    ours = [each for line in lines if line for each in fold.feed(json.loads(line))] + list(fold.finish())

    (heard,) = (event for event in ours if isinstance(event, HeardWords) and event.is_final)
    assert heard.text == "The quick brown fox jumps over the lazy"
    assert "".join(event.text for event in ours if isinstance(event, WordPiece)) == (
        "La rápida zorra marrón salta sobre el perro perezoso."
    )
    (ended,) = (event for event in ours if isinstance(event, ReplyEnded))
    assert ended.usage == Usage(input_seconds=Decimal(6))
    assert fold.finish() == ()


def translation() -> TranslationFold:
    return TranslationFold(lambda: 6_000, Fold(ENDPOINT, "gpt-realtime-translate"), "OpenAI")


def frame(at_ms: int | None, pcm16: bytes = bytes(9_600)) -> dict[str, Any]:
    return {
        "type": "session.output_audio.delta",
        "delta": base64.b64encode(pcm16).decode(),
        **({} if at_ms is None else {"elapsed_ms": at_ms}),
    }


def words(side: str, text: str, at_ms: int) -> dict[str, Any]:
    return {"type": f"session.{side}_transcript.delta", "delta": text, "elapsed_ms": at_ms}


def test_frames_of_zeros_are_no_answer_however_many_come() -> None:
    fold = translation()

    assert [event for at_ms in range(200, 60_000, 200) for event in fold.feed(frame(at_ms))] == []
    assert fold.feed(frame(None)) == ()
    assert fold.finish() == ()


def test_what_is_said_begins_with_its_first_word_and_ends_with_the_turn() -> None:
    fold = translation()

    first = fold.feed(words("input", " Good", 4_000))
    second = fold.feed(words("input", " morning", 4_400))
    ended = fold.finish()

    assert first == (SpeechBegan("said_1", 2_500), HeardWords("said_1", " Good", is_final=False))
    assert second == (HeardWords("said_1", " morning", is_final=False),)
    assert ended[:2] == (SpeechEnded("said_1", 4_400), Committed("said_1"))


def test_an_answer_to_what_nobody_wrote_down_is_a_turn_of_its_own() -> None:
    fold = translation()

    began, sound = fold.feed(frame(1_000, b"\1\0" * 4_800))
    (ended,) = fold.feed(frame(5_000))

    assert (began, sound) == (ReplyBegan("reply_1"), SoundPiece("item_1", b"\1\0" * 4_800))
    assert isinstance(ended, ReplyEnded)


def test_what_nobody_translates_is_a_turn_after_ten_seconds() -> None:
    fold = translation()
    fold.feed(words("input", " Hola", 1_000))

    assert fold.feed(frame(10_800)) == ()
    ended = fold.feed(frame(11_000))

    assert [type(event) for event in ended] == [SpeechEnded, Committed, HeardWords, ReplyBegan, ReplyEnded]


def test_who_never_pauses_has_a_turn_a_minute() -> None:
    fold = translation()
    ended = list[ReplyEnded]()
    for at_ms in range(1_000, 181_000, 1_000):
        for event in (words("input", " and", at_ms), words("output", " und", at_ms)):
            ended += [ours for ours in fold.feed(event) if isinstance(ours, ReplyEnded)]

    assert len(ended) == 2


@pytest.mark.parametrize("text", [" Wie", "Wie"])
def test_a_translation_begins_without_a_gap(text: str) -> None:
    fold = translation()

    pieces = [*fold.feed(words("output", text, 1_000)), *fold.feed(words("output", " geht", 1_200))]

    assert [event.text for event in pieces if isinstance(event, WordPiece)] == ["Wie", " geht"]


def test_a_language_that_is_refused_is_fatal_and_any_other_error_is_judged_as_usual() -> None:
    refused = {"type": "invalid_request_error", "code": "invalid_value", "param": "session.audio.output.language"}

    (language,) = translation().feed({"type": "error", "error": refused})
    (other,) = translation().feed({"type": "error", "error": {**refused, "param": "audio"}})

    assert isinstance(language, Trouble)
    assert language.is_fatal
    assert isinstance(other, Trouble)
    assert not other.is_fatal
