"""Every recorded exchange that says what it used: our tokens and our cost against a calculation of the test's own.

The other calculation reads the answers with plain ``json``, and takes prices as they stand in the facts that the
project goes by (OpenAI's audio, section 2; Azure's and older text models from litellm's list), in ``Decimal`` dollars.
None of it uses the code under test, so that one misunderstanding cannot hide in both.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import ROUND_CEILING, Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from clips import tone
from desk import CATALOG, OPENAI, as_request, metered, on_wire
from ledgers import open_ledger
from real import real_files
from recordings import ABSENT, Exchange, Replay, exchanges, sse_lines

from audiokit.audio.clip import Clip
from audiokit.audio.wav import to_wav
from audiokit.catalog.models import Provider
from audiokit.catalog.prices import Usage, cost, price_on
from audiokit.speech.realtime_usage import response_usage, transcription_usage
from audiokit.speech.requests import Converse, Heard, InputFormat, PersonTurn, Request, Speak, Transcribe
from audiokit.usage.ledger import Entry, Ledger

pytestmark = pytest.mark.real

DAY = datetime(2026, 11, 21, 12, tzinfo=UTC)  # the day on which the prices below were read
HEARD = Heard(data=to_wav(Clip(tone(seconds=1.7), 24_000)), format=InputFormat.WAV, duration_s=1.7)
# USD per million tokens: text in, cached text in, text out, sound in, cached sound in, sound out; None is not listed.
PRICES: dict[str, tuple[str | None, ...]] = {
    "gpt-4o-audio-preview-2024-12-17": ("2.50", None, "10", "40", None, "80"),
    "gpt-4o-audio-preview-2025-06-03": ("2.50", None, "10", "40", None, "80"),
    "gpt-4o-mini-audio-preview-2024-12-17": ("0.15", None, "0.60", "10", None, "20"),
    "gpt-audio-mini-2025-12-15": ("0.60", None, "2.40", "10", None, "20"),
    "gpt-4o-2024-08-06": ("2.50", "1.25", "10", None, None, None),
    "gpt-5-mini-2025-08-07": ("0.25", "0.025", "2", None, None, None),
    "gpt-4.1-mini-2025-04-14": ("0.40", "0.10", "1.60", None, None, None),
    "gpt-realtime": ("4", "0.40", "16", "32", "0.40", "64"),
    "gpt-4o-transcribe": ("2.50", None, "10", "2.50", None, None),
    "gpt-4o-transcribe-diarize": ("2.50", None, "10", "2.50", None, None),
}
USD_PER_MINUTE = {"whisper-1": "0.006", "gpt-realtime-whisper": "0.017"}
USD_PER_MILLION_CHARACTERS = {"tts-1": "15"}
NOT_PRICED = {"gpt-35-turbo", "gpt-4.1-nano-2025-04-14", "gpt-realtime-global-standard", "gpt-4o-mini-tts"}
NOT_ASKED = ("/responses", "/realtime/", "/files", "/organization/", "audio/translations", "/alloy.wav", ".mp3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What an answer says, as this module reads it; ``nanousd`` None is a model without a price."""

    tokens: tuple[int | None, ...]  # text in, sound in, cached in, text out, sound out
    nanousd: int | None


def rounded_up(usd: Decimal) -> int:
    return int((usd * 10**9).to_integral_value(ROUND_CEILING))


def told_of_tokens(model: str, into: dict[str, Any], out: dict[str, Any], sums: tuple[int, int]) -> Told:
    """Of counts by kind. Where sound is not told apart there was none; cached tokens are of the kind that is there."""
    heard, said = into.get("audio_tokens") or 0, out.get("audio_tokens") or 0
    read, words = into.get("text_tokens", sums[0] - heard), sums[1] - said
    cached, apart = into.get("cached_tokens"), into.get("cached_tokens_details")
    cached_sound = apart["audio_tokens"] if apart else 0
    cached_text = (cached or 0) - cached_sound
    counts = (read - cached_text, cached_text, words, heard - cached_sound, cached_sound, said)
    tokens = (read, heard, cached, words, said)
    if model in NOT_PRICED:
        return Told(tokens=tokens, nanousd=None)
    dear = dict(enumerate(PRICES[model]))
    per = [dear[0], dear[1] or dear[0], dear[2], dear[3], dear[4] or dear[3], dear[5]]
    usd = sum((Decimal(price or "0") * n / 1_000_000 for price, n in zip(per, counts, strict=True)), Decimal(0))
    assert all(price is not None or not n for price, n in zip(per, counts, strict=True)), (model, counts)
    return Told(tokens=tokens, nanousd=rounded_up(usd))


