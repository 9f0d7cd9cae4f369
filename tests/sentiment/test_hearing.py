"""A recording is written down: who is asked for what, in which parts, at what price, and what comes of the answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import httpx2
import numpy as np
import pytest
from clips import silence, tone
from ledgers import open_ledger
from pydantic import SecretStr
from real import real_file
from scripted import Server, failing, on_wire

from audiokit.audio.clip import Clip
from audiokit.audio.decode import decode
from audiokit.audio.fit import Given
from audiokit.audio.measuring.activity import Activity
from audiokit.audio.reading.sniff import Container
from audiokit.audio.wav import to_wav
from audiokit.catalog.models import Catalog, Provider
from audiokit.errors import ProviderRefused
from audiokit.offline.engine import Engine
from audiokit.offline.server import create_app
from audiokit.offline.transport import InProcessTransport
from audiokit.people.persons import LOCAL
from audiokit.sentiment.hearing import Hearing
from audiokit.sentiment.joining import joined
from audiokit.speech.endpoint import Endpoint
from audiokit.speech.place import Place
from audiokit.speech.placing import place_at
from audiokit.speech.requests import Caller, Heard, InputFormat
from audiokit.speech.served import Served
from audiokit.usage.ledger import Ledger

CATALOG, DAY = Catalog.load(), date(2026, 11, 21)
CALLER = Caller(person_id=LOCAL.id, page="sentiment_analysis", turn_id="recording-1")
SOUND = Heard(data=to_wav(Clip(tone(seconds=4.0), 24_000)), format=InputFormat.WAV, duration_s=4.0)
MEETING = "speech/openai__openai-dotnet/tests__Assets__audio_meeting.wav"
DIARIZED = "traffic/openai__openai-dotnet/tests__SessionRecords__TranscriptionTests__DiarizedTranscriptionHasUsage.json"
LONG = Given(container=Container.WAV, size_bytes=200_000_000, is_final=False)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "ledger") as one:
        yield one


def place(
    server: httpx2.BaseTransport,
    ledger: Ledger,
    provider: Provider = Provider.OPENAI,
    models: dict[str, str] | None = None,
    day: date = DAY,
) -> Place:
    endpoint = Endpoint(
        name=provider.value,
        provider=provider,
        base_url="http://a.invalid/v1",
        api_key=SecretStr("sk-made-up"),
        models=models or {},
    )
    wire = on_wire(server, endpoint=endpoint)
    return place_at(wire, Served(wire, run=lambda _: None), CATALOG, ledger, today=lambda: day)


def answer(**body: object) -> httpx2.Response:
    return httpx2.Response(200, json=body)


def asked(server: Server, field: str) -> list[str]:
    """The values of a form's field in each request."""
    found = (re.search(rf'name="{re.escape(field)}"\r\n\r\n([^\r]*)'.encode(), r.content) for r in server.requests)
    return [one[1].decode() if one else "" for one in found]


def long_activity(duration_s: float, *, pause_every_s: float | None) -> Activity:
    """Speech of one level, with pauses of a second."""
    n_windows = round(duration_s * 100)
    is_speech = np.ones(n_windows, bool)
    for at in np.arange(pause_every_s or duration_s + 9, duration_s, pause_every_s or 1):
        is_speech[round(at * 100) : round(at * 100) + 100] = False
    return Activity(
        sample_rate_hz=24_000,
        n_frames=round(duration_s * 24_000),
        is_speech=is_speech,
        levels_dbfs=np.where(is_speech, -20, -60).astype(np.float32),
    )


