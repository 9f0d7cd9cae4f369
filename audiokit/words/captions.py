"""Cues as files that players take: SubRip (SRT), which has no standard, and WebVTT (w3.org/TR/webvtt1)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from audiokit.words.cues import Cue

__all__ = ["as_srt", "as_vtt"]

_WORD_JOINER = "\u2060"  # not seen, and no line breaks at it
_TAKEN_FOR_MARKUP = re.compile(r"(?<=--)(?=>)|(?<=<)(?=[A-Za-z/!])|(?<=\{)(?=\\)")
_REFERENCES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def as_srt(cues: Sequence[Cue]) -> str:
    r"""Return SubRip; who speaks stands before the first words of each stretch.

    It has no way to escape: ``-->``, ``<b`` and ``{\``, which players take for markup, are parted by a word joiner.
    """
    return "".join(f"{number}\n{_times(cue, ',')}\n{_srt_text(cue)}\n\n" for number, cue in enumerate(cues, 1))


def as_vtt(cues: Sequence[Cue]) -> str:
    """Return WebVTT; who speaks is its voice, which players may show or not."""
    return "WEBVTT\n" + "".join(f"\n{_times(cue, '.')}\n{_vtt_text(cue)}\n" for cue in cues)


def _srt_text(cue: Cue) -> str:
    return _TAKEN_FOR_MARKUP.sub(_WORD_JOINER, cue.prefix + "\n".join(cue.lines))


def _vtt_text(cue: Cue) -> str:
    voice = f"<v {cue.speaker.translate(_REFERENCES)}>" if cue.speaker else ""
    return voice + "\n".join(cue.lines).translate(_REFERENCES)


def _times(cue: Cue, point: str) -> str:
    return f"{_clock(cue.start_ms, point)} --> {_clock(cue.end_ms, point)}"


def _clock(at_ms: int, point: str) -> str:
    """Return an instant; hours have two digits or more."""
    seconds, milliseconds = divmod(at_ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}{point}{milliseconds:03}"