def told_of_seconds(model: str, seconds: float) -> Told:
    usd = Decimal(USD_PER_MINUTE[model]) * Decimal(str(seconds)) / 60
    return Told(tokens=(None,) * 5, nanousd=rounded_up(usd))


def told_by(usage: dict[str, Any], model: str) -> Told:
    if usage.get("type") == "duration":
        return told_of_seconds(model, usage["seconds"])
    if "input_tokens" in usage:
        into, out = usage["input_token_details"], usage.get("output_token_details", {})
        return told_of_tokens(model, into, out, (usage["input_tokens"], usage["output_tokens"]))
    into, out = usage.get("prompt_tokens_details", {}), usage.get("completion_tokens_details", {})
    return told_of_tokens(model, into, out, (usage["prompt_tokens"], usage["completion_tokens"]))


# ------------------------------------------------------------------------------------------------------ over our client


def chats() -> Iterator[tuple[Exchange, Request, Told]]:
    for one in exchanges():
        if not one.path.endswith("/chat/completions") or one.is_error or one.asked is None:
            continue
        lines = sse_lines(one.answer) if one.is_streamed else [one.said]
        usages = [line["usage"] for line in lines if line.get("usage")]
        if usages:
            model = next(line["model"] for line in lines if line.get("model"))
            yield one if one.is_streamed else _unheard(one), _asked(one), told_by(usages[-1], model)


def _unheard(one: Exchange) -> Exchange:
    """Without its sound, which the recorded programs asked for as bare PCM16, and we as WAV."""
    body = one.said
    for choice in body["choices"]:
        (choice.get("message", {}).get("audio") or {}).pop("data", None)
    return replace(one, answer=json.dumps(body).encode())


def _asked(one: Exchange) -> Converse:
    """As we would ask it; what we never send (pictures, files) is left out, as only the answer is looked at."""
    assert one.asked is not None
    try:
        return replace(as_request(one.asked), model=one.asked["model"])
    except (KeyError, TypeError, ValueError):
        return Converse(model=one.asked["model"], turns=(PersonTurn(words="Hello."),), instructions="")


def transcripts() -> Iterator[tuple[Exchange, Request, Told]]:
    """A streamed one ends in the same words and usage, which we ask for in one piece."""
    for one in exchanges():
        if not one.path.endswith("/audio/transcriptions") or one.is_error:
            continue
        if one.is_streamed:
            done = next(line for line in sse_lines(one.answer) if line["type"] == "transcript.text.done")
            whole = replace(one, media_type="application/json", answer=json.dumps(done).encode())
        else:
            whole = one
        if whole.media_type == "application/json" and whole.said.get("usage"):
            usage = whole.said["usage"]
            model = "whisper-1" if usage["type"] == "duration" else "gpt-4o-transcribe"
            model = "gpt-4o-transcribe-diarize" if "Diarized" in one.name else model
            yield whole, Transcribe(model=model, sound=HEARD), told_by(usage, model)


def spoken() -> Iterator[tuple[Exchange, Request, Told]]:
    """These say nothing of what was used: characters are known, tokens are not."""
    for one in exchanges():
        if one.path.endswith("/audio/speech") and not one.is_error and one.asked is not None:
            model, text = one.asked["model"], one.asked["input"]
            rate = USD_PER_MILLION_CHARACTERS.get(model)
            nanousd = rounded_up(Decimal(rate) * len(text) / 1_000_000) if rate else None
            yield one, Speak(model=model, text=text, voice="alloy"), Told(tokens=(None,) * 5, nanousd=nanousd)


