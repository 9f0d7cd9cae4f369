"""Questions over one recording, some of them, or all, answered with the moments that show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from audiokit.catalog.models import Tier
from audiokit.errors import InputError
from audiokit.sentiment.asked import Asked
from audiokit.sentiment.batches import Batches
from audiokit.sentiment.kept import KeptRecording
from audiokit.sentiment.questions import answer
from audiokit.sentiment.quote import Estimates
from audiokit.sentiment.recordings import Recordings
from audiokit.sentiment.signals import passages_of
from audiokit.sentiment.till import PAGE, Till
from audiokit.sentiment.whole import Cited
from audiokit.speech.place import Place
from audiokit.speech.requests import Caller

__all__ = ["Answer", "Asking"]

_MOST_RECORDINGS = 100
_NOTHING = "No recording has been written down yet. Analyse one first, then ask about it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One sentence of an answer. ``moments`` are (recording id, segment id) of all that it rests on.

    ``recording_id`` is the first of those recordings, None where it rests on none.
    """

    recording_id: str | None
    cited: Cited
    moments: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Every call names the person."""

    batches: Batches
    recordings: Recordings
    estimates: Estimates
    till: Till
    places: tuple[Place, ...]

    def ask(self, person_id: str, question: str, recording_ids: Sequence[str] = ()) -> tuple[Answer, ...]:
        """Return the answer in sentences, out of these recordings, or of the latest hundred where none is named.

        Raises:
            InputError: nothing is asked, or there are no words to answer from.
            NotFound: a recording is not this person's.
            AudiokitError: nobody answered, or it would go beyond the cap of the one recording's batch.
        """
        ids = list(recording_ids) or self._all(person_id)
        asked = [self.recordings.open(person_id, recording_id) for recording_id in ids]
        if not any(recording.segments for recording in asked):
            raise InputError(_NOTHING)
        return _answers(self._answered(person_id, question, asked), asked)

    def _answered(self, person_id: str, question: str, of: Sequence[KeptRecording]) -> tuple[Cited, ...]:
        passages = [passage for recording in of for passage in passages_of(recording)]
        if len(of) > 1:  # no batch pays for what is asked of many
            caller = Caller(person_id=person_id, page=PAGE)
            return answer(Asked(places=self.places, caller=caller), question, passages)
        n_tokens = sum(passage.n_tokens for passage in passages)
        estimates = self.estimates.for_person(person_id)
        with self.till.paying(of[0], estimates.sum_up(n_tokens, Tier.MINI)) as caller:
            return answer(Asked(places=self.places, caller=caller), question, passages)

    def _all(self, person_id: str) -> list[str]:
        """Return the latest recordings that have words, those of one batch in order."""
        found = list[str]()
        for heading in self.batches.headings(person_id):
            batch = self.batches.open(person_id, heading.id)
            found += [recording.id for recording in batch.recordings if recording.n_segments]
            if len(found) >= _MOST_RECORDINGS:
                break
        if not found:
            raise InputError(_NOTHING)
        return found[:_MOST_RECORDINGS]


def _answers(sentences: Sequence[Cited], of: Sequence[KeptRecording]) -> tuple[Answer, ...]:
    home = {segment.id: recording.id for recording in of for segment in recording.segments}
    answers = list[Answer]()
    for cited in sentences:
        moments = tuple((home[segment_id], segment_id) for segment_id in cited.segment_ids if segment_id in home)
        answers.append(Answer(recording_id=moments[0][0] if moments else None, cited=cited, moments=moments))
    return tuple(answers)
