"""Programmes made by a real worker process, with the offline engine: from documents to a recording."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from programmes import ME, opened, until_at_rest
from real import real_file

from audiokit.audio.decode import decode
from audiokit.audio.measuring.loudness import loudness
from audiokit.errors import InputError, NotFound
from audiokit.studio import Studio
from audiokit.summaries.formats import default_shape
from audiokit.summaries.kept import KeptProgramme, Progress
from audiokit.summaries.script import Line, LineState
from audiokit.summaries.sources import Taking

pytestmark = pytest.mark.usefixtures("speaking")
WHALES = b"""# Whales

Whales are mammals that live in the sea. They breathe air through a blowhole on top of the head. The blue whale is the
largest animal that has ever lived on earth. It eats small shrimps called krill, and up to four tonnes of it in a day.

Some whales sing. The songs of humpback whales last for twenty minutes and are repeated for hours. Nobody knows for
certain why they sing. Whales were hunted for their oil until nearly all of them were gone. Since nineteen eighty six
hunting has been forbidden in most countries, and their number grows again.
"""
SHORT = replace(default_shape("summary"), minutes=0.4)


@pytest.fixture(scope="module")
def speaking() -> None:
    pytest.importorskip("espeakng_loader")


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with opened(tmp_path_factory.mktemp("making")) as studio:
        yield studio


def calls_for(studio: Studio, programme: KeptProgramme) -> list[str | None]:
    """The lines that calls were made for, those that were there already left out."""
    return [entry.turn_id for entry in studio.ledger.of_conversation(programme.id) if not entry.cached]


@pytest.fixture(scope="module")
def made(studio: Studio) -> KeptProgramme:
    parts = studio.summaries
    begun = parts.gathering.begin(ME, SHORT)
    parts.gathering.add_files(ME, begun.id, [("whales.md", WHALES), ("broken.pdf", b"%PDF-1.7 nothing")])
    parts.making.write(ME, begun.id, goes_on=True)
    return until_at_rest(studio, begun)


def test_documents_become_one_recording_of_the_length_that_was_asked_for(studio: Studio, made: KeptProgramme) -> None:
    assert (made.state, made.trouble) == (Progress.MADE, None)
    assert made.title
    assert made.recording is not None
    assert made.recording.duration_s == pytest.approx(24, rel=0.25), "of half a minute, a sentence is a fifth"
    assert [mark.line_id for mark in made.recording.marks] == [line.id for line in made.lines]
    sound = decode(studio.clips.read(ME, made.recording.clip_digest))
    assert sound.duration_s == pytest.approx(made.recording.duration_s, abs=0.05)
    assert loudness(sound).integrated_lufs == pytest.approx(-16, abs=0.5)


def test_what_cannot_be_read_says_so_and_stops_nothing(made: KeptProgramme) -> None:
    whales, broken = made.sources
    assert (whales.trouble, whales.taking) == (None, Taking.SUMMARY)
    assert broken.trouble is not None
    assert broken.trouble.endswith(".")
    assert not broken.is_taken


def test_every_line_says_where_it_comes_from(made: KeptProgramme) -> None:
    quoted = [support for kept in made.lines for support in kept.line.support]
    assert quoted
    plain = " ".join(WHALES.decode().split())
    assert all(support.quote in plain for support in quoted)
    assert {support.source_id for support in quoted} == {made.sources[0].id}


def test_editing_one_line_costs_one_call(studio: Studio, made: KeptProgramme) -> None:
    parts, before = studio.summaries, calls_for(studio, made)
    first, *others = made.lines
    changed = replace(first.line, text="Whales are not fish.")
    edited = parts.editing.edit(ME, made.id, [(first.id, changed), *((kept.id, kept.line) for kept in others)])
    assert (edited.state, edited.n_spoken) == (Progress.WRITTEN, len(others))

    parts.making.speak(ME, made.id)
    again = until_at_rest(studio, made)

    assert again.state is Progress.MADE
    assert calls_for(studio, made)[len(before) :] == [first.id]
    assert [kept.clip_digest for kept in again.lines[1:]] == [kept.clip_digest for kept in others]


def test_the_same_line_in_another_programme_costs_nothing(studio: Studio, made: KeptProgramme) -> None:
    lines = [kept.line for kept in studio.summaries.library.open(ME, made.id).lines]
    copied = studio.summaries.library.of_lines(ME, "Again", lines, SHORT)
    studio.summaries.making.speak(ME, copied.id)
    spoken = until_at_rest(studio, copied)
    entries = studio.ledger.of_conversation(copied.id)
    assert spoken.n_spoken == len(lines)
    assert len(entries) == len(lines)
    assert all(entry.cached for entry in entries)


def test_a_copy_with_another_voice_is_spoken_anew_and_the_first_one_stays(studio: Studio, made: KeptProgramme) -> None:
    was = studio.summaries.library.open(ME, made.id)
    persona = replace(was.shape.personas[0], voice="cedar")
    copy = studio.summaries.library.duplicate(ME, made.id, replace(was.shape, personas=(persona,)))
    assert [kept.line.text for kept in copy.lines] == [kept.line.text for kept in was.lines]
    assert copy.n_spoken == 0
    assert studio.summaries.library.open(ME, made.id) == was
    studio.summaries.library.remove(ME, copy.id)
    with pytest.raises(NotFound):
        studio.summaries.library.open(ME, copy.id)
    assert studio.clips.read(ME, was.lines[0].clip_digest or "")


def test_ten_documents_at_once_two_of_them_broken(studio: Studio) -> None:
    files = [(f"{number}.md", WHALES.replace(b"Whales", b"Number %d" % number)) for number in range(8)]
    files += [("locked.pdf", b"%PDF-1.7 nothing"), ("empty.txt", b"")]
    begun = studio.summaries.library.batch(ME, files, replace(SHORT, minutes=0.15))
    over = [until_at_rest(studio, programme) for programme in begun]
    assert [programme.state for programme in over] == [*[Progress.MADE] * 8, *[Progress.FAILED] * 2]
    sentences = {programme.trouble for programme in over[8:]}
    assert len(sentences) == 2
    assert all(sentence and sentence.endswith(".") for sentence in sentences)


def test_a_programme_that_is_paused_goes_on_where_it_stopped(studio: Studio) -> None:
    lines = [Line(text=f"This is sentence number {number} of a long list of sentences.") for number in range(30)]
    making, programme = studio.summaries.making, studio.summaries.library.of_lines(ME, "Long", lines, SHORT)
    making.speak(ME, programme.id)
    until = time.monotonic() + 60
    while making.look(ME, programme.id)[0].n_spoken == 0 and time.monotonic() < until:
        time.sleep(0.05)
    paused = making.pause(ME, programme.id)
    assert paused.state is Progress.PAUSED
    making.go_on(ME, programme.id)
    with pytest.raises(InputError, match="Pause or cancel"):
        studio.summaries.editing.edit(ME, programme.id, [])
    over = until_at_rest(studio, programme)
    assert (over.state, over.n_spoken) == (Progress.MADE, 30)
    calls = calls_for(studio, programme)
    assert len(calls) == len(set(calls)) == 30


def test_what_is_wrong_with_a_request_is_a_sentence_before_anything_begins(studio: Studio) -> None:
    parts = studio.summaries
    empty = parts.gathering.begin(ME, SHORT)
    with pytest.raises(InputError, match="No document is taken"):
        parts.making.write(ME, empty.id, goes_on=True)
    with pytest.raises(InputError, match="no script"):
        parts.making.speak(ME, empty.id)
    with pytest.raises(NotFound):
        parts.making.speak("somebody else", empty.id)
    assert parts.library.open(ME, empty.id).state is Progress.DRAFT


def test_a_line_that_a_person_does_not_like_is_made_anew(studio: Studio, made: KeptProgramme) -> None:
    was = studio.summaries.library.open(ME, made.id)
    kept = was.lines[-1]
    studio.summaries.making.redo(ME, made.id, [kept.id])
    again = until_at_rest(studio, made)
    assert again.state is Progress.MADE
    assert again.line(kept.id).line.is_starred
    assert again.line(kept.id).state is LineState.SPOKEN
    assert calls_for(studio, made)[-1] == kept.id


@pytest.mark.real
def test_a_real_pdf_in_its_own_pages(studio: Studio) -> None:
    data = real_file("documents/gabrielchua__open-notebooklm/examples__1310.4546v1.pdf").read_bytes()
    begun = studio.summaries.gathering.begin(ME, replace(SHORT, minutes=1.0))
    studio.summaries.gathering.add_files(ME, begun.id, [("paper.pdf", data)])
    studio.summaries.making.write(ME, begun.id, goes_on=False)
    written = until_at_rest(studio, begun)
    assert (written.state, written.n_spoken) == (Progress.WRITTEN, 0)
    marks = [support.mark for kept in written.lines for support in kept.line.support]
    assert marks
    assert all(mark.startswith("p. ") for mark in marks)
