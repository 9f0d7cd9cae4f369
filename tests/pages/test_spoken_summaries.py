"""Spoken Summaries through app.py, without a browser; nothing is spoken here but a sample, as no worker runs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from sqlalchemy import update
from streamlit.runtime.scriptrunner import StopException
from streamlit.testing.v1 import AppTest

from audiokit.errors import NotFound
from audiokit.store.tables import programme as programme_table
from audiokit.studio import Studio, shared_studio
from audiokit.summaries.formats import default_shape
from audiokit.summaries.kept import KeptProgramme, Placed, Progress, Recording
from audiokit.summaries.programmes import fingerprint_of
from audiokit.summaries.script import KeptLine, Line, LineState, Support
from audiokit.summaries.sources import Taking

APP = str(Path(__file__).resolve().parents[2] / "app.py")
ME = "local"
MEMO = ("memo.txt", b"The bridge was closed on Monday. " * 40, "text/plain")
BROKEN = ("broken.pdf", b"%PDF-1.4 nonsense", "application/pdf")


@pytest.fixture
def studio() -> Iterator[Studio]:
    """The process's studio, opened anew in this test's data folder."""
    sys.modules.pop("_audiokit_process", None)
    studio = shared_studio()
    studio.person()
    yield studio
    studio.close()
    sys.modules.pop("_audiokit_process", None)


def page(**address: str) -> AppTest:
    at = AppTest.from_file(APP, default_timeout=60).run()
    at.switch_page("pages/spoken_summaries.py")
    for name, value in address.items():
        at.query_params[name] = value
    return at.run()


def drop(at: AppTest, *files: tuple[str, bytes, str]) -> AppTest:
    return at.file_uploader[0].set_value(list(files)).run()


def opened(at: AppTest) -> str:
    """Return the programme that the address names; what AppTest was given is a text, what a page has put a list."""
    named = at.query_params["programme"]
    return named if isinstance(named, str) else str(named[0])


def open_one(studio: Studio, at: AppTest) -> KeptProgramme:
    return studio.summaries.library.open(ME, opened(at))


def scripted(studio: Studio, *texts: str) -> KeptProgramme:
    return studio.summaries.library.of_lines(
        ME, "Bridges", [Line(text=text) for text in texts], default_shape("interview")
    )


def texts(at: AppTest) -> str:
    shown = [*at.title, *at.header, *at.markdown, *at.caption, *at.error, *at.info, *at.success]
    return "\n".join(str(element.value) for element in shown)


def labels(at: AppTest) -> list[str]:
    return [button.label for button in at.button]


def component(at: AppTest, key: str) -> dict[str, Any]:
    """Return what a component of ours is given."""
    drawn = [element.proto for element in at.get("bidi_component")]
    (proto,) = [proto for proto in drawn if proto.id.endswith(key)]
    data: dict[str, Any]
    (data,) = json.loads(getattr(proto, proto.WhichOneof("data")))
    return data


def made(studio: Studio, *lines: KeptLine) -> KeptProgramme:
    """A programme whose lines have sound, as a worker would have left it."""
    programme = scripted(studio, *(line.line.text for line in lines))
    digest = studio.clips.keep(ME, b"RIFF", "audio/wav", "line")
    for kept, line in zip(programme.lines, lines, strict=True):
        sound = replace(line, id=kept.id, line=kept.line, clip_digest=digest, duration_s=2.0)
        studio.summaries.making.scripts.keep_sound(programme.id, sound)
    marks = [Placed(line_id=kept.id, start_s=2.0 * n, end_s=2.0 * n + 2) for n, kept in enumerate(programme.lines)]
    of = fingerprint_of(studio.summaries.library.open(ME, programme.id).lines)
    recording = Recording(
        clip_digest=digest, media_type="audio/wav", duration_s=4.0, peaks=(0.5,), marks=tuple(marks), of=of
    )
    studio.summaries.library.programmes.keep_recording(ME, programme.id, recording)
    return studio.summaries.library.open(ME, programme.id)


def test_a_newcomer_is_told_what_this_is_and_nothing_is_begun(studio: Studio) -> None:
    at = page()

    assert not at.exception
    assert at.title[0].value == "Listen to your documents"
    assert len(at.file_uploader) == 1
    assert studio.summaries.library.headings(ME) == ()


def test_documents_that_are_dropped_have_a_row_each_and_a_broken_one_its_sentence(studio: Studio) -> None:
    at = drop(page(), MEMO, BROKEN)

    assert not at.exception
    assert [source.trouble is None for source in open_one(studio, at).sources] == [True, False]
    assert "240 words" in texts(at)
    assert "damaged" in texts(at)
    assert any(label.startswith("Generate · free · ") for label in labels(at))


def test_what_is_taken_of_a_document_changes_length_and_price_at_once(studio: Studio) -> None:
    at = drop(page(), MEMO)
    (source,) = open_one(studio, at).sources
    (taking,) = [group for group in at.button_group if group.key == f"summaries.take.{source.id}.False"]
    taking.set_value(Taking.OFF).run()

    assert open_one(studio, at).sources[0].taking is Taking.OFF
    assert not any(label.startswith("Generate") for label in labels(at))
    assert "Add a document, or set one to be summarised" in texts(at)


def test_a_format_brings_its_length_and_voices_and_keeps_what_was_written(studio: Studio) -> None:
    at = drop(page(), MEMO)
    at.text_area(key=f"summaries.steering.{opened(at)}").set_value("Leave out the weather.").run()
    (formats,) = [group for group in at.button_group if str(group.key).startswith("summaries.format.")]
    formats.set_value("debate").run()

    shape = open_one(studio, at).shape
    assert (shape.format, shape.minutes, len(shape.personas)) == ("debate", 10, 3)
    assert shape.steering == "Leave out the weather."
    assert "Two sides argue" in texts(at)


def test_a_voice_can_be_heard_before_anything_is_made(studio: Studio) -> None:
    at = drop(page(), MEMO)
    (hear,) = [button for button in at.button if button.label == "Hear"]
    hear.click().run()

    assert not at.exception
    assert not at.error
    assert len(at.get("audio")) == 1
    assert len(studio.ledger.recent(ME, 10)) == 1


def test_files_that_were_not_read_yet_when_something_else_was_pressed_are_read_in_the_next_run(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, spinner = list[str](), st.spinner

    def interrupted(text: str) -> Any:
        began.append(text)
        if len(began) == 2:
            raise StopException  # as Streamlit does where another run is asked for
        return spinner(text)

    monkeypatch.setattr(st, "spinner", interrupted)
    at = drop(page(), MEMO, ("second.txt", b"The harbour is open. " * 20, "text/plain"))
    at.run()
    assert [source.name for source in open_one(studio, at).sources] == ["memo.txt", "second.txt"]


def test_a_limit_that_is_no_amount_is_refused_with_a_sentence_and_nothing_begins(studio: Studio) -> None:
    at = drop(page(), MEMO)
    at.text_input(key=f"summaries.cap.{opened(at)}").set_value("a little").run()
    at.button(key="summaries.generate").click().run()

    assert "an amount in dollars" in at.error[0].value
    assert open_one(studio, at).state is Progress.DRAFT


def test_generate_begins_a_job_with_the_limit_and_the_page_says_that_it_may_be_closed(studio: Studio) -> None:
    at = drop(page(), MEMO)
    at.text_input(key=f"summaries.cap.{opened(at)}").set_value("0,50").run()
    at.button(key="summaries.generate").click().run()

    programme = open_one(studio, at)
    assert programme.state is Progress.WRITING
    assert programme.goes_on
    assert programme.money.cap_nanousd == 500_000_000
    assert "You can close this page" in texts(at)
    assert {"Pause", "Cancel"} <= set(labels(at))


def test_each_document_becomes_a_programme_and_the_broken_one_a_sentence_in_the_library(studio: Studio) -> None:
    at = drop(page(), MEMO, ("other.txt", b"Another matter altogether. " * 40, "text/plain"), BROKEN)
    (split,) = [group for group in at.button_group if group.key == "summaries.split"]
    split.set_value(True).run()
    at.button(key="summaries.generate").click().run()

    headings = studio.summaries.library.headings(ME)
    assert sorted(heading.state for heading in headings) == [Progress.FAILED, Progress.WRITING, Progress.WRITING]
    assert "2 programmes are being made" in at.success[0].value
    assert at.title[0].value == "Spoken Summaries"


def test_a_script_is_shown_with_its_sources_and_with_what_nothing_supports(studio: Studio) -> None:
    at = drop(page(), MEMO)
    draft = open_one(studio, at)
    support = (Support(source_id=draft.sources[0].id, mark="p. 3", quote="The bridge was closed."),)
    lines = [Line(text="Hello."), Line(text="The bridge is closed.", support=support)]
    studio.summaries.editing.edit(ME, draft.id, [(None, line) for line in lines])
    at = page(programme=draft.id)

    shown = component(at, f"summaries.script.{draft.id}")
    assert [line["quotes"] for line in shown["lines"]] == [[], [["p. 3", "memo", "The bridge was closed."]]]
    assert "1 of 2 lines has no passage" in texts(at)
    assert any(label.startswith("Generate sound · free") for label in labels(at))


def test_a_made_programme_is_played_beside_its_lines_and_can_be_taken_away(studio: Studio) -> None:
    lines = [KeptLine(id="", line=Line(text=text), state=LineState.SPOKEN) for text in ("One.", "Two.")]
    programme = made(studio, *lines)
    at = page(programme=programme.id)

    assert not at.exception
    assert component(at, f"summaries.player.{programme.id}")["clip"]["duration_s"] == 4.0
    assert [line["start"] for line in component(at, f"summaries.reader.{programme.id}")["lines"]] == [0.0, 2.0]
    links = [element.proto for element in at.get("link_button")]
    assert {link.label for link in links} >= {"Download MP3", "M4B audiobook", "WAV", "Opus", "SRT", "ZIP"}
    assert all(link.url.startswith("/api/programme/") for link in links)


def test_a_line_that_was_said_wrongly_shows_both_texts_and_what_saying_it_again_costs(studio: Studio) -> None:
    wrong = KeptLine(
        id="",
        line=Line(text="It costs ten."),
        state=LineState.WRONG,
        trouble="A number differs.",
        heard="It costs two.",
    )
    programme = made(studio, wrong, KeptLine(id="", line=Line(text="Two."), state=LineState.SPOKEN))
    at = page(programme=programme.id)

    first, second = component(at, f"summaries.reader.{programme.id}")["lines"]
    assert (first["text"], first["trouble"], first["heard"]) == ("It costs ten.", "A number differs.", "It costs two.")
    assert first["price"] == "free"
    assert second["trouble"] is None
    assert "Say it again · free" in labels(at)


def test_a_stopped_programme_says_why_what_is_kept_and_how_it_goes_on(studio: Studio) -> None:
    programme = scripted(studio, "One.", "Two.")
    values = {"state": "paused", "trouble": "The limit is reached.", "job_id": "gone", "cap_nanousd": 500_000_000}
    studio.summaries.library.programmes.change(ME, programme.id, **values)
    at = page(programme=programme.id)

    assert "The limit is reached" in at.error[0].value.replace("\\", "")
    assert "Your script is kept. No line is spoken yet, and nothing was spent." in texts(at)
    assert {"Go on", "Raise the limit and go on"} <= set(labels(at))
    assert at.button(key="summaries.speak").proto.type == "secondary", "one button stands out: to go on"


def test_what_nobody_takes_up_says_that_there_may_be_no_worker(studio: Studio) -> None:
    at = drop(page(), MEMO)
    at.button(key="summaries.generate").click().run()
    assert "It begins in a moment." in texts(at)

    library, asked_at = studio.summaries.library, datetime.now(UTC) - timedelta(minutes=1)
    with library.programmes.database.write() as connection:
        connection.execute(update(programme_table).values(updated_at=asked_at))
    at.run()
    assert "there may be no worker" in texts(at)
    assert not at.metric, "there are no figures yet"


def test_a_recording_of_an_earlier_script_is_heard_and_not_taken_away(studio: Studio) -> None:
    programme = made(studio, KeptLine(id="", line=Line(text="One."), state=LineState.SPOKEN))
    at = page(programme=programme.id)
    assert "Download MP3" in [link.proto.label for link in at.get("link_button")]
    ((line_id, line),) = [(kept.id, kept.line) for kept in programme.lines]
    studio.summaries.editing.edit(ME, programme.id, [(line_id, replace(line, text="Other."))])
    at = page(programme=programme.id, view="listen")
    assert "The script has changed" in texts(at)
    assert not at.get("link_button")


def test_a_limit_belongs_to_its_programme_and_can_be_taken_away(studio: Studio) -> None:
    at = drop(page(), MEMO)
    field = f"summaries.cap.{opened(at)}"
    at.text_input(key=field).set_value("0,50").run()
    assert open_one(studio, at).money.cap_nanousd == 500_000_000
    assert at.text_input(key=field).value == "0.5"
    at.text_input(key=field).set_value("").run()
    assert open_one(studio, at).money.cap_nanousd is None
    at.text_input(key=field).set_value("0.20").run()

    other = scripted(studio, "One.")
    at.query_params["programme"] = other.id
    at.run()
    at.button(key="summaries.speak").click().run()
    assert studio.summaries.library.open(ME, other.id).money.cap_nanousd is None


def test_the_library_is_searched_and_what_is_deleted_there_is_gone(studio: Studio) -> None:
    kept, gone = scripted(studio, "About bridges."), scripted(studio, "About harbours.")
    at = page()
    at.text_input(key="summaries.sought").set_value("harbours").run()
    assert [button.key for button in at.button if "summaries.open" in str(button.key)] == [f"summaries.open.{gone.id}"]

    at.button(key=f"summaries.remove.{gone.id}").click().run()
    at.text_input(key="summaries.sought").set_value("").run()
    assert [heading.id for heading in studio.summaries.library.headings(ME)] == [kept.id]
    assert f"summaries.open.{kept.id}" in {button.key for button in at.button}


def test_a_duplicate_is_opened_and_named_as_one(studio: Studio) -> None:
    programme = scripted(studio, "One.")
    at = page(programme=programme.id)
    at.button(key="summaries.duplicate").click().run()

    copy = open_one(studio, at)
    assert copy.id != programme.id
    assert copy.title == "Bridges (copy)"
    assert [line.line.text for line in copy.lines] == ["One."]


def test_a_programme_that_is_gone_says_so_and_shows_the_library(studio: Studio) -> None:
    programme = scripted(studio, "One.")
    studio.summaries.library.remove(ME, programme.id)
    at = page(programme=programme.id)

    assert "not here any more" in at.error[0].value
    assert "programme" not in at.query_params
    with pytest.raises(NotFound):
        studio.summaries.library.open(ME, programme.id)
    assert at.title[0].value == "Listen to your documents"


def test_lines_of_a_table_become_a_script_with_voices_and_chapters(studio: Studio) -> None:
    at = page(programme="new")
    (way,) = [group for group in at.button_group if group.key == "summaries.way"]
    way.set_value(True).run()
    table = "text,voice,title\nWelcome.,marin,Entrance\nBuilt in 1902.,cedar,Hall 1\nMind the step.,marin,Hall 1\n"
    at.text_area(key="summaries.lines").set_value(table)
    at.button(key="summaries.lines.make").click().run()

    programme = open_one(studio, at)
    assert [(kept.line.text, kept.line.speaker, kept.line.chapter) for kept in programme.lines] == [
        ("Welcome.", 0, 0),
        ("Built in 1902.", 1, 1),
        ("Mind the step.", 0, 1),
    ]
    assert [persona.voice for persona in programme.shape.personas] == ["marin", "cedar"]
    assert programme.chapters == ("Entrance", "Hall 1")


def test_a_voice_that_nobody_has_is_refused_by_name_and_what_was_written_stays(studio: Studio) -> None:
    at = page(programme="new")
    (way,) = [group for group in at.button_group if group.key == "summaries.way"]
    way.set_value(True).run()
    at.text_area(key="summaries.lines").set_value("text,voice\nWelcome.,caruso\n")
    at.button(key="summaries.lines.make").click().run()

    assert "no voice called" in at.error[0].value
    assert "caruso" in at.error[0].value
    assert studio.summaries.library.headings(ME) == ()
    assert "caruso" in str(at.text_area(key="summaries.lines").value)
