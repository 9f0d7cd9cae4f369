"""Said as written? A line is compared with what was heard, by the longest run of words that differ, and with its sound.

Three witnesses. The reply's own transcript is exact where it is honest, so that one word that differs is wrong. The
sound says how long it lasts, which words had room, and whether it is speech at all; it cannot tell one short word from
another. A recogniser hears for itself and errs: it is asked only where the others are not enough, and judged by runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from audiokit.audio.clip import Clip
from audiokit.audio.voice.alignment import TimedWord
from audiokit.summaries.as_said import said
from audiokit.summaries.differing import Run, longest, runs
from audiokit.summaries.evidence import Evidence, evidence
from audiokit.words.word_times import Word

__all__ = ["Ears", "Verdict", "judge"]

_LONGER, _SHORTER = 0.20, -0.25  # beyond them is one right line in a hundred (400 of 13 offline voices, 2026-11)
_SQUEEZED, _BY_LENGTH = 0.45, 2.0
_RUSHED: Final = 0.75
_PLAINLY: Final = 0.7  # twice as long, or half
_SHORT_LINE_S, _SHORT_LINE_MARGIN_S = 2.5, 0.45
_MISHEARD_RUN: Final = 3  # words that a good recogniser does not get wrong side by side
_MOST_MISHEARD: Final = 0.3  # of the words, which a rough one mistakes for others
_LEANING: Final = 0.03  # of the sound's length: a word that is missing makes it shorter
_MOST_SHOWN: Final = 12


class Ears(Enum):
    """How far a recogniser can be trusted, if there is one."""

    NONE = "none"
    ROUGH = "rough"  # one word in four is wrong: the offline engine
    GOOD = "good"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is known so far. ``wrong_run`` are the words that differ, as they should be or, if added, as they are.

    ``trouble`` is a sentence for people, None where the line is right. ``wants_hearing``: it should be recognised and
    judged again; where it cannot be, the verdict stands.
    """

    is_right: bool
    wrong_run: str = ""
    trouble: str | None = None
    wants_hearing: bool = False


_RIGHT: Final = Verdict(is_right=True)


def judge(  # noqa: PLR0913 - the witnesses are independent, and each may be missing
    text: str,
    heard: str | None,
    clip: Clip,
    *,
    words_per_minute: float | None = None,
    timings: Sequence[TimedWord | Word] = (),
    language: str = "en",
    ears: Ears = Ears.NONE,
    recognised: str | None = None,
) -> Verdict:
    """Compare a line with what was said.

    ``heard`` is the reply's own transcript, None where it gave none; ``clip`` has no silence around it;
    ``words_per_minute`` is the voice's rate in plain words, None where it is not known: then only what is far too long
    or too short is told by the sound. ``recognised`` is what a recogniser heard, whose quality ``ears`` says.
    """
    written = said(text, language)
    known = words_per_minute if language == "en" else None
    found = evidence(text, clip, known, timings)
    if found.is_silent and written:
        return _wrong("", "Nothing is heard in this line.")
    if found.noise_s:
        return _wrong("", f"There is {found.noise_s:.0f} s of noise in this line.")
    told = () if heard is None else runs(written, said(heard, language))
    if recognised is None:
        return _by_account(told, found, has_account=heard is not None, ears=ears)
    return _by_hearing(told, found, runs(written, said(recognised, language)), len(written), ears)


def _by_account(told: Sequence[Run], found: Evidence, *, has_account: bool, ears: Ears) -> Verdict:
    """Judge by the reply's own words and the sound."""
    if (run := longest(told)) is not None:
        is_small = run.n_words < _MISHEARD_RUN and not run.has_number
        return _differs(run, wants_hearing=is_small and ears is Ears.GOOD)
    if (doubt := _doubt(found)) is not None:
        is_settled = ears is Ears.NONE or (ears is Ears.ROUGH and _is_plain(found))
        return _wrong("", doubt, wants_hearing=not is_settled)
    return Verdict(is_right=True, wants_hearing=not has_account and ears is Ears.GOOD)