def test_tokens_and_cost_are_what_every_recorded_answer_says_to_the_nano_dollar(tmp_path: Path) -> None:
    if not exchanges():
        pytest.skip(ABSENT)
    wrong, kinds = list[str](), Counter[str]()
    with open_ledger(tmp_path) as ledger:
        for exchange, request, told in (*chats(), *transcripts(), *spoken()):
            entry = booked(ledger, exchange, request)
            kinds[entry.kind] += 1
            found = (
                entry.text_in_tokens, entry.audio_in_tokens, entry.cached_in_tokens, entry.text_out_tokens,
                entry.audio_out_tokens,
            )  # fmt: skip
            expected = told.tokens if entry.kind != "transcribe" else (*told.tokens[:2], None, told.tokens[3], None)
            if (found, entry.cost_nanousd) != (expected, told.nanousd):
                wrong.append(f"{exchange.name}: {found}, {entry.cost_nanousd}, and not {expected}, {told.nanousd}")

    assert wrong == []
    assert kinds == {"converse": 39, "transcribe": 58, "speak": 13}
    looked_at = {one.name for one, _, _ in (*chats(), *spoken())}
    left = [one for one in exchanges() if not one.is_error and one.name not in looked_at]
    assert [one.name for one in left if not any(part in one.url for part in (*NOT_ASKED, "/transcriptions"))] == []


def booked(ledger: Ledger, exchange: Exchange, request: Request) -> Entry:
    """Put a recorded exchange through our client, and return its entry in the ledger."""
    is_azure = "azure" in exchange.url
    endpoint = replace(OPENAI, provider=Provider.AZURE) if is_azure else OPENAI
    speech = metered(on_wire(Replay([exchange]), endpoint=endpoint), ledger, turn_id=exchange.name, at=DAY)
    if exchange.is_streamed:
        assert isinstance(request, Converse)
        list(speech.stream(request))
    else:
        speech.reply(request)
    (entry,) = ledger.of_turn(exchange.name)
    return entry


# ----------------------------------------------------------------------------------------------------------- live talk


def test_every_recorded_answer_of_a_live_session_costs_what_it_says_to_the_nano_dollar() -> None:
    paths = real_files("traffic/*/*realtime__cassettes*_ws*")
    if not paths:
        pytest.skip(ABSENT)
    wrong, kinds = list[str](), Counter[str]()
    for path in paths:
        provider = Provider.AZURE if "azure" in path.name else Provider.OPENAI
        for kind, model, usage in _live(path):
            told, ours = told_by(usage, model), _priced(kind, model, usage, provider)
            kinds[kind] += 1
            if ours != (told.tokens, told.nanousd):
                wrong.append(f"{path.name}: {ours}, and not {told}")

    assert wrong == []
    assert kinds == {"response.done": 30, "conversation.item.input_audio_transcription.completed": 2}


def _live(path: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield each event that reports usage, with the model that is billed for it."""
    model, writer = "", ""
    for entry in yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)["interactions"]:
        event = entry.get("data")
        if not isinstance(event, dict) or entry.get("direction") != "received":
            continue
        if event["type"] in {"session.created", "session.updated"}:
            model = event["session"]["model"]
            given = (event["session"].get("audio") or {}).get("input") or {}
            writer = (given.get("transcription") or {}).get("model", writer)
        elif event["type"] == "response.done" and event["response"].get("usage"):
            yield event["type"], model, event["response"]["usage"]
        elif event["type"].endswith("transcription.completed") and event.get("usage"):
            yield event["type"], writer, event["usage"]


def _priced(
    kind: str, model: str, usage: dict[str, Any], provider: Provider
) -> tuple[tuple[int | None, ...], int | None]:
    used = (response_usage if kind == "response.done" else transcription_usage)(usage) or Usage()
    known = CATALOG.find(model)
    price = price_on(known, date(2026, 11, 21), provider) if known else None
    tokens = (used.text_in_tokens, used.audio_in_tokens, used.cached_in_tokens, used.text_out_tokens)
    return (*tokens, used.audio_out_tokens), cost(price, used) if price else None
