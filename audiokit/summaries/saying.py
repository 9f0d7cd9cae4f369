"""How long a text takes to say, in plain words: the words of ordinary prose.

Words are not equally long, and figures are longer than they look. Measured on 300 sentences of 13 real PDFs, spoken by
one offline voice: by counting words, the length of a document's sentences is off by 17 % (standard deviation over the
documents, -26 to +30 %); by what is counted here, by 3 %. A voice's words per minute are of these, too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from audiokit.catalog.models import Provider
from audiokit.documents.document import count_words

__all__ = ["GENERAL_WORDS_PER_MINUTE", "density", "said_words", "usual_rate"]

GENERAL_WORDS_PER_MINUTE = 150.0
"""Of any voice that nobody has measured yet: people who read aloud do 140 to 180."""

# Plain words a minute, by the clips of 150 sentences of six real PDFs each, silence at the ends cut to 60 ms
# (2026-11-21, espeak-ng 1.52.0). From one document to another a voice differs by 2.5 % (standard deviation).
_OFFLINE_WORDS_PER_MINUTE: Mapping[str, float] = {
    "alloy": 163, "echo": 156, "fable": 163, "onyx": 151, "nova": 173, "shimmer": 177, "coral": 168,
    "verse": 166, "ballad": 154, "ash": 161, "sage": 158, "marin": 166, "cedar": 154,
}  # fmt: skip

# What a sign takes to be said, in letters: least squares over those 300 sentences. "7" is "seven", a comma is a pause.
_LETTERS_PER_WORD = 5.4  # with the pauses of ordinary prose
_DIGIT, _PAUSE, _SYMBOL, _SYLLABLE = 6.5, 3.7, 12.0, 3.0
_UNPARTED = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"  # a character is a syllable
_SYLLABLES = re.compile(rf"[{_UNPARTED}]")
_PAUSES = re.compile(r"[,;:.!?…](?=[\s\"'”’)])|\s[–—-](?=\s)|[、。，；：！？](?!$)")  # noqa: RUF001 - the full-width marks are meant
_SENTENCES = re.compile(r"(?<!\S)[^\W\d_][^.!?\n]{30,}[.!?](?=\s|$)", re.MULTILINE)
_SYMBOLS = re.compile(r"[%$€£=+<>/@&*~^|°×]")  # noqa: RUF001 - the sign of multiplication is meant


def said_words(text: str) -> float:
    """Return how many plain words a text is as long as, when said; pauses inside it count, those after it do not."""
    n_syllables = len(_SYLLABLES.findall(text))
    letters = (
        (sum(map(str.isalpha, text)) - n_syllables)
        + _DIGIT * sum(map(str.isdecimal, text))
        + _PAUSE * len(_PAUSES.findall(text))
        + _SYMBOL * len(_SYMBOLS.findall(text))
        + _SYLLABLE * n_syllables
    )
    return letters / _LETTERS_PER_WORD


def density(text: str) -> float:
    """Return how long the words of a text are, against plain ones; 1 where there are none.

    What is said of a text are its sentences: where it has some, figures in tables and formulas do not count.
    """
    said = "\n".join(_SENTENCES.findall(text)) or text
    n_words = count_words(said)
    return said_words(said) / n_words if n_words else 1.0


def usual_rate(voice: str, provider: Provider) -> float:
    """Return the plain words a minute to expect of a voice before any were measured."""
    if provider is Provider.OFFLINE:
        return _OFFLINE_WORDS_PER_MINUTE.get(voice, GENERAL_WORDS_PER_MINUTE)
    return GENERAL_WORDS_PER_MINUTE
