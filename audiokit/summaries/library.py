"""All programmes of a person: found, copied, made by the dozen, removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from audiokit.store.clips import Clips
from audiokit.store.ids import new_id
from audiokit.summaries.editing import Editing
from audiokit.summaries.exports import Exports
from audiokit.summaries.gathering import Gathering
from audiokit.summaries.kept import Heading, KeptProgramme, Progress
from audiokit.summaries.making import Making
from audiokit.summaries.programmes import Programmes
from audiokit.summaries.script import Line
from audiokit.summaries.scripts import Scripts
from audiokit.summaries.shape import Shape
from audiokit.summaries.sources import Source

__all__ = ["Library"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """Every call names the person."""

    programmes: Programmes
    scripts: Scripts
    clips: Clips
    exports: Exports
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
        self.exports.forget(programme_id)

    def of_lines(
        self, person_id: str, title: str, lines: Sequence[Line], shape: Shape, *, chapters: Sequence[str] = ()
    ) -> KeptProgramme:
        """Begin a programme of lines that a person has written: nothing is summarised."""
        added = self.programmes.add(person_id, shape, title=title)
        written = [(None, line) for line in lines]
        self.scripts.put(person_id, added.id, written, state=Progress.WRITTEN.value, chapters=list(chapters))
        return self.programmes.open(person_id, added.id)

    def batch(
        self, person_id: str, files: Sequence[tuple[str, bytes]], shape: Shape, *, cap_nanousd: int | None = None
    ) -> tuple[KeptProgramme, ...]:
        """Make a programme of each document; those that cannot be read are there as well, and say why."""
        together = self.gathering.add_files(person_id, self.gathering.begin(person_id, shape).id, files)
        return self.split(person_id, together.id, cap_nanousd=cap_nanousd)

    def split(self, person_id: str, programme_id: str, *, cap_nanousd: int | None = None) -> tuple[KeptProgramme, ...]:
        """Make a programme of each document of a draft, in its place; those that are off are left out.

        Those that cannot be read become programmes that say why. ``cap_nanousd`` is for each, None that of the draft.
        """
        draft, begun = self.programmes.open(person_id, programme_id), list[KeptProgramme]()
        cap_nanousd = draft.money.cap_nanousd if cap_nanousd is None else cap_nanousd
        for source in draft.sources:
            if source.is_taken or source.trouble:
                begun.append(self._alone(draft, source, cap_nanousd))
                # What has begun is not begun again if another one cannot be.
                self.gathering.remove_source(person_id, draft.id, source.id)
        self.remove(person_id, draft.id)
        return tuple(begun)

    def _alone(self, draft: KeptProgramme, source: Source, cap_nanousd: int | None) -> KeptProgramme:
        person_id, copy = draft.person_id, replace(source, id=new_id())
        added = self.programmes.add(person_id, draft.shape, title=source.name if source.trouble else "", sources=[copy])
        if source.trouble is None:
            return self.making.write(person_id, added.id, goes_on=True, cap_nanousd=cap_nanousd)
        return self.programmes.change(person_id, added.id, state=Progress.FAILED.value, trouble=source.trouble)
