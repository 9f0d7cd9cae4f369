"""Where a programme stands, whatever is pressed when, in however many windows; no worker runs here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from audiokit.documents.fetched import Fetched
from audiokit.errors import BudgetExceeded, InputError, NotFound, StoreError
from audiokit.jobs.queue import Jobs
from audiokit.jobs.values import Json
from audiokit.store.tables import clip
from audiokit.studio import Studio, open_studio
from audiokit.summaries.formats import default_shape
from audiokit.summaries.kept import KeptProgramme, Placed, Progress, Recording
from audiokit.summaries.making import Making
from audiokit.summaries.outline import Outline
from audiokit.summaries.planning import Planner
from audiokit.summaries.programmes import fingerprint_of
from audiokit.summaries.script import Line, LineState
from audiokit.summaries.scripts import ScriptChanged
from audiokit.summaries.shape import Shape
from audiokit.summaries.writer import Writer

ME = "local"
SHAPE = default_shape("announcement")
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def studio() -> Iterator[Studio]:
    studio = open_studio()
    studio.person()
    yield studio
    studio.close()


def scripted(studio: Studio, *texts: str) -> KeptProgramme:
    return studio.summaries.library.of_lines(ME, "T", [Line(text=text) for text in texts or ("One.", "Two.")], SHAPE)


def spoken(studio: Studio, programme: KeptProgramme, *, wrong: bool = False) -> KeptProgramme:
    """As a worker leaves it: a clip for each line, and one of all."""
    for number, kept in enumerate(programme.lines):
        digest = studio.clips.keep(ME, b"sound %d of %s" % (number, programme.id.encode()), "audio/wav", "line")
        state = LineState.WRONG if wrong else LineState.SPOKEN
        sound = replace(kept, clip_digest=digest, duration_s=1.0, state=state, n_tries=3, key=f"key {number}")
        studio.summaries.making.scripts.keep_sound(programme.id, sound)
    return recorded(studio, programme)


def recorded(studio: Studio, programme: KeptProgramme) -> KeptProgramme:
    lines = studio.summaries.library.open(ME, programme.id).lines
    digest = studio.clips.keep(ME, b"whole of " + programme.id.encode(), "audio/flac", "programme")
    marks = tuple(Placed(line_id=kept.id, start_s=n, end_s=n + 1) for n, kept in enumerate(lines))
    whole = Recording(
        clip_digest=digest,
        media_type="audio/flac",
        duration_s=len(lines),
        peaks=(),
        marks=marks,
        of=fingerprint_of(lines),
    )
    studio.summaries.library.programmes.keep_recording(ME, programme.id, whole)
    return studio.summaries.library.open(ME, programme.id)


def put_back(studio: Studio, programme: KeptProgramme, state: Progress, job_id: str | None) -> None:
    """As it was left a good while ago."""
    programmes = replace(studio.summaries.library.programmes, now=lambda: LONG_AGO)
    programmes.change(ME, programme.id, state=state.value, job_id=job_id)


def clips_of(studio: Studio) -> set[str]:
    with studio.database.read() as connection:
        return {row.digest for row in connection.execute(select(clip.c.digest).where(clip.c.kind != "document"))}


def test_one_whose_job_was_never_started_has_stopped_and_goes_on(studio: Studio) -> None:
    making, programme = studio.summaries.making, scripted(studio)
    for job_id in (None, making.jobs.new()):
        put_back(studio, programme, Progress.MAKING, job_id)
        stopped, going = making.look(ME, programme.id)
        assert (stopped.state, going) == (Progress.FAILED, None)
        assert "go on with it" in (stopped.trouble or "")
        again = making.go_on(ME, programme.id)
        assert again.state is Progress.MAKING
        assert making.look(ME, programme.id)[1] is not None
        making.cancel(ME, programme.id)


def test_one_that_is_just_being_started_is_not_taken_for_stopped(studio: Studio) -> None:
    making, programme = studio.summaries.making, scripted(studio)
    making.programmes.change(ME, programme.id, state=Progress.MAKING.value, job_id=making.jobs.new())
    found, going = making.look(ME, programme.id)
    assert found.state is Progress.MAKING
    assert going is not None
    assert going.is_waiting


def test_one_whose_job_is_forgotten_by_now_goes_on_and_can_be_removed(studio: Studio) -> None:
    making, gone = studio.summaries.making, scripted(studio)
    for programme in (gone, scripted(studio)):
        put_back(studio, programme, Progress.FAILED, "forgotten.1")
        if programme is gone:
            assert making.go_on(ME, programme.id).state is Progress.MAKING
            put_back(studio, programme, Progress.FAILED, "forgotten.1")
        studio.summaries.library.remove(ME, programme.id)
        with pytest.raises(NotFound):
            studio.summaries.library.open(ME, programme.id)


def test_a_worker_that_comes_late_begins_nothing_that_was_cancelled(studio: Studio) -> None:
    making, programme = studio.summaries.making, scripted(studio)
    making.speak(ME, programme.id)
    making.cancel(ME, programme.id)
    with pytest.raises(InputError, match="cancelled"):
        making.workshop.begin(ME, programme.id, Progress.MAKING.value)
    making.workshop.settle(ME, programme.id, Progress.PAUSED.value, "The limit is reached.")
    found, going = making.look(ME, programme.id)
    assert (found.state, found.trouble, going) == (Progress.WRITTEN, None, None)


def test_a_pause_that_comes_late_leaves_it_made(studio: Studio) -> None:
    making, programme = studio.summaries.making, spoken(studio, scripted(studio))
    job = making.jobs.start("make_programme", ME, ME, programme.id)
    making.programmes.change(ME, programme.id, state=Progress.MAKING.value, job_id=job)

    class Done(Jobs):
        """The worker is done a moment before the pause."""

        def pause(self, job: str) -> None:
            recorded(studio, programme)
            super().pause(job)

    late = replace(making, jobs=Done(None, studio.settings.data_dir))
    assert late.pause(ME, programme.id).state is Progress.MADE


def test_a_new_job_leaves_a_paused_one_for_good(studio: Studio) -> None:
    making, programme = studio.summaries.making, scripted(studio)
    first = making.speak(ME, programme.id).job_id
    making.pause(ME, programme.id)
    second = making.speak(ME, programme.id).job_id
    assert first is not None
    assert second not in {None, first}
    assert making.jobs.state(first).is_over, "else it would wait for ever"


def test_the_old_script_stays_until_there_is_a_plan_for_a_new_one(studio: Studio) -> None:
    parts, was = studio.summaries, spoken(studio, scripted(studio))
    parts.gathering.add_pasted(ME, was.id, "The bridge was closed on Monday. It opens again in May. " * 20)
    parts.editing.reshape(ME, was.id, replace(default_shape("summary"), minutes=0.5, personas=SHAPE.personas))
    parts.making.write(ME, was.id, goes_on=False)
    going = parts.making.look(ME, was.id)[1]
    assert going is not None
    assert (going.stage, going.done) == ("Writing the script", 0), "whatever was spoken of the old one"
    assert [kept.line.text for kept in parts.library.open(ME, was.id).lines] == ["One.", "Two."]
    parts.making.cancel(ME, was.id)
    assert parts.library.open(ME, was.id).lines, "and where nothing comes of it, it is still there"

    parts.making.write(ME, was.id, goes_on=False)
    parts.making.workshop.plan(ME, was.id)
    assert parts.library.open(ME, was.id).lines == ()


def test_a_title_that_a_person_gives_while_it_is_written_stays(studio: Studio) -> None:
    parts, begun = (
        studio.summaries,
        studio.summaries.gathering.begin(ME, replace(default_shape("summary"), minutes=0.5)),
    )
    parts.gathering.add_pasted(ME, begun.id, "The bridge was closed on Monday. It opens again in May. " * 20)

    class Slow(Writer):
        """Somebody gives it a title while the model thinks."""

        def outline(self, *args: Any, **named: Any) -> Outline:
            parts.editing.rename(ME, begun.id, "Mine")
            return super().outline(*args, **named)

    workshop = parts.making.workshop
    replace(workshop, writer=Slow(workshop.writer.places)).plan(ME, begun.id)
    named = parts.library.open(ME, begun.id)
    assert named.title == "Mine"
    assert named.chapters


def test_of_two_windows_the_later_one_is_told_and_loses_nothing(studio: Studio) -> None:
    editing, programme = studio.summaries.editing, scripted(studio)
    first, second = programme.lines
    state = programme.script_state
    here = [(first.id, replace(first.line, text="Mine.")), (second.id, second.line)]
    after = editing.edit(ME, programme.id, here, follows={state})
    with pytest.raises(ScriptChanged, match="Yours is still here"):
        editing.edit(ME, programme.id, [(first.id, first.line)], chapters=["X"], follows={state})
    assert studio.summaries.library.open(ME, programme.id) == after, "nor are the titles of its chapters changed"

    mine = editing.edit(ME, programme.id, [(first.id, first.line)], follows={state, after.script_state})
    assert [kept.line.text for kept in mine.lines] == ["One."]


def test_a_title_of_a_chapter_is_a_change_and_a_sound_is_none(studio: Studio) -> None:
    programme = scripted(studio)
    state = programme.script_state
    assert spoken(studio, programme).script_state == state
    assert studio.summaries.editing.edit(ME, programme.id, _same(programme), chapters=["A"]).script_state != state


def test_a_script_that_is_again_as_recorded_is_made(studio: Studio) -> None:
    programme = spoken(studio, scripted(studio))
    one, two = _same(programme)
    assert studio.summaries.editing.edit(ME, programme.id, [two, one]).state is Progress.WRITTEN
    assert studio.summaries.editing.edit(ME, programme.id, [one, two]).state is Progress.MADE


def _same(programme: KeptProgramme) -> list[tuple[str | None, Line]]:
    return [(kept.id, kept.line) for kept in programme.lines]


def test_nothing_is_edited_once_another_window_has_begun_to_speak(studio: Studio) -> None:
    parts, programme = studio.summaries, scripted(studio)

    class Begun(Making):
        """Somebody begins right after it was seen to be at rest."""

        def at_rest(self, person_id: str, programme_id: str) -> KeptProgramme:
            found = parts.making.at_rest(person_id, programme_id)
            parts.making.speak(person_id, programme_id)
            return found

    making = Begun(**{name: getattr(parts.making, name) for name in parts.making.__dataclass_fields__})
    with pytest.raises(InputError, match="being worked on"):
        replace(parts.editing, making=making).edit(ME, programme.id, [])
    assert len(parts.library.open(ME, programme.id).lines) == 2
    parts.making.cancel(ME, programme.id)


def test_documents_that_come_while_others_are_read_are_all_there(studio: Studio) -> None:
    gathering, programme = studio.summaries.gathering, studio.summaries.gathering.begin(ME, SHAPE)
    gathering.add_pasted(ME, programme.id, "Taken out meanwhile.", "Out")
    (out,) = studio.summaries.library.open(ME, programme.id).sources

    def fetch(address: str) -> Fetched:
        gathering.add_pasted(ME, programme.id, "Came meanwhile.", "In")
        gathering.remove_source(ME, programme.id, out.id)
        return Fetched(data=b"From the web, in a sentence.", name="page.txt", address=address)

    found = replace(gathering, fetch=fetch).add_address(ME, programme.id, "https://example.org/page.txt")
    assert [source.name for source in found.sources] == ["In", "https://example.org/page.txt"]


def test_what_has_begun_of_many_documents_is_not_begun_again_when_another_one_cannot_be(studio: Studio) -> None:
    parts, begun = studio.summaries, studio.summaries.gathering.begin(ME, replace(SHAPE, minutes=0.5))
    for number in range(3):
        parts.gathering.add_pasted(ME, begun.id, f"Number {number} is a text of some words. " * 9, f"No {number}")

    class Full(Jobs):
        """The disk is full from the second one on."""

        n_started = 0

        def start(self, workflow: str, person_id: str, *args: Json, **named: str | None) -> str:
            self.n_started += 1
            if self.n_started > 1:
                raise StoreError("The disk is full.")
            return super().start(workflow, person_id, *args, **named)

    making = replace(parts.making, jobs=Full(None, studio.settings.data_dir))
    with pytest.raises(StoreError):
        replace(parts.library, making=making).split(ME, begun.id)
    left = parts.library.open(ME, begun.id)
    assert [source.title for source in left.sources] == ["No 1", "No 2"]


def test_no_sound_stays_that_nothing_has(studio: Studio) -> None:
    parts, programme = studio.summaries, spoken(studio, scripted(studio), wrong=True)
    first, second = programme.lines
    assert clips_of(studio) >= {first.clip_digest, second.clip_digest}
    parts.making.redo(ME, programme.id, [first.id])
    assert first.clip_digest not in clips_of(studio), "that of a line that is to be said again"
    parts.making.cancel(ME, programme.id)
    heard = parts.making.sample(ME, SHAPE, 0)
    again = parts.making.sample(ME, SHAPE, 0)
    assert heard == again
    assert clips_of(studio) == {second.clip_digest, programme.recording and programme.recording.clip_digest}
    calls = [entry for entry in studio.ledger.recent(ME, 10) if not entry.cached]
    assert len(calls) == 1, "a voice is paid for once"
    parts.library.remove(ME, programme.id)
    assert clips_of(studio) == set()


def test_a_line_that_was_removed_while_it_was_spoken_leaves_no_sound(studio: Studio) -> None:
    parts, programme = studio.summaries, scripted(studio, "This is said while it is taken out.")
    workshop, (line,) = parts.making.workshop, programme.lines
    parts.library.scripts.put(ME, programme.id, ())
    workshop._spoken(ME, programme.id, line, SHAPE)
    assert clips_of(studio) == set()


def test_what_stood_in_the_way_is_not_held_against_a_job_that_goes_on_later(studio: Studio) -> None:
    parts, programme = studio.summaries, scripted(studio)
    parts.library.programmes.change(ME, programme.id, cap_nanousd=-1)
    now = [0.0]
    workshop = replace(parts.making.workshop, clock=lambda: now[0])
    first, second = programme.lines
    with pytest.raises(BudgetExceeded):
        workshop.speak(ME, programme.id, first.id)
    parts.library.programmes.change(ME, programme.id, cap_nanousd=None)
    with pytest.raises(BudgetExceeded):
        workshop.speak(ME, programme.id, second.id)
    now[0] += 60
    assert workshop.speak(ME, programme.id, second.id) == LineState.SPOKEN.value


def test_a_line_in_another_voice_is_a_new_one_however_often_it_was_spoken_before(studio: Studio) -> None:
    parts, programme = studio.summaries, spoken(studio, scripted(studio))
    persona = replace(SHAPE.personas[0], voice="cedar")
    parts.editing.reshape(ME, programme.id, replace(SHAPE, personas=(persona,)))
    revoiced = parts.library.open(ME, programme.id)
    assert [(kept.n_tries, kept.state, kept.takes_better) for kept in revoiced.lines] == [
        (0, LineState.WRITTEN, False),
        (0, LineState.WRITTEN, False),
    ]
    workshop = parts.making.workshop
    assert workshop.to_speak(ME, programme.id) == [kept.id for kept in revoiced.lines]
    assert workshop.speak(ME, programme.id, revoiced.lines[0].id) == LineState.SPOKEN.value


def test_a_line_that_may_be_said_again_is_in_the_price_and_stays_when_nobody_can_say_it(studio: Studio) -> None:
    parts, programme = studio.summaries, spoken(studio, scripted(studio), wrong=True)
    first, _ = programme.lines
    parts.library.scripts.keep_sound(programme.id, replace(first, n_tries=1))
    n_priced = list[bool]()

    class Counting(Planner):
        def line_cost(self, shape: Shape, text: str, duration_s: float, *, is_starred: bool = False) -> int | None:
            n_priced.append(is_starred)
            return super().line_cost(shape, text, duration_s, is_starred=is_starred)

    planner = parts.planner
    Counting(planner.places, planner.made, planner.programmes).quote(parts.library.open(ME, programme.id))
    assert n_priced == [True], "the one that has tries left, by the better model"

    assert parts.making.workshop._failed(programme.id, first.id, "Nobody answered.") == LineState.WRONG.value
    assert parts.library.open(ME, programme.id).line(first.id).clip_digest == first.clip_digest


def test_a_limit_that_could_not_be_kept_is_refused_before_anything_is_paid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIOKIT_ENGINE", "compatible")
    monkeypatch.setenv("AUDIOKIT_COMPATIBLE_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("AUDIOKIT_MODELS", '{"speak": "a-voice-of-our-own", "converse": "a-voice-of-our-own"}')
    studio = open_studio()
    studio.person()
    try:
        making, programme = studio.summaries.making, scripted(studio)
        with pytest.raises(InputError, match="no limit can be kept"):
            making.limit(ME, programme.id, 1_000)
        with pytest.raises(InputError, match="no limit can be kept"):
            making.speak(ME, programme.id, cap_nanousd=1_000)
        programme = spoken(studio, programme)
        making.programmes.change(ME, programme.id, cap_nanousd=1_000)
        with pytest.raises(InputError, match="no limit can be kept"):
            making.redo(ME, programme.id, [programme.lines[0].id])
        assert making.programmes.open(ME, programme.id).n_spoken == 2, "no line has lost its sound"
        assert making.limit(ME, programme.id, None).money.cap_nanousd is None
    finally:
        studio.close()
