"""What is said in a programme, with the time of each caption, and of each word for karaoke."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from audiokit.summaries.view import ProgrammeView
from audiokit.words.captions import as_vtt
from audiokit.words.cues import Cue, Spoken, cues
from audiokit.words.plain_text import one_line
from audiokit.words.word_times import times_of

__all__ = ["as_karaoke", "captions"]

_HEADER = "WEBVTT\n"
_REFERENCES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_SIGNS = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"  # Chinese and Japanese: no spaces between words
_TOKEN = re.compile(f"\\s*(?:[{_SIGNS}]|[^\\s{_SIGNS}]+)")

_Timed = tuple[str, int]  # a word with the white space before it, and when it is said, in ms


def captions(view: ProgrammeView) -> tuple[Cue, ...]:
    """Return the captions of what is heard; who speaks is named where that changes, and only if there are several."""
    return tuple(cue for _, of_line in _by_line(view) for cue in of_line)


def as_karaoke(view: ProgrammeView) -> str:
    """Return WebVTT in which every word stands behind the time at which it is said (w3.org/TR/webvtt1, 4.2.2).

    Where the words of a line have no times, its captions have only their own: nothing is made up.
    """
    return _HEADER + "".join(block for said, of_line in _by_line(view) for block in _blocks(said, of_line))


def _by_line(view: ProgrammeView) -> Iterator[tuple[Spoken, list[Cue]]]:
    """Yield each line that has words, with its captions."""
    spoken = _spoken(view)
    groups = list[list[Cue]]()
    for cue in cues(spoken):
        if cue.is_first:
            groups.append([])
        groups[-1].append(cue)
    before: str | None = None
    for said, group in zip(spoken, groups, strict=True):
        is_new, before = said.speaker != before, said.speaker
        yield said, [replace(cue, is_first=cue.is_first and is_new) for cue in group]


def _spoken(view: ProgrammeView) -> list[Spoken]:
    names = view.speakers if len(view.voices) > 1 else ("",) * len(view.speakers)
    return [
        Spoken(
            start_s=line.place.start_s,
            end_s=line.place.end_s,
            speaker=names[line.speaker],
            text=line.text,
            words=line.words,
        )
        for line in view.lines
        if line.place and one_line(line.text)
    ]


def _blocks(said: Spoken, of_line: Sequence[Cue]) -> Iterator[str]:
    """Yield the captions of one line as WebVTT has them, with the times of its words between these."""
    tokens = [_TOKEN.findall(text) for cue in of_line for text in cue.lines]
    times = times_of([token for line in tokens for token in line], said.words, said.start_s, said.end_s)
    starts_ms = (round(1000 * start_s) for start_s, _ in times)
    lines = iter([[(token, next(starts_ms)) for token in line] for line in tokens])
    for cue in of_line:
        of_cue = [next(lines) for _ in cue.lines]
        opening = as_vtt([replace(cue, lines=())]).removeprefix(_HEADER)[:-1]
        yield f"{opening}{_stamped(cue, of_cue) if said.words else _plain(of_cue)}\n"


def _plain(lines: Sequence[Sequence[_Timed]]) -> str:
    return "\n".join("".join(token for token, _ in line) for line in lines).translate(_REFERENCES)


def _stamped(cue: Cue, lines: Sequence[Sequence[_Timed]]) -> str:
    """Return the words with the times that lie within the caption, each later than the one before."""
    text, last_ms = "", cue.start_ms
    for number, line in enumerate(lines):
        text += "\n" if number else ""
        for token, at_ms in line:
            word = token.lstrip()
            text += token[: len(token) - len(word)]
            if last_ms < at_ms < cue.end_ms:
                text, last_ms = f"{text}<{_clock(at_ms)}>", at_ms
            text += word.translate(_REFERENCES)
    return text


def _clock(at_ms: int) -> str:
    minutes, ms = divmod(at_ms, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{ms // 1000:02}.{ms % 1000:03}"