def test_speakers_of_a_real_meeting_come_with_words_where_the_sound_has_them(ledger: Ledger) -> None:
    """Speech begins at 0, 2.01 and 4.34 s; the segments say 0, 1.65 and 4.05 s."""
    recorded = json.loads(real_file(DIARIZED).read_text("utf-8-sig"))["Entries"][0]["ResponseBody"]
    wav = real_file(MEETING).read_bytes()
    server = Server(answer(**recorded))
    hearing = Hearing((place(server, ledger),))

    heard = hearing.hear(CALLER, Heard(data=wav, format=InputFormat.WAV, duration_s=155_100 / 24_000), at_s=1_000.0)

    assert (asked(server, "model"), asked(server, "response_format")) == (
        ["gpt-4o-transcribe-diarize"],
        ["diarized_json"],
    )
    assert heard.text == recorded["text"]
    assert (heard.tells_speakers, heard.speakers, heard.model) == (True, (1, 2), "gpt-4o-transcribe-diarize")
    assert (heard.start_s, heard.end_s) == (1_000.0, 1_006.462)
    assert [word.speaker for word in heard.words] == [1] * 5 + [2] * 6 + [1] * 7
    assert [heard.words[n].start_s - 1_000 for n in (0, 5, 11)] == pytest.approx([0.0, 2.05, 4.4], abs=0.1)
    assert all(one.end_s <= other.start_s for one, other in pairwise(heard.words))
    (entry,) = ledger.of_turn("recording-1")
    usage = recorded["usage"]
    assert entry.cost_nanousd == 2_500 * usage["input_tokens"] + 10_000 * usage["output_tokens"]


def test_who_talks_into_what_another_says_is_placed_where_the_segment_is(ledger: Ledger) -> None:
    """Speaker B says something while A goes on, so that the words do not come one after the other."""
    sound = Heard(data=real_file(MEETING).read_bytes(), format=InputFormat.WAV, duration_s=155_100 / 24_000)
    segments = [
        {"text": " ".join(["talk"] * 20), "start": 0.0, "end": 6.4, "speaker": "A"},
        {"text": "Yes, I see.", "start": 2.0, "end": 2.6, "speaker": "B"},
    ]
    server = Server(answer(text=" ".join(str(one["text"]) for one in segments), segments=segments[::-1]))

    heard = Hearing((place(server, ledger),)).hear(CALLER, sound)

    assert [word.speaker for word in heard.words] == [1] * 20 + [2] * 3
    assert all(2.0 <= word.start_s <= word.end_s <= 2.6 for word in heard.words[20:])


def test_times_of_words_are_taken_as_told_and_get_the_punctuation_of_the_text(ledger: Ledger) -> None:
    server = Server(
        answer(
            text="Hello, “world”! This is twenty-one.",
            language="english",
            words=[
                {"word": "Hello", "start": 0.0, "end": 0.3199999928474426},
                {"word": "world", "start": 0.48, "end": 0.6},
                {"word": "This", "start": 0.84, "end": 0.88},
                {"word": "is", "start": 0.88, "end": 1.0},
                {"word": "twenty", "start": 1.0, "end": 1.14},
                {"word": "one", "start": 4.3, "end": 9.0},
            ],
            segments=[{"text": " Hello", "start": 0.0, "end": 2.0}],
            usage={"type": "duration", "seconds": 4},
        )
    )
    hearing = Hearing((place(server, ledger, models={"transcribe": "whisper-1"}),))

    heard = hearing.hear(CALLER, SOUND, at_s=10.5)

    assert asked(server, "response_format") == ["verbose_json"]
    assert [(word.text, word.start_s, word.end_s) for word in heard.words] == [
        ("Hello,", 10.5, 10.82),
        ("“world”!", 10.98, 11.1),
        ("This", 11.34, 11.38),
        ("is", 11.38, 11.5),
        ("twenty-", 11.5, 11.64),
        ("one.", 14.5, 14.5),
    ]
    assert heard.text == "Hello, “world”! This is twenty-one."
    assert (heard.language, heard.tells_speakers) == ("en", False)
    (entry,) = ledger.of_turn("recording-1")
    assert entry.cost_nanousd == 4 * 6_000_000 // 60


