"""The steps of an analysis, each once: what is there already is found, and never paid for again.

:mod:`audiokit.workflows` calls them in order, durably; what they take and give back is JSON. What comes of a step is
kept at once, so that a page fills while it is looked at: the transcript first, what words say next, voices last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from audiokit.catalog.models import Tier
from audiokit.sentiment.asked import Asked
from audiokit.sentiment.joining import joined
from audiokit.sentiment.kept import KeptRecording, KeptSegment, Progress, Speaker
from audiokit.sentiment.measuring import measured
from audiokit.sentiment.moments import contrasts_in
from audiokit.sentiment.outline import outline_of, reckoned
from audiokit.sentiment.parts import Parts
from audiokit.sentiment.passages import Passage, batched
from audiokit.sentiment.preparing import Preparing
from audiokit.sentiment.quote import Estimates
from audiokit.sentiment.reading_words import read_words
from audiokit.sentiment.readings import Measured, Readings
from audiokit.sentiment.recordings import Recordings
from audiokit.sentiment.segments import Segments
from audiokit.sentiment.signals import passages_of
from audiokit.sentiment.stretches import Stretch, stretches_of
from audiokit.sentiment.summing_up import sum_up
from audiokit.sentiment.till import Till
from audiokit.sentiment.transcribing import Transcribing
from audiokit.sentiment.voices import Voices
from audiokit.sentiment.whole import Whole
from audiokit.speech.place import Place
from audiokit.speech.requests import Caller
from audiokit.store.ids import new_id
from audiokit.store.insisting import insist

__all__ = ["Workshop"]


_LEFT_OUT = "No second opinions were asked for: the budget does not reach for them."


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """Everything that an analysis is made with; every step names the person and the recording."""

    recordings: Recordings
    parts: Parts
    segments: Segments
    preparing: Preparing
    transcribing: Transcribing
    voices: Voices
    estimates: Estimates
    till: Till
    places: tuple[Place, ...]

    def begin(self, person_id: str, recording_id: str) -> None:
        """Begin, or begin again."""
        self.till.begin(self.recordings.about(person_id, recording_id))
        self.recordings.change(person_id, recording_id, state=Progress.PREPARING.value, trouble=None)

    def prepare(self, person_id: str, recording_id: str) -> list[list[int]]:
        """Make the recording ready; return the numbers of the parts to be written down, those together that go at once.

        Raises:
            InputError: it is no sound, or there is nothing in it to listen to.
            NotConfigured: nobody can write it down.
        """
        self.preparing.prepare(person_id, recording_id)
        self.recordings.change(person_id, recording_id, state=Progress.HEARING.value)
        return [] if self.segments.of(recording_id) else self.transcribing.rounds(recording_id)

    def hear(self, person_id: str, recording_id: str, position: int) -> int:
        """Have one part written down; return how many words were heard in it."""
        return self.transcribing.hear(self.recordings.about(person_id, recording_id), position)

    def cut(self, person_id: str, recording_id: str) -> int:
        """Cut what was heard into segments, and measure each of them; return how many there are."""
        if not (segments := self.segments.of(recording_id)):
            recording = self.recordings.about(person_id, recording_id)
            heard = joined(part.heard for part in self.parts.of(recording_id) if part.heard is not None)
            stretches = stretches_of(heard, self.parts.layout(recording_id).spans)
            segments = self._measured(recording, stretches)
            self.recordings.cut(
                person_id,
                recording_id,
                segments,
                speakers=_speakers(stretches, is_assumed=not heard.tells_speakers),
                language=heard.language or recording.options.language,
                notes=list(dict.fromkeys((*recording.notes, *heard.notes))),
                **outline_of(segments, n_contrasts=0),  # measures alone contrast with nothing
            )
        self.recordings.change(person_id, recording_id, state=Progress.READING.value)
        return len(segments)

    def to_read(self, person_id: str, recording_id: str) -> list[list[str]]:
        """Return the ids of the segments whose words are to be read, those of one call together."""
        unread = _unread(self.recordings.open(person_id, recording_id))
        return [[passage.id for passage in batch] for batch in batched(unread)]

    def read(self, person_id: str, recording_id: str, segment_ids: Sequence[str]) -> int:
        """Have the words of some segments read, as far as they are not; return of how many they were."""
        with self.till.only_one(self.recordings.about(person_id, recording_id), f"words/{segment_ids[0]}"):
            recording = self.recordings.open(person_id, recording_id)
            passages = [passage for passage in _unread(recording) if passage.id in set(segment_ids)]
            if not passages:
                return 0
            tier, estimates = recording.options.tier, self.estimates.for_person(person_id)
            with self.till.paying(recording, estimates.words(passages, tier)) as caller:
                found = read_words(self._asked(caller, tier), passages, recording.options.steering)
                insist(lambda: self.segments.keep_words(recording_id, found))
        return len(found)

    def to_listen(self, person_id: str, recording_id: str) -> list[str]:
        """Return the ids of the segments whose voices are to be read; none where that is not wanted, or not allowed."""
        recording = self.outline(person_id, recording_id)
        return self.voices.unread(recording, recording.segments)

    def listen(self, person_id: str, recording_id: str, segment_id: str) -> str:
        """Have one voice read, as often as that is asked for; return how it sounds."""
        return self.voices.read(self.recordings.about(person_id, recording_id), segment_id)

    def to_ask_again(self, person_id: str, recording_id: str) -> list[str]:
        """Return the ids of the segments for which a second opinion is worth its price.

        They are the first to be left out where the budgets do not reach for them and for what comes after them.
        """
        recording = self.outline(person_id, recording_id)
        doubtful = self.voices.doubtful(recording, recording.segments)
        if self.voices.can_be_paid(recording, doubtful):
            return doubtful
        notes = list(dict.fromkeys((*recording.notes, _LEFT_OUT)))
        self.recordings.change(person_id, recording_id, notes=notes)
        return []

    def ask_again(self, person_id: str, recording_id: str, segment_id: str) -> str:
        """Have one voice read by the full model; return how it sounds."""
        return self.voices.read_again(self.recordings.about(person_id, recording_id), segment_id)

    def sum_up(self, person_id: str, recording_id: str) -> int:
        """Reckon what is said of the whole, and have it summed up, unless it is; return in how many sentences it is."""
        recording = self.outline(person_id, recording_id)
        with self.till.only_one(recording, "whole"):
            whole = self.recordings.about(person_id, recording_id).whole or Whole()
            if not whole.summary and (passages := passages_of(recording)):
                options, n_tokens = recording.options, sum(passage.n_tokens for passage in passages)
                estimates = self.estimates.for_person(person_id)
                with self.till.paying(recording, estimates.sum_up(n_tokens, options.tier)) as caller:
                    found = sum_up(self._asked(caller, options.tier), passages, options.steering)
                    whole = insist(lambda: self.recordings.change_whole(person_id, recording_id, found._asdict()))
        return len(whole.summary)

    def settle(
        self,
        person_id: str,
        recording_id: str,
        trouble: str | None = None,
        can_go_on: bool = False,  # noqa: FBT001, FBT002 - from JSON
    ) -> None:
        """Say where a recording stands now that its job is over; it ``can_go_on`` once a person has seen to it."""
        self.till.begin(self.recordings.about(person_id, recording_id))
        state = Progress.DONE if trouble is None else Progress.PAUSED if can_go_on else Progress.FAILED
        self.recordings.change(person_id, recording_id, state=state.value, trouble=trouble)

    def outline(self, person_id: str, recording_id: str) -> KeptRecording:
        """Reckon anew what is said of the whole from the segments as they are now; return it without times."""
        recording = self.recordings.open(person_id, recording_id, with_times=False)
        contrasting = contrasts_in(recording.segments)  # looked for once: of hours, there are thousands to look at
        fields = reckoned(recording, self.estimates.for_person(person_id), contrasting)
        shown = outline_of(recording.segments, fields["turnings"], n_contrasts=len(contrasting))
        return replace(recording, whole=self.recordings.change_whole(person_id, recording_id, fields, **shown))

    def _measured(self, recording: KeptRecording, stretches: Sequence[Stretch]) -> tuple[KeptSegment, ...]:
        """Return the stretches as segments; how excited a voice is, is inferred only where that is allowed."""
        measures = measured(self.preparing.blocks(recording), stretches) if stretches else ()
        if not self.voices.are_read(recording):
            measures = tuple(replace(one, activation=None) for one in measures)
        return tuple(
            _segment(position, stretch, of_it)
            for position, (stretch, of_it) in enumerate(zip(stretches, measures, strict=True))
        )

    def _asked(self, caller: Caller, tier: Tier) -> Asked:
        return Asked(places=self.places, caller=caller, tier=tier)


def _unread(recording: KeptRecording) -> list[Passage]:
    read = {segment.id for segment in recording.segments if segment.readings.words is not None}
    return [passage for passage in passages_of(recording) if passage.id not in read]


def _segment(position: int, stretch: Stretch, measures: Measured) -> KeptSegment:
    return KeptSegment(
        id=new_id(),
        position=position,
        start_s=stretch.start_s,
        end_s=stretch.end_s,
        speaker=stretch.speaker,
        text=stretch.text,
        words=stretch.words,
        readings=Readings(measured=measures),
    )


def _speakers(stretches: Sequence[Stretch], *, is_assumed: bool) -> tuple[Speaker, ...]:
    numbers = sorted({stretch.speaker for stretch in stretches})
    return tuple(Speaker(number=number, name=f"Speaker {number}", is_assumed=is_assumed) for number in numbers)
