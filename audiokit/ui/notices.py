"""Sentences for the person: what went wrong, and who is answering."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from audiokit.catalog.models import Provider
from audiokit.errors import AudiokitError
from audiokit.studio import Studio
from audiokit.ui import widgets
from audiokit.ui.privacy.words import recordings_kept
from audiokit.ui.state import RecordPage

__all__ = ["engine", "retention", "shown", "trouble"]

_ADD_A_KEY = """
The offline engine hears English in draft quality (about one word in four wrong), speaks with a synthetic voice, does
sums and conversions, tells date and time, and reads from a document. It is not a chat model.

**To talk with OpenAI's models**, stop the app, set your key and start it again:

```bash
export OPENAI_API_KEY=sk-…
audiokit run
```

The key can also stand in `.streamlit/secrets.toml` as `OPENAI_API_KEY = "sk-…"`. For Azure set
`AZURE_OPENAI_ENDPOINT` and `AZURE_OPENAI_API_KEY`; for any server that speaks OpenAI's format, `OPENAI_BASE_URL`.
Several can stand in for each other, in an order: `AUDIOKIT_ENGINE=azure,openai,offline`.
"""


@contextmanager
def shown() -> Iterator[None]:
    """Show an error of ours as a sentence; let every other one through."""
    try:
        yield
    except AudiokitError as error:
        st.error(widgets.plain(str(error)), icon=":material/error:")


def trouble(page: RecordPage) -> None:
    """Show what went wrong at the last press of a button, once."""
    if page.trouble is not None:
        st.error(widgets.plain(page.trouble), icon=":material/error:")
        page.trouble = None


def engine(studio: Studio) -> None:
    """Say who is answering; if it is the offline engine, what it can and cannot do, and how to add a key."""
    if studio.endpoint.provider is not Provider.OFFLINE:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="engine"):
        st.markdown(
            ":material/offline_bolt: **The offline engine is answering:** free, on this machine", width="content"
        )
        with st.popover("What it can do, and how to add a key", type="tertiary"):
            st.markdown(_ADD_A_KEY)
    for sentence in studio.engine.capabilities().why_not if studio.engine else ():
        st.warning(sentence, icon=":material/info:")


def retention(studio: Studio, person_id: str) -> str:
    """Return the one line on where recordings go and how long they stay."""
    names = [wire.endpoint.name for wire in studio.wires if wire.endpoint.provider is not Provider.OFFLINE]
    goes = f"are sent to {' or '.join(names)} to be answered" if names else "stay on this machine"
    if studio.privacy.discretion.keeps_nothing(person_id):
        return f"Recordings {goes}. Nothing of the sound is kept."
    return f"Recordings {goes} and are {recordings_kept(studio.privacy, person_id, 'remove the conversation')}."
