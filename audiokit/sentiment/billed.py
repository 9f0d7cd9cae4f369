"""Answers that came, were paid for, and are of no use: to whoever asks for a reading, these are answers too."""

from __future__ import annotations

from audiokit.errors import ProviderError
from audiokit.speech.failures import may_be_billed
from audiokit.speech.wire import NOT_OPENAI

__all__ = ["is_paid", "sentence_of"]

_FILTERED = "content_filter"  # Azure refuses what was sent with this code, and would again


def is_paid(error: ProviderError) -> bool:
    """Whether this is what there is to know of a passage, so that asking again would only be paid for again.

    A server that does not answer in OpenAI's format is set up wrongly, which a person can mend.
    """
    if str(error) == NOT_OPENAI:
        return False
    return may_be_billed(error) or error.detail.get("code") == _FILTERED


def sentence_of(error: ProviderError) -> str:
    """Return what happened, without what a person could do next: nobody is asked to do it."""
    return f"{str(error).split('. ', maxsplit=1)[0].rstrip('.')}."
