"""What a press of a button does; it runs before the page is drawn again. An error of ours becomes its trouble."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import streamlit as st

from audiokit import money
from audiokit.errors import AudiokitError, InputError
from audiokit.summaries.script import Line
from audiokit.summaries.shape import Shape
from audiokit.summaries.sources import Taking
from audiokit.ui import uploads, widgets
from audiokit.ui.summaries.visit import NEW, View, person_id, service, visit

__all__ = [
    "accept",
    "add_address",
    "add_files",
    "add_pasted",
    "are_waiting",
    "cancel",
    "duplicate",
    "go_on",
    "limit",
    "make_each",
    "make_of_lines",
    "open_programme",
    "pause",
    "redo",
    "remove",
    "remove_source",
    "rename",
    "reshape",
    "speak",
    "take",
    "told",
    "write",
]


@contextmanager
def told() -> Iterator[None]:
    """Make an error of ours the page's trouble."""
    try:
        yield
    except AudiokitError as error:
        visit().trouble = str(error)


def open_programme(programme_id: str | None, view: View | None = None) -> None:
    """Open a programme, a new one, or the library."""
    visit().show(programme_id, view)


def add_files(uploader: str) -> None:
    """Read what was dropped, one after the other; one that cannot be read is told in its row.

    It is called where the page is drawn: a press of something else may stop it between two files, and what is not read
    yet is read in the next run.
    """
    page, files = visit(), _waiting(uploader)
    reader, person = service().gathering, person_id()
    with told():
        for number, file in enumerate(files, 1):
            which = f" ({number} of {len(files)})" if len(files) > 1 else ""
            name = uploads.name_of(file)
            with st.spinner(f"Reading {widgets.plain(name)}{which}…"):
                programme_id = _kept_id()
                page.taken.add(file.file_id)
                reader.add_files(person, programme_id, [(name, file.getvalue())])
                uploads.let_go(file)
    if files:
        page.n_uploads += 1


def are_waiting(uploader: str) -> bool:
    """Whether something was dropped that is not read yet."""
    return bool(_waiting(uploader))


def _waiting(uploader: str) -> list[Any]:
    return [file for file in st.session_state.get(uploader) or () if file.file_id not in visit().taken]


def add_pasted(field: str) -> None:
    """Take the text that was pasted."""
    if words := str(st.session_state[field]).strip():
        with told():
            service().gathering.add_pasted(person_id(), _kept_id(), words)
            st.session_state[field] = ""


def add_address(field: str) -> None:
    """Take what is at an address."""
    if address := str(st.session_state[field]).strip():
        with told(), st.spinner("Fetching it…"):
            service().gathering.add_address(person_id(), _kept_id(), address)
            st.session_state[field] = ""


def take(programme_id: str, source_id: str, field: str) -> None:
    """Say how much of a document is wanted."""
    with told():
        service().gathering.take(person_id(), programme_id, source_id, st.session_state[field] or Taking.OFF)


def remove_source(programme_id: str, source_id: str) -> None:
    """Take a document out."""
    with told():
        service().gathering.remove_source(person_id(), programme_id, source_id)


def reshape(programme_id: str | None, shape: Shape) -> None:
    """Change what a programme is to be; of a new one, what the next is to be."""
    page = visit()
    page.heard = None
    if programme_id is None:
        page.shape = shape
        return
    with told():
        service().editing.reshape(person_id(), programme_id, shape)
        page.shape = shape


def write(programme_id: str, *, goes_on: bool) -> None:
    """Have the script written, and spoken at once where it goes on."""
    with told():
        _heed_limit(programme_id)
        service().making.write(person_id(), programme_id, goes_on=goes_on)
        visit().show(programme_id)


def speak(programme_id: str) -> None:
    """Have every line spoken that has no sound."""
    with told():
        _heed_limit(programme_id)
        service().making.speak(person_id(), programme_id)
        visit().show(programme_id)


def redo(programme_id: str, line_ids: list[str]) -> None:
    """Have lines spoken again."""
    with told():
        _heed_limit(programme_id)
        service().making.redo(person_id(), programme_id, line_ids)
        visit().show(programme_id)


def accept(programme_id: str, line_id: str) -> None:
    """Take a line as it was said."""
    with told():
        service().editing.accept(person_id(), programme_id, line_id)


def pause(programme_id: str) -> None:
    """Begin nothing new for it."""
    with told():
        service().making.pause(person_id(), programme_id)


def cancel(programme_id: str) -> None:
    """Stop; what was made stays."""
    with told():
        service().making.cancel(person_id(), programme_id)
        visit().show(programme_id)


def go_on(programme_id: str, field: str | None = None) -> None:
    """Go on where it stopped; with a field, up to the limit that stands in it."""
    with told():
        cap = None if field is None else _in_nanousd(str(st.session_state[field]))
        service().making.go_on(person_id(), programme_id, cap_nanousd=cap)


def limit(programme_id: str, field: str) -> None:
    """Let it cost no more than what stands in a field; nothing there is no limit."""
    with told():
        _limit(programme_id, str(st.session_state[field]))


def _limit(programme_id: str, written: str) -> None:
    """Keep a limit; one that cannot be kept stands in the way of whatever costs something, until it is mended."""
    visit().limits[programme_id] = written
    service().making.limit(person_id(), programme_id, _in_nanousd(written))
    del visit().limits[programme_id]


def _heed_limit(programme_id: str) -> None:
    if (written := visit().limits.get(programme_id)) is not None:
        _limit(programme_id, written)


def rename(programme_id: str, field: str) -> None:
    """Give it another title."""
    if title := str(st.session_state[field]).strip():
        with told():
            service().editing.rename(person_id(), programme_id, title)


def duplicate(programme_id: str) -> None:
    """Begin another one like it, and open that."""
    with told():
        copy = service().library.duplicate(person_id(), programme_id)
        if copy.title:
            service().editing.rename(person_id(), copy.id, f"{copy.title} (copy)")
        visit().show(copy.id, View.SOURCES)


def remove(programme_id: str) -> None:
    """Remove it for good."""
    with told():
        service().library.remove(person_id(), programme_id)
        if visit().programme_id == programme_id:
            visit().show(None)


def make_each(programme_id: str) -> None:
    """Make a programme of each document that is taken; those that cannot be read say so in the library."""
    page, summaries = visit(), service()
    with told():
        _heed_limit(programme_id)
        begun = summaries.library.split(person_id(), programme_id)
        n_begun = sum(programme.state.is_under_way for programme in begun)
        page.is_split = False
        page.show(None)
        page.told = f"{n_begun} programmes are being made. You can close this page; they go on."


def make_of_lines(title: str, lines: Sequence[Line], chapters: Sequence[str], shape: Shape) -> None:
    """Begin a programme of lines that a person has written, and open its script."""
    summaries = service()
    made = summaries.library.of_lines(person_id(), title, lines, shape, chapters=chapters if any(chapters) else ())
    visit().show(made.id)


def _kept_id() -> str:
    """Return the programme that is open; a new one is kept from its first document on."""
    page = visit()
    if page.programme_id in {None, NEW}:
        page.show(service().gathering.begin(person_id(), page.shape).id)
    return page.programme_id or NEW


def _in_nanousd(written: str) -> int | None:
    digits = written.strip().removeprefix("$").strip().replace(",", ".")
    if not digits:
        return None
    whole, _, part = digits.partition(".")
    if not (whole + part).isdecimal() or not digits.isascii():
        raise InputError("The limit is an amount in dollars, such as 0.50. Write it with digits, or leave it empty.")
    return money.from_usd(digits)
