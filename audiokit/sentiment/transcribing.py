"""Has the parts of a prepared recording written down, each once, and each voice under one number in all of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import takewhile

from audiokit.sentiment.hearing import Hearing
from audiokit.sentiment.joining import joined
from audiokit.sentiment.kept import KeptRecording
from audiokit.sentiment.parts import Parts, PlannedPart
from audiokit.sentiment.preparing import Preparing
from audiokit.sentiment.quote import Estimates, Span
from audiokit.sentiment.samples import samples_of
from audiokit.sentiment.till import Till
from audiokit.speech.requests import Heard
from audiokit.store.insisting import insist

__all__ = ["Transcribing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcribing:
    """One for all recordings; what was heard is kept as soon as it is there."""

    parts: Parts
    preparing: Preparing
    hearing: Hearing
    estimates: Estimates
    till: Till

    def rounds(self, recording_id: str) -> list[list[int]]:
        """Return the numbers of the parts, those together that may be written down at once.

        Where voices are told apart, each part waits for those before it: what was heard there names the voices.
        """
        positions = [part.position for part in self.parts.of(recording_id)]
        return [[position] for position in positions] if self.hearing.tells_speakers else [positions]

    def hear(self, recording: KeptRecording, position: int) -> int:
        """Have one part written down, unless it is; return how many words were heard in it."""
        with self.till.only_one(recording, f"part/{position}"):
            part = self.parts.one(recording.id, position)
            heard, language = part.heard, recording.options.language
            if heard is None:
                sound, voices = self.preparing.part(recording, part), self._voices(recording, position)
                with self.till.paying(recording, self._estimate(recording, part)) as caller:
                    heard = self.hearing.hear(caller, sound, at_s=part.start_s, language=language, voices=voices)
                    insist(partial(self.parts.keep_heard, recording.id, position, heard))
        return len(heard.words)

    def _estimate(self, recording: KeptRecording, part: PlannedPart) -> Span:
        return self.estimates.for_person(recording.person_id).hear([part])

    def _voices(self, recording: KeptRecording, position: int) -> dict[int, Heard]:
        """Return a sample of each voice in the parts before, where whoever writes down makes use of it."""
        if not self.hearing.tells_speakers:
            return {}
        before = takewhile(lambda part: part.position < position and part.heard, self.parts.of(recording.id))
        samples = samples_of(joined(part.heard for part in before if part.heard))
        return {number: self.preparing.stretch(recording, at.start_s, at.end_s) for number, at in samples.items()}
