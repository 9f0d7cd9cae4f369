"""A recording in a person's hands: readings corrected, words rewritten, speakers named. No model ever overwrites it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from audiokit.errors import InputError, NotFound
from audiokit.sentiment.kept import KeptRecording
from audiokit.sentiment.readings import Correction
from audiokit.sentiment.recordings import Recordings
from audiokit.sentiment.segments import Segments
from audiokit.sentiment.workshop import Workshop
from audiokit.words.plain_text import one_line

__all__ = ["Correcting"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Correcting:
    """Every call names the person, and returns the recording as it is then, but for the times of its words."""

    recordings: Recordings
    segments: Segments
    workshop: Workshop

    def correct(
        self, person_id: str, recording_id: str, segment_id: str, correction: Correction | None
    ) -> KeptRecording:
        """Put a person's judgement in the place of the readings, or with None take it out again.

        Raises:
            NotFound: there is no such segment, or it is not this person's.
            InputError: it says nothing, or its sentiment is not from -1 to +1.
        """
        self.recordings.about(person_id, recording_id)
        if correction is not None:
            _refuse_empty(correction)
        self.segments.correct(recording_id, segment_id, correction)
        return self.workshop.outline(person_id, recording_id)

    def rewrite(self, person_id: str, recording_id: str, segment_id: str, text: str) -> KeptRecording:
        """Write what is really said in a segment; what was recognised is kept beside it.

        What the words were read to say stays if its quote still stands in them; else it is to be read again.

        Raises:
            NotFound: there is no such segment, or it is not this person's.
        """
        self.recordings.about(person_id, recording_id)
        self.segments.rewrite(recording_id, segment_id, one_line(text))
        return self.workshop.outline(person_id, recording_id)

    def name_speaker(self, person_id: str, recording_id: str, number: int, name: str) -> KeptRecording:
        """Say who a speaker is.

        Raises:
            NotFound: nobody in it has that number.
            InputError: the name is empty.
        """
        recording, given = self.recordings.about(person_id, recording_id), one_line(name)
        if not given:
            raise InputError("A speaker needs a name. Write one, or leave it as it was.")
        if all(speaker.number != number for speaker in recording.speakers):
            raise NotFound("Nobody in this recording has that number. Load the page again.")
        speakers = tuple(
            replace(speaker, name=given) if speaker.number == number else speaker for speaker in recording.speakers
        )
        self.recordings.change(person_id, recording_id, speakers=speakers)
        return self.recordings.open(person_id, recording_id)


def _refuse_empty(correction: Correction) -> None:
    sentiment = correction.sentiment
    if sentiment is None and correction.tone is None and not correction.note.strip():
        raise InputError("This correction says nothing. Choose a sentiment or a tone, or write a note.")
    if sentiment is not None and not -1 <= sentiment <= 1:
        raise InputError("A sentiment is from -1, very unpleasant, to +1, very pleasant.")
