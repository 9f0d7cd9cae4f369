"""Recorded transcriptions and spoken texts, as far as our client asks for them: transcripts as JSON, speech as WAV."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from clips import tone
from desk import metered, on_wire
from ledgers import open_ledger
from recordings import ABSENT, Exchange, Replay, each, exchanges

from audiokit.audio.clip import Clip
from audiokit.audio.wav import pcm16_of, to_wav, wav_header
from audiokit.errors import ReplyUnusable
from audiokit.speech.requests import Heard, InputFormat, Speak, Transcribe
from audiokit.usage.ledger import Ledger

pytestmark = pytest.mark.real

HEARD = Heard(data=to_wav(Clip(tone(seconds=1.7), 24_000)), format=InputFormat.WAV, duration_s=1.7)
USD_PER_MINUTE = {"whisper-1": Decimal("0.006")}  # facts/openai-audio.md, section 2
USD_PER_MILLION = {  # text in, sound in, text out; the same
    "gpt-4o-transcribe": ("2.50", "2.50", "10"),
    "gpt-4o-mini-transcribe": ("1.25", "1.25", "5"),
    "gpt-4o-transcribe-diarize": ("2.50", "2.50", "10"),
}
TRANSCRIPTS = [
    one
    for one in exchanges()
    if re.search(r"/audio/trans(criptions|lations)$", one.path) and one.media_type == "application/json"
]
SPOKEN = [one for one in exchanges() if one.path.endswith("/audio/speech")]


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    with open_ledger(tmp_path_factory.mktemp("ledger")) as one:
        yield one


@each(TRANSCRIPTS)
def test_a_transcript_gives_its_words_and_the_usage_that_was_reported(exchange: Exchange) -> None:
    reply = on_wire(Replay([exchange])).reply(Transcribe(model="whisper-1", sound=HEARD))

    usage = exchange.said.get("usage")
    assert reply.words == exchange.said["text"].strip() != ""
    assert reply.sound is None
    if usage is None:
        assert reply.usage is None
    elif usage["type"] == "duration":
        assert reply.usage is not None
        assert reply.usage.input_seconds == usage["seconds"]
        assert (reply.usage.audio_in_tokens, reply.usage.text_out_tokens) == (None, None)
    else:
        assert reply.usage is not None
        assert reply.usage.text_in_tokens == usage["input_token_details"]["text_tokens"]
        assert reply.usage.audio_in_tokens == usage["input_token_details"]["audio_tokens"]
        assert (reply.usage.text_out_tokens, reply.usage.input_seconds) == (usage["output_tokens"], None)


def test_transcripts_with_times_give_words_segments_and_speakers_as_they_were_told() -> None:
    """``verbose_json`` of words and of segments, and ``diarized_json`` with and without ``duration``."""
    with_times = [one for one in TRANSCRIPTS if {"words", "segments"} & one.said.keys()]
    if not with_times:
        pytest.skip(ABSENT)
    told = list[str | None]()

    for exchange in with_times:
        reply, said = on_wire(Replay([exchange])).reply(Transcribe(model="whisper-1", sound=HEARD)), exchange.said
        assert [(one.text, one.start_s, one.end_s) for one in reply.timed_words] == [
            (one["word"], one["start"], one["end"]) for one in said.get("words", [])
        ]
        assert [(one.text, one.start_s, one.end_s, one.speaker) for one in reply.timed_segments] == [
            (one["text"].strip(), one["start"], one["end"], one.get("speaker")) for one in said.get("segments", [])
        ]
        assert reply.language == {"english": "en", None: None}[said.get("language")]
        told += [one.speaker for one in reply.timed_segments]

    assert len(with_times) == 30
    assert set(told) == {"A", "B", None}


@pytest.mark.parametrize("model", ["whisper-1", *USD_PER_MILLION])
def test_a_transcript_is_priced_by_what_its_model_is_billed_by(model: str, ledger: Ledger) -> None:
    by_minute = model in USD_PER_MINUTE
    kind = "duration" if by_minute else "tokens"
    exchange = next((one for one in TRANSCRIPTS if one.said.get("usage", {}).get("type") == kind), None)
    if exchange is None:
        pytest.skip(ABSENT)
    usage, turn_id = exchange.said["usage"], f"transcript {model}"

    metered(on_wire(Replay([exchange])), ledger, turn_id=turn_id).reply(Transcribe(model=model, sound=HEARD))

    if by_minute:
        usd = USD_PER_MINUTE[model] * usage["seconds"] / 60
    else:
        details = usage["input_token_details"]
        counts = (details["text_tokens"], details["audio_tokens"], usage["output_tokens"])
        usd = sum(
            (Decimal(usd) * n / 1_000_000 for usd, n in zip(USD_PER_MILLION[model], counts, strict=True)), Decimal(0)
        )
    (entry,) = ledger.of_turn(turn_id)
    assert (entry.cost_nanousd, entry.kind, entry.outcome) == (usd * 10**9, "transcribe", "answered")
    assert entry.input_ms == 1700


def test_many_transcripts_were_recorded() -> None:
    if not TRANSCRIPTS:
        pytest.skip(ABSENT)
    kinds = [one.said.get("usage", {}).get("type") for one in TRANSCRIPTS]

    assert len(TRANSCRIPTS) == 55  # 53 transcriptions and 2 translations, which have the same shape
    assert {kind: kinds.count(kind) for kind in set(kinds)}.keys() == {"tokens", "duration", None}


@each(SPOKEN)
def test_recorded_speech_in_any_container_becomes_the_wav_that_a_reply_promises(exchange: Exchange) -> None:
    """We ask for WAV, of which none was recorded; servers that answer in what they have are understood."""
    reply = on_wire(Replay([exchange])).reply(Speak(model="gpt-4o-mini-tts", text="Hello", voice="alloy"))

    assert reply.sound is not None
    n_samples = len(pcm16_of(reply.sound)) // 2
    assert reply.sound[:44] == wav_header(2 * n_samples)
    assert reply.sound_duration_s == n_samples / 24_000
    assert 0.5 < reply.sound_duration_s < 10


@pytest.mark.parametrize("answer", [b"", b"{}", b"<html>gateway</html>", wav_header(None), wav_header(None)[:30]])
def test_speech_that_is_no_sound_is_an_unusable_reply(answer: bytes) -> None:
    exchange = Exchange(
        name="none", method="POST", url="", asked=None, status=200, media_type="audio/wav", answer=answer
    )

    with pytest.raises(ReplyUnusable, match=r"Send it again\."):
        on_wire(Replay([exchange])).reply(Speak(model="gpt-4o-mini-tts", text="Hello", voice="alloy"))
