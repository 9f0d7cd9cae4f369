"""A programme in a person's hands: its title and shape, its script, line by line."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from audiokit.speech.requests import Caller
from audiokit.store.clips import Clips
from audiokit.summaries.kept import UNDER_WAY, KeptProgramme, Progress
from audiokit.summaries.making import Making
from audiokit.summaries.programmes import Programmes, at_rest
from audiokit.summaries.script import KeptLine, Line, LineState
from audiokit.summaries.scripts import Scripts
from audiokit.summaries.shape import Shape
from audiokit.summaries.workshop import PAGE, Workshop

__all__ = ["Editing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Editing:
    """Every call names the person. Nothing is edited while it is being worked on."""

    programmes: Programmes
    scripts: Scripts
    clips: Clips
    workshop: Workshop
    making: Making

    def rename(self, person_id: str, programme_id: str, title: str) -> KeptProgramme:
        """Give it another title."""
        return self.programmes.change(person_id, programme_id, title=title.strip())

    def reshape(self, person_id: str, programme_id: str, shape: Shape) -> KeptProgramme:
        """Change what it is to be. Lines whose voice changes lose their sound.

        Raises:
            InputError: it is being worked on.
        """
        programme = self.making.at_rest(person_id, programme_id)
        changed = _other_voices(programme.shape, shape)
        self.programmes.change(person_id, programme_id, shape=shape)
        if changed and programme.lines:
            self._revoice(programme, changed)
        return self.programmes.open(person_id, programme_id)

    def edit(
        self,
        person_id: str,
        programme_id: str,
        lines: Sequence[tuple[str | None, Line]],
        *,
        chapters: Sequence[str] | None = None,
        follows: Collection[str] | None = None,
    ) -> KeptProgramme:
        """Put the script in this order with these words; what has not changed keeps its sound.

        ``chapters`` are their titles, None as they are. ``follows`` are the states of the script that this one was
        edited from, as :attr:`KeptProgramme.script_state` has them; None takes the place of any.

        Raises:
            ScriptChanged: it is in another state, since somebody else has edited it.
            InputError: it is being worked on.
        """
        programme = self.making.at_rest(person_id, programme_id)
        written = [(line_id, line) for line_id, line in lines if line.text.strip()]
        titles = {} if chapters is None else {"chapters": list(chapters)}
        gone = self.scripts.put(person_id, programme_id, written, follows=follows, unless=UNDER_WAY, **titles)
        self._forget(person_id, gone)
        changed = self.programmes.open(person_id, programme_id)
        if (state := at_rest(changed)) is not programme.state:
            changed = self.programmes.change(person_id, programme_id, state=state.value)
        return changed

    def shorter(self, person_id: str, programme_id: str, line_id: str) -> str:
        """Return a line's words said shorter, by the text model; nothing is changed yet.

        Raises:
            NotFound: the line is not there.
            AudiokitError: nobody wrote it, or it would go beyond the cap.
        """
        programme = self.programmes.open(person_id, programme_id)
        caller = Caller(person_id=person_id, page=PAGE, conversation_id=programme_id, turn_id=line_id)
        line, paying = programme.line(line_id).line, self.workshop.paying_for(programme)
        return self.workshop.writer.shorter(caller, line, programme.shape, paying=paying)

    def accept(self, person_id: str, programme_id: str, line_id: str) -> KeptProgramme:
        """Take a line as it was said, on the person's word."""
        kept = self.programmes.open(person_id, programme_id).line(line_id)
        self.scripts.keep_sound(programme_id, replace(kept, state=LineState.SPOKEN, trouble=None))
        return self.programmes.open(person_id, programme_id)

    def _revoice(self, programme: KeptProgramme, speakers: frozenset[int]) -> None:
        for kept in programme.lines:
            if kept.line.speaker in speakers:
                self.scripts.keep_sound(programme.id, KeptLine(id=kept.id, line=kept.line))
        self.programmes.change(programme.person_id, programme.id, state=Progress.WRITTEN.value)
        self._forget(programme.person_id, (k.clip_digest for k in programme.lines if k.line.speaker in speakers))

    def _forget(self, person_id: str, digests: Iterable[str | None]) -> None:
        for digest in {d for d in digests if d}:
            self.clips.forget(person_id, digest)


def _other_voices(was: Shape, now: Shape) -> frozenset[int]:
    """Return the speakers who sound different now: another voice, part or tone."""
    n_speakers = max(len(was.personas), len(now.personas))
    if was.tone != now.tone or was.language != now.language:
        return frozenset(range(n_speakers))
    return frozenset(n for n in range(n_speakers) if was.personas[n : n + 1] != now.personas[n : n + 1])