def test_where_the_one_who_tells_speakers_is_gone_words_come_from_the_next_and_are_placed_by_sound(
    ledger: Ledger,
) -> None:
    clip = Clip(np.concatenate([silence(seconds=2.0), tone(seconds=1.0), silence(seconds=1.0)]), 24_000)
    sound = Heard(data=to_wav(clip), format=InputFormat.WAV, duration_s=4.0)
    server = Server(failing(404, "model_not_found"), answer(text="Hello world.", languages=[{"code": "en"}]))

    heard = Hearing((place(server, ledger),)).hear(CALLER, sound)

    assert asked(server, "response_format") == ["diarized_json", "json"]
    assert [word.text for word in heard.words] == ["Hello", "world."]
    assert all(1.8 <= word.start_s < word.end_s <= 3.2 for word in heard.words)
    assert (heard.model, heard.language, heard.tells_speakers) == ("gpt-transcribe", "en", False)
    assert heard.notes[-1] == "gpt-transcribe answered instead."
    assert [entry.model_asked for entry in ledger.of_turn("recording-1")].count("gpt-transcribe") == 1


def test_a_server_that_knows_no_times_is_asked_for_words_alone_and_one_that_refuses_the_sound_is_not(
    ledger: Ledger,
) -> None:
    own = {"transcribe": "my-own-ears"}
    plain = Server(failing(400, "unsupported_value"), answer(text="Hello."))
    deaf = Server(failing(400, "invalid_value"))

    heard = Hearing((place(plain, ledger, Provider.COMPATIBLE, own),)).hear(CALLER, SOUND)
    with pytest.raises(ProviderRefused):
        Hearing((place(deaf, ledger, models={"transcribe": "gpt-transcribe"}),)).hear(CALLER, SOUND)

    assert (asked(plain, "response_format"), heard.text) == (["verbose_json", "json"], "Hello.")
    assert asked(deaf, "response_format") == ["json", "json"]


def test_voices_that_are_known_keep_their_numbers_and_others_get_the_next(ledger: Ledger) -> None:
    """What was given by name comes back by name; whoever was not known has a letter."""
    segments = [
        {"text": "Good morning.", "start": 0.0, "end": 1.0, "speaker": "A"},
        {"text": "Good morning to you.", "start": 1.0, "end": 2.0, "speaker": "speaker_2"},
    ]
    server = Server(answer(text="Good morning. Good morning to you.", segments=segments))
    sample = replace(SOUND, duration_s=3.0)

    heard = Hearing((place(server, ledger),)).hear(CALLER, SOUND, voices={2: sample, 3: sample})

    assert [word.speaker for word in heard.words] == [4, 4, 2, 2, 2, 2]
    assert heard.recognised == (2,)
    assert server.requests[0].content.count(b'name="known_speaker_names[]"') == 2
    assert server.requests[0].content.count(b"data:audio/wav;base64,") == 2


def test_nothing_said_is_a_part_without_words(ledger: Ledger) -> None:
    heard = Hearing((place(Server(answer(text="", segments=[])), ledger),)).hear(CALLER, SOUND, language="de")

    assert (heard.words, heard.language, heard.end_s) == ((), "de", 4.0)


def test_three_hours_are_planned_within_every_limit_and_cut_in_pauses(ledger: Ledger) -> None:
    hearing = Hearing((place(Server(), ledger),), wants_speakers=False)
    activity = long_activity(10_800, pause_every_s=20)

    planned = hearing.plan(LONG, activity)

    assert hearing.sentence.startswith("gpt-transcribe writes it down. It does not tell speakers apart")
    assert planned.form is not None
    assert 36 <= len(planned.parts) <= 45
    assert max(planned.sizes_bytes) <= 10_000_000
    assert all(one.end_frame == other.start_frame for one, other in pairwise(planned.parts))
    assert (planned.parts[0].start_frame, planned.parts[-1].end_frame) == (0, activity.n_frames)
    for part in planned.parts[:-1]:
        assert not activity.is_speech[round(part.end_s * 100)]
        assert part.duration_s <= 300
    assert hearing.cost_nanousd(planned) == pytest.approx((180 * 4_500_000,) * 2, rel=0.01)


