"""What a press of a button does; it runs before the page is drawn again. An error of ours becomes its trouble."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from audiokit import money
from audiokit.errors import AudiokitError, InputError
from audiokit.sentiment.kept import Options
from audiokit.sentiment.readings import Correction
from audiokit.sentiment.tone import Tone
from audiokit.ui import uploads, widgets
from audiokit.ui.sentiment.visit import NEW, Asked, Place, person_id, service, visit

__all__ = [
    "add_files",
    "add_take",
    "analyse",
    "ask",
    "ask_for",
    "cancel",
    "correct",
    "correction_of",
    "go_on",
    "name_in",
    "name_of",
    "open_batch",
    "open_recording",
    "pause",
    "remove",
    "remove_recording",
    "rename",
    "rename_recording",
    "retry",
    "rewrite",
    "told",
]


@contextmanager
def told() -> Iterator[None]:
    """Make an error of ours the page's trouble."""
    try:
        yield
    except AudiokitError as error:
        visit().trouble = str(error)


def open_batch(batch_id: str | None) -> None:
    """Open a batch, a new one, or the list of all."""
    visit().show(batch_id)


def open_recording(batch_id: str, recording_id: str) -> None:
    """Open a recording of a batch."""
    visit().show(batch_id, recording_id)


def add_files(uploader: str) -> None:
    """Keep what was dropped, and look at it; one that cannot be read is told in its row."""
    page = visit()
    files = [file for file in st.session_state.get(uploader) or () if file.file_id not in page.taken]
    if not files:
        return
    page.taken.update(file.file_id for file in files)
    named = [(uploads.name_of(file), file.getvalue()) for file in files]
    of = widgets.plain(named[0][0]) if len(files) == 1 else f"{len(files)} recordings"
    with told(), st.spinner(f"Looking at {of}…"):
        _add(named)
        uploads.let_go(*files)
    page.n_uploads += 1


def add_take(recorder: str) -> None:
    """Keep what was recorded here."""
    page, take = visit(), st.session_state.get(recorder)
    if take is None or take.file_id in page.taken:
        return
    page.taken.add(take.file_id)
    name = f"Recorded {datetime.now(UTC).astimezone():%-d %B %Y, %H.%M}.wav"
    with told(), st.spinner("Keeping the recording…"):
        _add([(name, take.getvalue())])
        uploads.let_go(take)
        page.n_uploads += 1


def ask_for(batch_id: str | None, options: Options) -> None:
    """Change what is asked for; of a new batch, what the next is to be asked."""
    visit().options = options
    if batch_id is not None:
        with told():
            service().gathering.ask_for(person_id(), batch_id, options)


def analyse(batch_id: str) -> None:
    """Begin."""
    with told():
        service().making.start(person_id(), batch_id, cap_nanousd=_in_nanousd(visit().cap_usd))


def pause(batch_id: str) -> None:
    """Begin nothing new for it."""
    with told():
        service().making.pause(person_id(), batch_id)


def cancel(batch_id: str) -> None:
    """Stop; what was done stays."""
    with told():
        service().making.cancel(person_id(), batch_id)


def go_on(batch_id: str, field: str | None = None) -> None:
    """Go on where it stopped; with a field, up to the limit that stands in it."""
    with told():
        cap = None if field is None else _in_nanousd(str(st.session_state[field]))
        service().making.go_on(person_id(), batch_id, cap_nanousd=cap)


def retry(batch_id: str, recording_ids: Sequence[str] = ()) -> None:
    """Try again what failed; all of it where none are named."""
    with told():
        service().making.retry(person_id(), batch_id, recording_ids)


def rename(batch_id: str, field: str) -> None:
    """Give a batch another title."""
    if title := str(st.session_state[field]).strip():
        with told():
            service().library.rename(person_id(), batch_id, title)


def rename_recording(recording_id: str, field: str) -> None:
    """Give a recording another name."""
    with told():
        service().library.rename_recording(person_id(), recording_id, str(st.session_state[field]))


def remove(batch_id: str) -> None:
    """Remove a batch for good."""
    with told():
        service().library.remove(person_id(), batch_id)
        if visit().batch_id == batch_id:
            visit().show(None)


