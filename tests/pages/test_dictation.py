"""Voice to prompt, drawn without a browser."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import numpy as np
import pytest
from clips import noise, silence
from pipelines import ME
from streamlit.testing.v1 import AppTest

from audiokit.audio.clip import Clip
from audiokit.audio.wav import to_wav
from audiokit.converse.prompting.pipeline import PipelineService
from audiokit.converse.prompting.prompts import KeptPrompt, Stage
from audiokit.studio import shared_studio


@pytest.fixture
def pipeline() -> Iterator[PipelineService]:
    """The page's pipeline, on the process's studio, opened anew in this test's data folder."""
    sys.modules.pop("_audiokit_process", None)
    studio = shared_studio()
    studio.person()
    yield studio.pipeline
    studio.close()
    sys.modules.pop("_audiokit_process", None)


def page() -> None:
    """Stand for the page: this function is run as a script, so that it imports what it needs."""
    import streamlit as st  # noqa: PLC0415 - see above

    from audiokit.studio import shared_studio  # noqa: PLC0415
    from audiokit.ui import dictation  # noqa: PLC0415

    sent = st.session_state.setdefault("sent", [])
    dictation.show(shared_studio().pipeline, on_send=sent.append)


def open_page(prompt_id: str | None = None) -> AppTest:
    at = AppTest.from_function(page, default_timeout=30)
    if prompt_id is not None:
        at.query_params["prompt"] = prompt_id
    at.run()
    assert not at.exception
    return at


def speech_like() -> bytes:
    """Bursts of noise, as loud and as long as syllables, that pass for speech at the door."""
    burst, pause = noise(seconds=0.18, rms=0.1), silence(seconds=0.12)
    return to_wav(Clip(np.concatenate([burst, pause] * 6), 24_000))


def typed(pipeline: PipelineService, words: str = "write a a poem about rain") -> KeptPrompt:
    return pipeline.edit(ME, pipeline.capture(ME, speech_like()).id, transcript=words)


def labels(at: AppTest) -> list[str]:
    return [button.label for button in at.button]


def field(at: AppTest, name: str) -> str:
    (found,) = (area.value for area in at.text_area if area.label == name)
    return found or ""


def press(at: AppTest, pipeline: PipelineService, start: str) -> AppTest:
    """Press a button, and draw the page again once nothing runs."""
    next(button for button in at.button if button.label.startswith(start)).click().run()
    (heading,) = pipeline.headings(ME)
    for _ in range(600):
        if not pipeline.background.has(heading.id):
            assert not at.exception
            return at.run()
        time.sleep(0.05)  # another thread works; there is nothing to wait on but time
    raise AssertionError("nothing happened in 30 s")


def test_a_newcomer_sees_the_four_steps_and_where_to_record(pipeline: PipelineService) -> None:
    at = open_page()
    assert at.title[0].value == "Voice to prompt"
    steps = [name for name in ("Record", "Clean", "Transcribe", "Refine") if any(name in m.value for m in at.markdown)]
    assert len(steps) == 4
    assert at.audio_input
    assert pipeline.headings(ME) == ()


def test_a_take_is_kept_and_nothing_is_done_before_the_button_with_the_price(pipeline: PipelineService) -> None:
    at = open_page()
    at.audio_input[0].set_value(("take.wav", speech_like(), "audio/wav")).run()

    assert not at.exception
    (heading,) = pipeline.headings(ME)
    prompt = pipeline.open(ME, heading.id)
    assert pipeline.clips.read(ME, prompt.clip_digest or "") == speech_like()
    assert pipeline.ledger.of_turn(prompt.id) == ()
    assert "Make the prompt · free" in labels(at)
    assert at.query_params["prompt"] in (prompt.id, [prompt.id])


def test_a_silent_take_is_kept_and_the_page_says_why_it_goes_no_further(pipeline: PipelineService) -> None:
    at = open_page()
    at.audio_input[0].set_value(("take.wav", to_wav(Clip(silence(seconds=2), 24_000)), "audio/wav")).run()

    assert "Nothing was heard" in at.error[0].value
    assert not any(label.startswith("Make") for label in labels(at))
    assert len(pipeline.headings(ME)) == 1


def test_a_file_that_is_no_sound_is_refused_and_begins_nothing(pipeline: PipelineService) -> None:
    at = open_page()
    at.file_uploader[0].upload("notes.wav", b"%PDF-1.7 this is not sound", "audio/wav").run()
    assert "not sound" in at.error[0].value
    assert pipeline.headings(ME) == ()


def test_the_button_makes_a_prompt_that_can_be_sent_on(pipeline: PipelineService) -> None:
    at = press(open_page(typed(pipeline).id), pipeline, "Make the prompt")

    assert field(at, "Finished prompt") == "Write a poem about rain."
    assert not any(label.startswith("Make") for label in labels(at)), "nothing is left to do"
    at.button(key="dictation.send").click().run()
    assert at.session_state["sent"] == ["Write a poem about rain."]


def test_what_is_changed_on_the_page_is_kept_and_the_later_stage_is_out_of_date(pipeline: PipelineService) -> None:
    prompt = pipeline.run(ME, typed(pipeline).id)
    at = open_page(prompt.id)

    next(area for area in at.text_area if area.label == "Transcript").set_value("write a poem about snow").run()

    assert pipeline.open(ME, prompt.id).transcript == "write a poem about snow"
    assert any("Out of date" in markdown.value for markdown in at.markdown)
    assert "has changed since" in at.warning[0].value
    at = press(at, pipeline, "Make it again")
    assert field(at, "Finished prompt") == "Write a poem about snow."


def test_the_words_that_are_sent_are_those_that_stand_there(pipeline: PipelineService) -> None:
    at = open_page(pipeline.run(ME, typed(pipeline).id).id)
    next(area for area in at.text_area if area.label == "Finished prompt").set_value("Write a haiku.")
    at.button(key="dictation.send").click().run()
    assert at.session_state["sent"] == ["Write a haiku."]


def test_another_style_asks_for_another_prompt(pipeline: PipelineService) -> None:
    prompt = pipeline.run(ME, typed(pipeline).id)
    at = open_page(prompt.id)
    at.button_group[0].set_value("short").run()
    assert pipeline.open(ME, prompt.id).style == "short"
    at = press(at, pipeline, "Make it again")
    assert pipeline.open(ME, prompt.id).at(Stage.REFINE).runs == 2


def test_a_kept_prompt_is_reopened_renamed_and_removed(pipeline: PipelineService) -> None:
    prompt = pipeline.run(ME, typed(pipeline).id)
    at = open_page()
    at.button(key=f"dictation.open.{prompt.id}").click().run()
    assert field(at, "Transcript") == prompt.transcript

    at.text_input[0].set_value("Rain").run()
    assert at.title[0].value == "Rain"
    at.button(key="dictation.remove").click().run()
    assert pipeline.headings(ME) == ()
    assert at.title[0].value == "Voice to prompt"
    assert not pipeline.clips.owns(ME, prompt.clip_digest or "")


def test_a_prompt_that_is_gone_is_said_to_be_gone(pipeline: PipelineService) -> None:  # noqa: ARG001 - for the page
    at = open_page("0" * 32)
    assert "not here any more" in at.error[0].value
    assert at.audio_input