def test_parts_overlap_where_they_are_cut_in_speech_and_everywhere_where_speakers_are_told(ledger: Ledger) -> None:
    here = place(Server(), ledger)
    without, with_speakers = Hearing((here,), wants_speakers=False), Hearing((here,))
    no_pause, pauses = long_activity(900, pause_every_s=None), long_activity(900, pause_every_s=20)

    in_speech, told = without.plan(LONG, no_pause), with_speakers.plan(LONG, pauses)

    assert [one.end_s - other.start_s for one, other in pairwise(in_speech.parts)] == pytest.approx([3.0] * 3)
    assert {round(one.end_s - other.start_s, 3) for one, other in pairwise(told.parts)} == {15.0}
    assert with_speakers.sentence == "gpt-4o-transcribe-diarize writes it down and tells speakers apart."
    least, most = with_speakers.cost_nanousd(told) or (0, 0)
    assert 15 * 6_000_000 < least < most < 15 * 35_000_000


def test_once_nobody_tells_speakers_any_more_words_are_asked_for(ledger: Ledger) -> None:
    assert Hearing((place(Server(), ledger, day=date(2027, 2, 25)),)).tells_speakers
    assert not Hearing((place(Server(), ledger, day=date(2027, 2, 26)),)).tells_speakers


def test_at_azure_only_what_is_deployed_is_asked_to_tell_speakers(ledger: Ledger) -> None:
    here = place(Server(), ledger, Provider.AZURE)

    def deploying(**names: str) -> Hearing:
        return Hearing((replace(here, endpoint=replace(here.endpoint, deployments=names)),))

    assert deploying(**{"gpt-4o-transcribe-diarize": "voices"}).tells_speakers
    assert not deploying(**{"gpt-transcribe": "ears"}).tells_speakers


def test_a_part_in_which_nobody_speaks_is_not_sent(ledger: Ledger) -> None:
    activity = long_activity(1_800, pause_every_s=20)
    activity.is_speech[60_000:120_000] = False

    planned = Hearing((place(Server(), ledger),)).plan(LONG, activity)

    assert [part for part in planned.parts if part.start_s > 630 and part.end_s < 1_170] == []
    assert len(planned.parts) == len(planned.sizes_bytes)
    assert "without speech are not sent" in planned.sentence


@pytest.mark.real
def test_the_offline_engine_gives_times_of_real_words_that_are_the_recordings_own_in_every_part(ledger: Ledger) -> None:
    """The first part is cut in the middle of "can", as it is where there is no pause."""
    clip = decode(real_file("speech/ggml-org__whisper.cpp/samples__jfk.wav").read_bytes()).mono()
    rate = clip.sample_rate_hz

    with Engine() as engine:
        if not engine.capabilities().can_hear:
            pytest.skip("this machine has no recogniser")
        hearing, heard = Hearing((place(InProcessTransport(create_app(engine)), ledger, Provider.OFFLINE),)), []
        for start_s, end_s in ((3.1, 6.5), (3.4, 11.0)):
            piece = Clip(clip.samples[round(start_s * rate) : round(end_s * rate)], rate)
            sound = Heard(data=to_wav(piece), format=InputFormat.WAV, duration_s=piece.duration_s)
            heard.append(hearing.hear(CALLER, sound, at_s=start_s))
    words = joined(heard).words

    last = ["can", "do", "for", "you", "and", "what", "you", "can", "do", "for", "your", "country"]
    assert [word.text for word in words][-len(last) :] == last
    assert [word.text for word in words].count("not") == 1
    assert (words[-1].start_s, words[-1].end_s) == pytest.approx((9.99, 10.46), abs=0.15)
    assert all(one.start_s <= other.start_s for one, other in pairwise(words))
    assert (heard[0].model, heard[0].tells_speakers, heard[0].language) == ("audiokit-offline", False, "en")
    assert hearing.bounds().max_duration_s == 40
    assert [entry.cost_nanousd for entry in ledger.of_turn("recording-1")] == [0, 0]