def remove_recording(batch_id: str, recording_id: str) -> None:
    """Remove one recording for good."""
    with told():
        service().library.remove_recording(person_id(), recording_id)
        if visit().recording_id == recording_id:
            visit().show(batch_id)


def correct(recording_id: str, sent: str) -> None:
    """Keep what a person says of a passage in place of its readings, or take that back."""
    visit().n_decided += 1
    with told():
        segment_id, correction = correction_of(sent)
        service().correcting.correct(person_id(), recording_id, segment_id, correction)


def rewrite(recording_id: str, sent: str) -> None:
    """Put other words in the place of those that were recognised."""
    visit().n_decided += 1
    with told():
        given = _read(sent)
        service().correcting.rewrite(person_id(), recording_id, str(given.get("id", "")), str(given.get("text", "")))


def name_of(recording_id: str, sent: str) -> None:
    """Give a voice the name that the browser sends, wherever it speaks in the recording."""
    with told():
        given = _read(sent)
        number = given.get("number")
        if isinstance(number, int):
            name_speaker(recording_id, number, str(given.get("name", "")))


def name_in(recording_id: str, number: int, field: str) -> None:
    """Give a voice the name that stands in a field."""
    name_speaker(recording_id, number, str(st.session_state[field]))


def name_speaker(recording_id: str, number: int, name: str) -> None:
    """Give a voice a name."""
    visit().n_decided += 1
    if name := name.strip():
        with told():
            service().correcting.name_speaker(person_id(), recording_id, number, name)


def ask(recording_id: str, field: str, *, of_all: bool) -> None:
    """Ask a question of this recording, or of all."""
    question = str(st.session_state[field] or "").strip()
    if not question:
        return
    with told(), st.spinner("Looking for the answer…"):
        answers = service().asking.ask(person_id(), question, () if of_all else (recording_id,))
        places = _places(dict.fromkeys(moment[0] for answer in answers for moment in answer.moments))
        said = tuple((one.cited.text, tuple(places[at] for at in one.moments if at in places)) for one in answers)
        visit().asked.setdefault(recording_id, []).insert(0, Asked(question=question, answer=said))


def _places(recording_ids: Iterable[str]) -> dict[tuple[str, str], Place]:
    """Return where each moment of these recordings is, by the ids of recording and segment."""
    opened = (service().library.recording(person_id(), recording_id) for recording_id in recording_ids)
    return {
        (one.id, segment.id): Place(recording_id=one.id, segment_id=segment.id, name=one.name, start_s=segment.start_s)
        for one in opened
        for segment in one.segments
    }


def correction_of(sent: str) -> tuple[str, Correction | None]:
    """Return the segment and what the browser says of it; None takes a correction back.

    Raises:
        InputError: it is nothing that the form could have sent.
    """
    given = _read(sent)
    segment_id = str(given.get("id", ""))
    if given.get("none"):
        return segment_id, None
    tone, sentiment = given.get("tone"), given.get("sentiment")
    is_figure = isinstance(sentiment, int | float) and not isinstance(sentiment, bool) and -1 <= sentiment <= 1
    if (tone is not None and tone not in set(Tone)) or not (sentiment is None or is_figure):
        raise InputError("This correction could not be read. Load the page again.")
    return segment_id, Correction(
        tone=Tone(tone) if tone is not None else None,
        sentiment=float(sentiment) if isinstance(sentiment, int | float) else None,
        note=str(given.get("note") or "").strip()[:500],
        at=datetime.now(UTC),
    )


def _read(sent: str) -> dict[str, Any]:
    try:
        given = json.loads(sent)
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise InputError("What the browser sent could not be read. Load the page again.")
    return given


def _add(files: Sequence[tuple[str, bytes]]) -> None:
    """Add to the batch that is open; a new one begins with its first files."""
    page = visit()
    if page.batch_id in {None, NEW}:
        page.show(service().gathering.begin(person_id(), files, page.options).id)
    else:
        service().gathering.add(person_id(), page.batch_id or NEW, files)


def _in_nanousd(written: str) -> int | None:
    digits = written.strip().removeprefix("$").strip().replace(",", ".")
    if not digits:
        return None
    whole, _, part = digits.partition(".")
    if not (whole + part).isdecimal() or not digits.isascii():
        raise InputError("The limit is an amount in dollars, such as 0.50. Write it with digits, or leave it empty.")
    return money.from_usd(digits)
