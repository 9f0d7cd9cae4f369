"""What is said in a programme, as plain text and as Markdown with its sources as footnotes; for people to read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC

from audiokit.summaries.script import Support
from audiokit.summaries.view import Heard, ProgrammeView
from audiokit.words.markdown import escaped
from audiokit.words.plain_text import one_line

__all__ = ["as_markdown", "as_text", "clock", "disclosure", "sources_of"]

_UNKNOWN_SOURCE = "a source that is not known any more"


def as_text(view: ProgrammeView) -> str:
    """Return plain text, one paragraph for each stretch of one voice."""
    parts = [view.name, _about(view), *_from(view)]
    for stretch in _stretches(view):
        if stretch.chapter:
            parts.append(f"\n{one_line(stretch.chapter)}\n")
        said = " ".join(one_line(line.text) for line in stretch.lines)
        parts.append(f"[{clock(stretch.start_s)}] {_speaker(view, stretch)}{said}")
    return "\n".join([*parts, *(f"\n{note}" for note in _notes(view))]) + "\n"


def as_markdown(view: ProgrammeView) -> str:
    """Return Markdown in which nothing that is said is Markdown, or HTML; quotes stand in footnotes."""
    notes = dict[Support, int]()
    parts = [f"# {escaped(view.name)}", f"*{escaped(_about(view))}*", *map(escaped, _from(view))]
    for stretch in _stretches(view):
        if stretch.chapter:
            parts.append(f"## {clock(stretch.start_s)} · {escaped(stretch.chapter)}")
        said = " ".join(_with_references(line, notes) for line in stretch.lines)
        name = _speaker(view, stretch)
        parts.append(f"**{escaped(name.strip())}** {said}" if name else said)
    parts += [f"*{escaped(note)}*" for note in _notes(view)]
    parts += [f"[^{number}]: {_cited(view, support)}" for support, number in notes.items()]
    return "\n\n".join(parts) + "\n"


def clock(at_s: float) -> str:
    """Return an instant for people: 0:07, 12:34, 1:02:03."""
    minutes, seconds = divmod(int(at_s), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}" if minutes >= 60 else f"{minutes}:{seconds:02}"


def sources_of(view: ProgrammeView) -> tuple[str, ...]:
    """Return the names of the documents that something said stands on, each once; of all if that is not known."""
    cited = dict.fromkeys(support.source_id for line in view.lines for support in line.support)
    names = [view.source_names[source_id] for source_id in cited if source_id in view.source_names]
    return tuple(dict.fromkeys(one_line(name) for name in names or view.source_names.values()))


def disclosure(view: ProgrammeView) -> str:
    """Return the sentence that tells listeners who speaks: no human being."""
    names = " and ".join(filter(None, [", ".join(view.voices[:-1]), *view.voices[-1:]]))
    kind = "a synthetic voice" if len(view.voices) == 1 else "synthetic voices"
    return f"Spoken by {kind}: {names}." if names else f"Spoken by {kind}."


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Lines of one voice that follow each other; ``chapter`` is the title of the one that begins with them, or none."""

    speaker: int
    start_s: float
    chapter: str
    lines: list[Heard]


def _stretches(view: ProgrammeView) -> Iterator[_Stretch]:
    titles = {chapter.start_s: chapter.title for chapter in view.chapters}
    current: _Stretch | None = None
    for line in view.lines:
        if line.place is None:
            continue
        title = titles.get(line.place.start_s, "")
        if current and not title and current.speaker == line.speaker:
            current.lines.append(line)
            continue
        if current:
            yield current
        current = _Stretch(line.speaker, line.place.start_s, title, [line])
    if current:
        yield current


def _about(view: ProgrammeView) -> str:
    return f"{view.created_at.astimezone(UTC):%Y-%m-%d}, {clock(view.duration_s)}. {disclosure(view)}"


def _from(view: ProgrammeView) -> Iterator[str]:
    if names := sources_of(view):
        yield f"From: {', '.join(names)}"


def _speaker(view: ProgrammeView, stretch: _Stretch) -> str:
    return f"{view.speakers[stretch.speaker]}: " if len(view.voices) > 1 else ""


def _notes(view: ProgrammeView) -> Iterator[str]:
    if missing := sum(line.place is None for line in view.lines):
        lines = "1 line of the script is" if missing == 1 else f"{missing} lines of the script are"
        yield f"{lines} not in the recording."


def _with_references(line: Heard, notes: dict[Support, int]) -> str:
    references = [f"[^{notes.setdefault(support, len(notes) + 1)}]" for support in dict.fromkeys(line.support)]
    return escaped(line.text) + "".join(references)


def _cited(view: ProgrammeView, support: Support) -> str:
    name = one_line(view.source_names.get(support.source_id, "")) or _UNKNOWN_SOURCE
    where = ", ".join(escaped(part) for part in (name, support.mark) if part.strip())
    return f"{where}: “{escaped(support.quote)}”" if support.quote.strip() else where
