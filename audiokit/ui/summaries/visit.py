"""What Spoken Summaries remembers of a visit, and what stands in the address: which programme, and which side of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import streamlit as st

from audiokit.catalog.models import Role
from audiokit.errors import NotFound
from audiokit.summaries.formats import default_shape
from audiokit.summaries.kept import KeptProgramme
from audiokit.summaries.service import SummariesService
from audiokit.summaries.shape import Shape
from audiokit.ui import state, widgets

__all__ = ["NEW", "SummariesPage", "View", "person_id", "programme", "service", "tell", "visit", "voices"]

NEW = "new"
"""Stands in the address in place of an id while a programme has nothing in it, and is kept nowhere."""

_PAGE = "summaries"
_PROGRAMME, _VIEW = "programme", "view"


class View(StrEnum):
    """A side of a programme."""

    SOURCES = "sources"
    SCRIPT = "script"
    LISTEN = "listen"


@dataclass(slots=True)
class SummariesPage:
    """``trouble`` and ``told`` are sentences on the last press of a button, until they have been shown."""

    trouble: str | None = None
    told: str | None = None
    shape: Shape = field(default_factory=lambda: default_shape("summary"))  # of the next new programme
    of_lines: bool = False  # a new programme is made of lines, not of documents
    is_split: bool = False  # a programme is made of each document
    limits: dict[str, str] = field(default_factory=dict)  # that are no amounts, as they stand in the field, by id
    sought: str = ""
    order: str = ""
    n_shown: int = 0  # of the library, beyond what is shown at first
    n_uploads: int = 0  # a drop zone is emptied by taking another one
    taken: set[str] = field(default_factory=set)  # files that the browser has told of already
    shorter: dict[str, str] = field(default_factory=dict)  # what is proposed for lines, by their ids
    seen: str = ""  # the browser's name for the state of the script that it sent last
    refused: str = ""  # the browser's name for one that was not taken, since another window had changed the script
    saved: dict[str, str] = field(default_factory=dict)  # the state of the script after what this window saved, by id
    heard: tuple[str, bytes] | None = None  # a voice that was asked for, and what it said

    @property
    def programme_id(self) -> str | None:
        """The programme that is open, from the address."""
        return st.query_params.get(_PROGRAMME)

    @property
    def view(self) -> View | None:
        """The side of it that was asked for, from the address."""
        asked = st.query_params.get(_VIEW)
        return next((view for view in View if view.value == asked), None)

    def show(self, programme_id: str | None, view: View | None = None) -> None:
        """Open a programme, or the library, from the next run on."""
        self.shorter, self.heard = {}, None
        for name, value in ((_PROGRAMME, programme_id), (_VIEW, view.value if view else None)):
            if value is None:
                st.query_params.pop(name, None)
            else:
                st.query_params[name] = value


def visit() -> SummariesPage:
    """Return what this page remembers of this visit."""
    if _PAGE not in st.session_state:
        st.session_state[_PAGE] = SummariesPage()
    page: SummariesPage = st.session_state[_PAGE]
    return page


def service() -> SummariesService:
    """Return the service that makes programmes."""
    return state.studio().summaries


def person_id() -> str:
    """Return who is here."""
    return state.person().id


def programme(page: SummariesPage) -> KeptProgramme | None:
    """Return the programme that is open, or None; one that is gone closes itself.

    Raises:
        NotFound: the address names a programme that is not this person's, or was removed.
    """
    if page.programme_id in {None, NEW}:
        return None
    try:
        return service().library.open(person_id(), page.programme_id or "")
    except NotFound:
        page.show(None)
        raise


def voices(shape: Shape) -> tuple[str, ...]:
    """Return the voices that there are for a shape today."""
    studio = state.studio()
    return tuple(studio.choose(Role.SPEAK, shape.tier, person_id=person_id()).model.voices_at(studio.endpoint.provider))


def tell(page: SummariesPage) -> None:
    """Show what became of the last press of a button, once."""
    if page.trouble is not None:
        st.error(widgets.plain(page.trouble), icon=":material/error:")
    if page.told is not None:
        st.success(widgets.plain(page.told), icon=":material/check_circle:")
    page.trouble = page.told = None
