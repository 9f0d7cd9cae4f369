"""What Sentiment Analysis remembers of a visit, and what stands in the address: a batch, and one of its recordings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from audiokit.errors import NotFound
from audiokit.sentiment.kept import Batch, KeptRecording, Options
from audiokit.sentiment.service import SentimentService
from audiokit.ui import state, widgets

__all__ = ["NEW", "Asked", "Place", "SentimentPage", "batch", "person_id", "recording", "service", "tell", "visit"]

NEW = "new"
"""Stands in the address in place of a batch's id while nothing was uploaded yet."""

_PAGE = "sentiment"
_BATCH, _RECORDING = "batch", "recording"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A moment of a recording, which may be another one than that which is open."""

    recording_id: str
    segment_id: str
    name: str
    start_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question, and each sentence of its answer with the places that it rests on."""

    question: str
    answer: tuple[tuple[str, tuple[Place, ...]], ...]


@dataclass(slots=True)
class SentimentPage:
    """``trouble`` and ``told`` are sentences on the last press of a button, until they have been shown."""

    trouble: str | None = None
    told: str | None = None
    options: Options = field(default_factory=Options)  # of the next new batch
    cap_usd: str = ""
    sought: str = ""
    n_uploads: int = 0  # a drop zone is emptied by taking another one
    taken: set[str] = field(default_factory=set)  # files that the browser has told of already
    n_decided: int = 0  # corrections, words and names that came from the browser: it is told that they have arrived
    asked: dict[str, list[Asked]] = field(default_factory=dict)  # by the recording, the latest first
    drawn: tuple[KeptRecording, dict[str, Any]] | None = None  # as the browser was told it last

    @property
    def batch_id(self) -> str | None:
        """The batch that is open, from the address."""
        return st.query_params.get(_BATCH)

    @property
    def recording_id(self) -> str | None:
        """The recording that is open, from the address."""
        return st.query_params.get(_RECORDING)

    def show(self, batch_id: str | None, recording_id: str | None = None) -> None:
        """Open a batch, one of its recordings, or the list of all batches, from the next run on."""
        for name, value in ((_BATCH, batch_id), (_RECORDING, recording_id)):
            if value is None:
                st.query_params.pop(name, None)
            else:
                st.query_params[name] = value


def visit() -> SentimentPage:
    """Return what this page remembers of this visit."""
    if _PAGE not in st.session_state:
        st.session_state[_PAGE] = SentimentPage()
    page: SentimentPage = st.session_state[_PAGE]
    return page


def service() -> SentimentService:
    """Return the service that analyses recordings."""
    return state.studio().sentiment


def person_id() -> str:
    """Return who is here."""
    return state.person().id


def batch(page: SentimentPage) -> Batch | None:
    """Return the batch that is open, or None; one that is gone closes itself.

    Raises:
        NotFound: the address names a batch that is not this person's, or was removed.
    """
    if page.batch_id in {None, NEW}:
        return None
    try:
        return service().library.batch(person_id(), page.batch_id or "")
    except NotFound:
        page.show(None)
        raise


def recording(page: SentimentPage) -> KeptRecording | None:
    """Return the recording that is open, or None; one that is gone closes itself; errors as for :func:`batch`."""
    if page.recording_id is None:
        return None
    try:
        return service().library.recording(person_id(), page.recording_id)
    except NotFound:
        page.show(page.batch_id)
        raise


def tell(page: SentimentPage) -> None:
    """Show what became of the last press of a button, once."""
    if page.trouble is not None:
        st.error(widgets.plain(page.trouble), icon=":material/error:")
    if page.told is not None:
        st.success(widgets.plain(page.told), icon=":material/check_circle:")
    page.trouble = page.told = None
