"""All programmes of a person: found, copied, made by the dozen, removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from audiokit.store.clips import Clips
from audiokit.store.ids import new_id
from audiokit.summaries.editing import Editing
from audiokit.summaries.gathering import Gathering
from audiokit.summaries.kept import Heading, KeptProgramme, Progress
from audiokit.summaries.making import Making
from audiokit.summaries.programmes import Programmes
from audiokit.summaries.script import Line
from audiokit.summaries.scripts import Scripts
from audiokit.summaries.shape import Shape

__all__ = ["Library"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """Every call names the person."""

    programmes: Programmes
    scripts: Scripts
    clips: Clips
    gathering: Gathering
    editing: Editing
    making: Making

    def headings(self, person_id: str, search: str = "") -> tuple[Heading, ...]:
        """Return this person's programmes, the latest first."""
        return self.programmes.headings(person_id, search=search)

    def open(self, person_id: str, programme_id: str) -> KeptProgramme:
        """Return one programme."""
        return self.programmes.open(person_id, programme_id)

    def duplicate(self, person_id: str, programme_id: str, shape: Shape | None = None) -> KeptProgramme:
        """Begin another one with the same sources and script; lines whose voice stays keep their sound."""
        was = self.programmes.open(person_id, programme_id)
        copies = [replace(source, id=new_id()) for source in was.sources]
        ids = {old.id: new.id for old, new in zip(was.sources, copies, strict=True)}
        added = self.programmes.add(person_id, was.shape, title=was.title, sources=copies)
        lines = [
            (
                None,
                replace(
                    kept.line,
                    support=tuple(replace(s, source_id=ids.get(s.source_id, s.source_id)) for s in kept.line.support),
                ),
            )
            for kept in was.lines
        ]
        state = Progress.WRITTEN if lines else Progress.DRAFT
        self.scripts.put(person_id, added.id, lines, chapters=list(was.chapters), state=state.value)
        for new, old in zip(self.programmes.open(person_id, added.id).lines, was.lines, strict=True):
            if old.is_spoken:
                self.scripts.keep_sound(added.id, replace(old, id=new.id, line=new.line))
        return self.editing.reshape(person_id, added.id, shape or was.shape)

    def remove(self, person_id: str, programme_id: str) -> None:
        """Remove a programme with its sound and its documents; what is being done for it is cancelled."""
        self.making.cancel(person_id, programme_id)
        for digest in self.programmes.remove(person_id, programme_id):
            self.clips.forget(person_id, digest)

    def of_lines(self, person_id: str, title: str, lines: Sequence[Line], shape: Shape) -> KeptProgramme:
        """Begin a programme of lines that a person has written: nothing is summarised."""
        added = self.programmes.add(person_id, shape, title=title)
        self.scripts.put(person_id, added.id, [(None, line) for line in lines], state=Progress.WRITTEN.value)
        return self.programmes.open(person_id, added.id)

    def batch(
        self, person_id: str, files: Sequence[tuple[str, bytes]], shape: Shape, *, cap_nanousd: int | None = None
    ) -> tuple[KeptProgramme, ...]:
        """Make a programme of each document; those that cannot be read are there as well, and say why."""
        begun = []
        for name, data in files:
            programme = self.gathering.add_files(person_id, self.gathering.begin(person_id, shape).id, [(name, data)])
            (source,) = programme.sources
            if source.trouble is None:
                begun.append(self.making.write(person_id, programme.id, goes_on=True, cap_nanousd=cap_nanousd))
            else:
                values = {"state": Progress.FAILED.value, "trouble": source.trouble, "title": source.name}
                begun.append(self.programmes.change(person_id, programme.id, **values))
        return tuple(begun)