def _by_hearing(told: Sequence[Run], found: Evidence, recognised: Sequence[Run], n_words: int, ears: Ears) -> Verdict:
    """Judge by what a recogniser heard, too."""
    run, doubt = longest(told), _doubt(found)
    if ears is not Ears.GOOD:
        if run is not None:
            return _differs(run)
        is_acquitted = doubt is None or (not _is_plain(found) and _is_nearly_the_script(recognised, n_words))
        return _RIGHT if is_acquitted else _wrong("", doubt or "")
    if run is not None and (run.has_number or run.n_words >= _MISHEARD_RUN or run in recognised):
        return _differs(run)  # or two witnesses say the same
    held_against = longest([one for one in recognised if _counts(one, found)])
    if held_against is not None:
        return _differs(held_against)
    return _wrong("", doubt or "") if _is_plain(found) else _RIGHT


def _counts(misheard: Run, found: Evidence) -> bool:
    """Whether what a good recogniser heard is held against a line: a long run, another number, or a missing word.

    One word instead of another is as often its own mistake; one too many or too few, if the sound has no less room.
    """
    if misheard.n_words >= _MISHEARD_RUN or _is_other_number(misheard):
        return True
    is_one_side = not misheard.written or not misheard.heard
    return is_one_side and misheard.n_too_many * found.too_long > _LEANING


def _is_nearly_the_script(recognised: Sequence[Run], n_words: int) -> bool:
    """Whether rough ears heard most of the words, and nowhere two too many or too few: then none is missing."""
    n_other = sum(run.n_words for run in recognised)
    balance = [run.n_too_many for run in recognised]
    return n_other <= _MOST_MISHEARD * n_words and all(abs(one) < 2 for one in [*balance, sum(balance)])


def _is_other_number(run: Run) -> bool:
    """Whether one number was heard in place of another, or none; "to" in place of 2 is a matter of spelling."""
    written, heard = ([word for word in words if word[0].isdigit()] for words in (run.written, run.heard))
    return written != heard and (bool(written and heard) or not run.heard or not run.written)


def _doubt(found: Evidence) -> str | None:
    """Return in a sentence what is odd about the sound, None where nothing is."""
    lasts = f"This line lasts {found.duration_s:.1f} s, and its words take about {found.usual_s:.1f} s"
    beyond_s = abs(found.duration_s - found.usual_s)
    if found.duration_s < _SHORT_LINE_S and beyond_s < _SHORT_LINE_MARGIN_S:
        return None
    if found.too_long > (_LONGER if found.is_rate_known else _PLAINLY):
        return f"{lasts}: something may have been added."
    is_rushed = -_BY_LENGTH * found.too_long - _SQUEEZED * found.squeezed > _RUSHED and found.too_long < 0
    is_short = found.too_long < _SHORTER or is_rushed
    return f"{lasts}: something may be missing." if is_short and (found.is_rate_known or _is_plain(found)) else None


def _is_plain(found: Evidence) -> bool:
    """Whether no voice varies so much."""
    return abs(found.too_long) > _PLAINLY


def _differs(run: Run, *, wants_hearing: bool = False) -> Verdict:
    written, heard = (_shown(words) for words in (run.written, run.heard))
    if not run.heard:
        return _wrong(written, f"“{written}” was left out.", wants_hearing=wants_hearing)
    if not run.written:
        return _wrong(heard, f"“{heard}” was added.", wants_hearing=wants_hearing)
    return _wrong(written, f"“{heard}” was said instead of “{written}”.", wants_hearing=wants_hearing)


def _shown(words: Sequence[str]) -> str:
    return " ".join(words[:_MOST_SHOWN]) + ("…" if len(words) > _MOST_SHOWN else "")


def _wrong(run: str, trouble: str, *, wants_hearing: bool = False) -> Verdict:
    advice = "Speak it again, or listen and accept it."
    return Verdict(is_right=False, wrong_run=run, trouble=f"{trouble} {advice}", wants_hearing=wants_hearing)
