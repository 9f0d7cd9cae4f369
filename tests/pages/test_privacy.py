"""Privacy on the Account page, and the text before the first recording; through app.py, without a browser."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from conversing import ME, spoken
from felt import analysed
from player_source import speechlike, wav
from streamlit.testing.v1 import AppTest

from audiokit.converse.conversation import Options, Speaker, State
from audiokit.errors import NotAllowed
from audiokit.people.retention import Kind
from audiokit.studio import Studio, shared_studio
from audiokit.summaries.formats import default_shape
from audiokit.summaries.script import Line

APP = str(Path(__file__).resolve().parents[2] / "app.py")
TEXT = "We record **what you say** here, to answer it."


@pytest.fixture
def studio(monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    monkeypatch.setenv("AUDIOKIT_CONSENT", TEXT)
    sys.modules.pop("_audiokit_process", None)
    studio = shared_studio()
    studio.person()
    yield studio
    studio.close()
    sys.modules.pop("_audiokit_process", None)


def part(at: AppTest, name: str) -> AppTest:
    at.switch_page("pages/account.py").run()
    at.segmented_control(key="part").set_value(name).run()
    assert not at.exception
    assert not at.error
    return at


def test_a_person_agrees_records_sees_where_their_voice_is_and_has_it_deleted(studio: Studio) -> None:
    at = AppTest.from_file(APP, default_timeout=120).run()
    assert any(TEXT in one.value for one in at.markdown)
    conversation = studio.converse.start(ME, Options())
    with pytest.raises(NotAllowed, match="Agree to the text"):
        studio.converse.keep_take(ME, conversation.id, spoken())
    at.button(key="consent.agree").click().run()
    assert not any(TEXT in one.value for one in at.markdown)

    turn = studio.converse.keep_take(ME, conversation.id, spoken())
    part(at, "My data")
    assert any("What you said" in one.value and "stays until you delete it" in one.value for one in at.markdown)
    at.number_input(key="privacy.own.recordings").set_value(7).run()
    assert studio.privacy.retention.of(ME)[Kind.RECORDINGS].days == 7
    assert any("by your own rule" in one.value for one in at.markdown)
    at.toggle(key="privacy.redact").set_value(True).run()
    assert studio.privacy.discretion.redacts(ME)

    at.checkbox(key=f"privacy.chosen.{turn.clip_digest}").check().run()
    at.button(key="privacy.delete").click().run()
    assert studio.privacy.stored(ME) == ()
    assert any("No sound of yours" in one.value for one in at.caption)
    assert any("1 thing" in one.value and "as you asked" in one.value for one in at.markdown), "the receipt"

    at.button(key="privacy.withdraw").click().run()
    assert studio.privacy.consent.is_needed(ME)
    part(at, "Log")
    done = [one.value for one in at.markdown]
    assert all(any(what in line for line in done) for what in ("withdrew consent", "deleted", "changed retention"))
    part(at, "Retention")
    at.number_input(key="privacy.here.programmes").set_value(90).run()
    assert studio.privacy.retention.everybody()[Kind.PROGRAMMES] == 90


def test_everything_of_mine_is_one_archive_in_open_formats(studio: Studio) -> None:
    studio.privacy.consent.agree(ME)
    conversation = studio.converse.start(ME, Options())
    studio.converse.keep_take(ME, conversation.id, spoken())
    studio.converse.conversations.add_turn(conversation.id, Speaker.MODEL, State.ANSWERED, words="=1+1 is two.")
    studio.pipeline.capture(ME, spoken())
    studio.sentiment.gathering.begin(ME, [("a.wav", spoken())])
    studio.summaries.library.of_lines(ME, "Mine", [Line(text="A line.")], default_shape("summary"))

    file = io.BytesIO()
    name = studio.privacy.write_everything(ME, file)

    assert name.endswith(".zip")
    with ZipFile(file) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        kinds = {f"{one.partition('/')[0]}{Path(one).suffix}" for one in names if "/" in one}
        assert kinds >= {"conversations.zip", "prompts.json", "prompts.wav", "programmes.json", "analyses.wav"}
        assert {"ledger.csv", "audit.csv", "preferences.json", "receipts.json", "README.txt"} <= {*names}
        sound = next(one for one in names if one.startswith("analyses") and one.endswith(".wav"))
        assert archive.read(sound) == spoken()
        assert b"What could not be read" not in archive.read("README.txt")
    assert studio.privacy.log(ME)[0].action == "exported"


def test_pages_show_what_is_left_once_the_sound_and_then_the_words_are_gone(studio: Studio) -> None:
    studio.privacy.consent.agree(ME)
    batch = studio.sentiment.gathering.begin(ME, [("call.wav", wav(speechlike(4.0).tobytes()))])
    recording = analysed(studio, ME, batch.recordings[0].id)
    turn = studio.converse.keep_take(ME, studio.converse.start(ME, Options()).id, spoken())
    at = AppTest.from_file(APP, default_timeout=120).run()
    for kind in (Kind.RECORDINGS, Kind.TRANSCRIPTS):
        ids = [one.id for one in studio.privacy.deleting.holdings.kept(ME) if one.kind is kind]
        studio.privacy.delete(ME, ids)
        at.switch_page("pages/record_and_converse.py")
        at.query_params["conversation"] = turn.conversation_id
        at.run()
        assert not at.exception
        assert any("as you asked" in one.value for one in [*at.caption, *at.markdown, *at.warning, *at.error])
        if kind is Kind.RECORDINGS:
            at.switch_page("pages/sentiment_analysis.py")
            at.query_params["batch"] = batch.id
            at.query_params["recording"] = recording.id
            at.run()
            assert not at.exception
            left = studio.sentiment.library.recording(ME, recording.id)
            assert left.notes[-1].startswith("The sound was deleted on ")
            assert [one.text for one in left.segments] == [one.text for one in recording.segments]
    assert studio.sentiment.library.batches(ME) == (), "without sound and words nothing is left of it"
