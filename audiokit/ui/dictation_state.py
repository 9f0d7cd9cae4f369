"""What "Voice to prompt" remembers between reruns, typed."""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st

from audiokit.converse.prompting.pipeline import PipelineService
from audiokit.converse.prompting.prompts import KeptPrompt
from audiokit.converse.prompting.styles import DEFAULT
from audiokit.errors import NotFound
from audiokit.ui import state

__all__ = ["DictationPage", "opened", "page"]

_PROMPT = "prompt"  # stands in the address, so that a reload finds it again


@dataclass(slots=True)
class DictationPage:
    """What is remembered of a visit; ``taken`` and ``trouble`` are as for the conversation.

    ``style`` is what the next recording is to be made into.
    """

    taken: set[str] = field(default_factory=set)
    trouble: str | None = None
    style: str = DEFAULT

    @property
    def prompt_id(self) -> str | None:
        """The prompt that is open, from the address."""
        return st.query_params.get(_PROMPT)

    def show(self, prompt_id: str | None) -> None:
        """Open another prompt, or none, from the next rerun on."""
        if prompt_id is None:
            st.query_params.pop(_PROMPT, None)
        else:
            st.query_params[_PROMPT] = prompt_id


def page() -> DictationPage:
    """Return what is remembered of this visit."""
    found: DictationPage = st.session_state.setdefault("dictation", DictationPage())
    return found


def opened(pipeline: PipelineService) -> KeptPrompt | None:
    """Return the prompt that is open, or None; one that is gone closes itself, and that is said."""
    remembered = page()
    if remembered.prompt_id is None:
        return None
    try:
        return pipeline.open(state.person().id, remembered.prompt_id)
    except NotFound as error:
        remembered.show(None)
        remembered.trouble = str(error)
        return None
