"""Sentiment Analysis through app.py, without a browser; nothing is analysed here, as no worker runs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from felt import analysed
from player_source import speechlike, wav
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from audiokit.api.sentiment import sentiment_routes
from audiokit.catalog.models import Tier
from audiokit.errors import InputError
from audiokit.sentiment.kept import KeptRecording, Progress
from audiokit.sentiment.tone import Tone
from audiokit.studio import Studio, shared_studio
from audiokit.ui.sentiment.actions import correction_of

APP = str(Path(__file__).resolve().parents[2] / "app.py")
ME = "local"
SOUND = ("call.wav", wav(speechlike(4.0).tobytes()), "audio/wav")
BROKEN = ("broken.mp3", b"no sound at all", "audio/mpeg")


@pytest.fixture
def studio() -> Iterator[Studio]:
    """The process's studio, opened anew in this test's data folder."""
    sys.modules.pop("_audiokit_process", None)
    studio = shared_studio()
    studio.person()
    yield studio
    studio.close()
    sys.modules.pop("_audiokit_process", None)


@pytest.fixture
def recording(studio: Studio) -> KeptRecording:
    """A recording that was analysed."""
    batch = studio.sentiment.gathering.begin(ME, [SOUND[:2]])
    return analysed(studio, ME, batch.recordings[0].id)


def page(**address: str) -> AppTest:
    at = AppTest.from_file(APP, default_timeout=60).run()
    at.switch_page("pages/sentiment_analysis.py")
    for name, value in address.items():
        at.query_params[name] = value
    return at.run()


def opened(at: AppTest) -> str:
    """Return the batch that the address names; what AppTest was given is a text, what a page has put a list."""
    named = at.query_params["batch"]
    return named if isinstance(named, str) else str(named[0])


def texts(at: AppTest) -> str:
    shown = [*at.title, *at.header, *at.markdown, *at.caption, *at.error, *at.info, *at.success]
    return "\n".join(str(element.value) for element in shown)


def labels(at: AppTest) -> list[str]:
    return [button.label for button in at.button]


def component(at: AppTest, key: str) -> dict[str, Any]:
    """Return what a component of ours is given."""
    (proto,) = [element.proto for element in at.get("bidi_component") if element.proto.id.endswith(key)]
    data: dict[str, Any]
    (data,) = json.loads(getattr(proto, proto.WhichOneof("data")))
    return data


def toggle(at: AppTest, label: str) -> Any:
    return next(one for one in at.toggle if one.label == label)


def test_a_newcomer_is_told_what_this_is_and_that_it_is_no_diagnosis(studio: Studio) -> None:
    at = page()

    assert not at.exception
    assert at.title[0].value == "Hear what was felt, and see why"
    assert "Signals from this recording, not a diagnosis." in texts(at)
    assert studio.sentiment.library.batches(ME) == ()


@pytest.mark.usefixtures("studio")
def test_what_is_dropped_has_a_row_each_a_broken_one_its_sentence_and_the_button_bears_the_price() -> None:
    at = page()
    at.file_uploader[0].set_value([SOUND, BROKEN]).run()

    assert not at.exception
    first, second = component(at, f"sentiment.table.{opened(at)}")["rows"]
    assert (first["name"], first["words"], first["sentence"]) == ("call.wav", "Not begun", None)
    assert (second["words"], second["can_retry"]) == ("Failed", False)
    assert "not sound" in second["sentence"]
    assert "Analyse · free · 5 s" in labels(at)
    assert "call.wav: " in texts(at).replace("\\", "")  # the plan, before anything is sent


def test_what_is_asked_for_is_kept_with_the_batch_and_switching_voices_off_says_why_one_may_have_to(
    studio: Studio,
) -> None:
    at = page()
    at.file_uploader[0].set_value([SOUND]).run()
    toggle(at, "Read voices").set_value(False).run()
    (tiers,) = [group for group in at.button_group if str(group.key).startswith("sentiment.tier.")]
    tiers.set_value(Tier.FULL).run()

    options = studio.sentiment.library.batch(ME, opened(at)).options
    assert (options.reads_voice, options.tier) == (False, Tier.FULL)
    assert "AI Act" in texts(at)
    assert toggle(at, "Second opinion where it matters").disabled


def test_analyse_begins_with_the_limit_and_can_be_paused_and_gone_on_with(studio: Studio) -> None:
    at = page()
    at.file_uploader[0].set_value([SOUND]).run()
    at.text_input(key=f"sentiment.cap.{opened(at)}").set_value("0,50").run()
    at.button(key="sentiment.analyse").click().run()

    assert not at.exception
    assert {"Pause", "Cancel"} <= set(labels(at))
    assert "You can close this page" in texts(at)
    assert studio.sentiment.library.batch(ME, opened(at)).money.cap_nanousd == 500_000_000

    at.button(key="sentiment.pause").click().run()
    assert "Paused" in texts(at)
    at.button(key="sentiment.go_on").click().run()
    _, going = studio.sentiment.making.look(ME, opened(at))
    assert going is not None


def test_what_failed_on_the_way_says_so_and_can_be_tried_again(studio: Studio, recording: KeptRecording) -> None:
    values = {"state": Progress.FAILED.value, "trouble": "The server did not answer."}
    studio.sentiment.library.recordings.change(ME, recording.id, **values)
    at = page(batch=recording.batch_id)
    (row,) = component(at, f"sentiment.table.{recording.batch_id}")["rows"]
    at.button(key="sentiment.retry").click().run()

    assert (row["sentence"], row["can_retry"]) == ("The server did not answer.", True)
    assert "Pause" in labels(at)


def test_a_batch_shows_tones_contrasts_and_where_a_recording_turned(recording: KeptRecording) -> None:
    at = page(batch=recording.batch_id)

    (row,) = component(at, f"sentiment.table.{recording.batch_id}")["rows"]
    assert (row["words"], row["speakers"], row["contrasts"]) == ("Done", 2, 1)
    assert [family for _, _, family in row["strip"]] == ["heated", "warm", "heated", "warm", "bright"]


def test_a_batch_says_how_often_a_second_opinion_was_asked_for(studio: Studio, recording: KeptRecording) -> None:
    correcting, first = studio.sentiment.correcting, recording.segments[0]
    assert first.readings.first
    correcting.segments.keep_voice(recording.id, first.id, first.readings.first, is_second=True)

    shown = [element.value for element in page(batch=recording.batch_id).markdown]

    assert any("second opinion on 1 of 5 passages (20 %)" in text for text in shown)


def test_a_recording_shows_each_claim_with_its_proof(recording: KeptRecording) -> None:
    at = page(recording=recording.id)

    assert not at.exception
    assert "Signals from this recording, not a diagnosis." in texts(at)
    shown = component(at, f"sentiment.transcript.{recording.id}")
    third = shown["passages"][2]
    assert (third["tone"], third["agreement"], third["words"]["quote"]) == (
        "irritated",
        "contrasting",
        "Great. That would",
    )
    assert third["measured"]["figures"]["pitch"] == [212.0, 188.9, 2.0, 2.4]
    assert len(third["times"]) == len(third["text"].split())
    assert component(at, f"sentiment.player.{recording.id}")["tones"][0] == [0.0, 4.6, "heated", "irritated"]
    arcs = component(at, f"sentiment.arcs.{recording.id}")
    assert [voice["name"] for voice in arcs["voices"]] == ["Caller", "Agent"]
    assert "Words a minute" in str(at.get("html")[-1].proto.body)


def test_an_analysis_is_taken_away_in_every_format_and_a_reel_of_chosen_moments(recording: KeptRecording) -> None:
    at = page(recording=recording.id)
    web = TestClient(Starlette(routes=sentiment_routes(shared_studio)))
    names = ("Report", "CSV", "JSON", "SRT", "VTT")
    assert ["Nobody could tell me" in web.get(links(at)[name]).text for name in names] == [True] * 5

    before, moments = links(at)["Download MP3"], at.multiselect(key=f"sentiment.reel.{recording.id}")
    moments.select(moments.options[0]).run()
    assert not at.exception
    assert links(at)["Download MP3"] != before

    of_batch = links(page(batch=recording.batch_id))
    assert [web.get(of_batch[name]).status_code for name in ("CSV", "JSON", "ZIP")] == [200] * 3


def links(at: AppTest) -> dict[str, str]:
    return {one.proto.label: one.proto.url for one in at.get("link_button")}


def test_a_voice_that_is_named_beside_the_table_is_named_in_the_transcript(recording: KeptRecording) -> None:
    at = page(recording=recording.id)
    at.text_input(key=f"sentiment.name.{recording.id}.0").set_value("Mrs Okafor").run()

    names = [one["name"] for one in component(at, f"sentiment.transcript.{recording.id}")["speakers"]]
    assert names == ["Mrs Okafor", "Agent"]


def test_a_recording_that_is_read_again_shows_its_words_meanwhile_and_takes_no_changes(
    studio: Studio, recording: KeptRecording
) -> None:
    studio.sentiment.making.retry(ME, recording.batch_id, [recording.id])
    at = page(recording=recording.id)

    assert not at.exception
    shown = component(at, f"sentiment.transcript.{recording.id}")
    assert (shown["fixed"], len(shown["passages"])) == (True, 5)
    assert at.text_input(key=f"sentiment.name.{recording.id}.0").disabled


def test_a_recording_that_is_gone_is_told_and_leads_back(recording: KeptRecording, studio: Studio) -> None:
    studio.sentiment.library.remove_recording(ME, recording.id)
    at = page(batch=recording.batch_id, recording=recording.id)

    assert "not here any more" in at.error[0].value
    assert "All analyses" in labels(at)


def test_a_correction_from_the_browser_is_parsed_at_the_border() -> None:
    segment_id, correction = correction_of('{"id": "s1", "tone": "tense", "sentiment": null, "note": " She laughs. "}')
    assert correction is not None
    assert (segment_id, correction.tone, correction.sentiment, correction.note) == (
        "s1",
        Tone.TENSE,
        None,
        "She laughs.",
    )
    assert correction_of('{"id": "s1", "none": true}') == ("s1", None)
    for sent in ("", "[]", '{"id": "s1", "tone": "furious"}', '{"id": "s1", "sentiment": 3}', '{"sentiment": true}'):
        with pytest.raises(InputError):
            correction_of(sent)
