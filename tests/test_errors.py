from __future__ import annotations

import inspect
import re

import pytest

from audiokit import errors
from audiokit.errors import AudiokitError, ClipTooLong, FileTooLarge

CLASSES = [c for _, c in inspect.getmembers(errors, inspect.isclass) if issubclass(c, AudiokitError)]


def test_the_tree_in_the_docstring_is_the_tree_in_the_code() -> None:
    drawn = set(re.findall(r"\b[A-Z][A-Za-z]+(?=\*|\s|$)", (errors.__doc__ or "").split("::")[1].split("(*")[0]))
    assert drawn == {c.__name__ for c in CLASSES}
    assert set(errors.__all__) == drawn


def test_what_is_starred_is_retryable_and_nothing_else() -> None:
    starred = set(re.findall(r"([A-Z][A-Za-z]+)\*", errors.__doc__ or ""))
    assert starred == {c.__name__ for c in CLASSES if c.retryable}


def test_an_error_is_a_sentence_with_details_beside_it() -> None:
    error = AudiokitError("Something happened. Do this.", status=429, request_id=None)
    assert str(error) == "Something happened. Do this."
    assert dict(error.detail) == {"status": 429}


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (ClipTooLong(duration_s=90.4, max_duration_s=60), "90 s"),
        (FileTooLarge(size_bytes=21_000_000, max_size_bytes=20_000_000), "21.0 MB"),
    ],
)
def test_a_limit_says_what_was_given_and_what_is_allowed(error: AudiokitError, shown: str) -> None:
    assert shown in str(error)
    assert str(error).endswith(".")
