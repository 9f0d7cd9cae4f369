"""A batch while it is analysed: quoted, begun, looked at, paused, gone on with. The work is jobs', one a recording."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from audiokit.errors import AudiokitError, InputError, NotFound
from audiokit.jobs.queue import Jobs
from audiokit.jobs.values import JobState, Status
from audiokit.sentiment.batches import Batches
from audiokit.sentiment.kept import Batch, Progress
from audiokit.sentiment.parts import Parts
from audiokit.sentiment.quote import Estimates, Quote, Span
from audiokit.sentiment.recordings import Recordings, Standing
from audiokit.sentiment.remaining import seconds_left, took_s
from audiokit.sentiment.voices import Voices
from audiokit.sentiment.work import ANALYSE

__all__ = ["Going", "Making"]

_UNDER_WAY = frozenset(state for state in Progress if state.is_under_way)
_STOPPED = "This stopped in the middle. What was done is kept: try it again."
_NOTHING_TO_DO = "There is nothing left to analyse in this batch. Add recordings, or try again those that failed."


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """What is being done for a batch: ``done`` of ``total`` recordings have come to an end.

    ``is_waiting``: nothing has begun yet, since other jobs are before it, or no worker is there. ``seconds_left`` is
    None before one of them is done.
    """

    stage: str
    done: int
    total: int
    is_waiting: bool
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """Every call names the person."""

    batches: Batches
    recordings: Recordings
    parts: Parts
    estimates: Estimates
    voices: Voices
    jobs: Jobs

    def quote(self, person_id: str, batch_id: str) -> Quote:
        """Return what is still to be paid for the recordings that would be analysed, and how they are sent."""
        batch = self.batches.open(person_id, batch_id)
        to_do = [one for one in self.recordings.standings(person_id, batch_id) if _is_to_begin(one)]
        recordings = [self.recordings.about(person_id, one.id) for one in to_do]
        allowed, estimates = self.voices.allowed(batch.options), self.estimates.for_person(person_id)
        total = Span(0, 0)
        for one in recordings:
            spoken_s = sum(span.duration_s for span in self.parts.layout(one.id).spans)
            parts = [part for part in self.parts.of(one.id) if part.heard is None]
            known = estimates.analysis(parts, spoken_s, allowed) if one.plan else Span(None, None)
            total += known
        return Quote(
            low_nanousd=total.low_nanousd,
            high_nanousd=total.high_nanousd,
            minutes=sum(one.duration_s or 0.0 for one in recordings) / 60,
            plan=tuple(f"{one.name}: {one.plan}" for one in recordings if one.plan),
            n_recordings=len(recordings),
        )

    def start(self, person_id: str, batch_id: str, *, cap_nanousd: int | None = None) -> Batch:
        """Analyse every recording that waits to be; those that are broken, or done, are left alone.

        Raises:
            InputError: there is none.
        """
        quoted, batch = self.quote(person_id, batch_id), self.batches.open(person_id, batch_id)
        if not quoted.n_recordings:
            raise InputError(_NOTHING_TO_DO)
        spent = batch.money.spent_nanousd
        self.batches.change(
            person_id,
            batch_id,
            low_nanousd=_beside(spent, quoted.low_nanousd),
            high_nanousd=_beside(spent, quoted.high_nanousd),
            cap_nanousd=batch.money.cap_nanousd if cap_nanousd is None else cap_nanousd,
        )
        standings = self.recordings.standings(person_id, batch_id)
        return self._begun(person_id, batch_id, (one for one in standings if _is_to_begin(one)))

    def retry(self, person_id: str, batch_id: str, recording_ids: Sequence[str] = ()) -> Batch:
        """Try again what failed, of these recordings or of all: only what is missing is asked for.

        A recording that is named is also gone through where it is done, to read what was changed in it.
        """
        standings = self._looked_at(person_id, batch_id)
        wanted = [
            one
            for one in standings
            if (one.id in recording_ids and one.state not in _UNDER_WAY)
            or (not recording_ids and one.state is Progress.FAILED)
        ]
        return self._begun(person_id, batch_id, wanted)

    def look(self, person_id: str, batch_id: str) -> tuple[Batch, Going | None]:
        """Return a batch as it stands, and what is being done for it, if anything."""
        standings = self._looked_at(person_id, batch_id)
        batch = self.batches.open(person_id, batch_id)
        working = [one for one in standings if one.job_id is not None and one.state in _UNDER_WAY]
        if not working:
            return batch, None
        begun = [one for one in standings if one.job_id is not None]
        is_waiting = all(one.state is Progress.WAITING for one in working) and not self._runs(working)
        return batch, Going(
            stage=_stage(working, is_waiting=is_waiting),
            done=len(begun) - len(working),
            total=len(begun),
            is_waiting=is_waiting,
            seconds_left=seconds_left(batch, {one.id for one in working}, took_s(self.batches.database, batch_id)),
        )

    def _runs(self, working: Sequence[Standing]) -> bool:
        """Whether one is being worked on: what goes on after a pause says so itself at its next stage only."""
        jobs = self.jobs.states([one.job_id for one in working if one.job_id])
        return any(job.status is Status.RUNNING for job in jobs.values())

    def pause(self, person_id: str, batch_id: str) -> Batch:
        """Begin nothing new for it until it goes on; calls that have begun are kept."""
        for one in self._looked_at(person_id, batch_id):
            self._stop(person_id, one, self.jobs.pause, to=Progress.PAUSED, among=_UNDER_WAY)
        return self.batches.open(person_id, batch_id)

    def cancel(self, person_id: str, batch_id: str, *, recording_id: str | None = None) -> Batch:
        """Stop, all of it or one recording; what was done stays, and the rest waits as before it was begun."""
        among = _UNDER_WAY | {Progress.PAUSED}
        for one in self._looked_at(person_id, batch_id):
            if recording_id in {None, one.id}:
                self._stop(person_id, one, self.jobs.cancel, to=Progress.WAITING, among=among, job_id=None)
        return self.batches.open(person_id, batch_id)

    def go_on(self, person_id: str, batch_id: str, *, cap_nanousd: int | None = None) -> Batch:
        """Go on with what was paused, or has stopped for money or want of a key; ``cap_nanousd`` raises the limit."""
        if cap_nanousd is not None:
            self.batches.change(person_id, batch_id, cap_nanousd=cap_nanousd)
        paused = [one for one in self._looked_at(person_id, batch_id) if one.state is Progress.PAUSED]
        states = self.jobs.states([one.job_id for one in paused if one.job_id])
        resting = [one for one in paused if one.job_id and _is_paused(states.get(one.job_id))]
        for one in resting:
            if self._claimed(person_id, one):
                self.jobs.resume(one.job_id or "")
        return self._begun(person_id, batch_id, [one for one in paused if one not in resting])

    def _begun(self, person_id: str, batch_id: str, standings: Iterable[Standing]) -> Batch:
        """Start a job for each, unless somebody else just has.

        Raises:
            NotAllowed: this person may not have models called.
        """
        self.voices.places[0].permit(person_id)
        for one in standings:
            if not self._claimed(person_id, one):
                continue
            try:
                job_id = self.jobs.start(ANALYSE, person_id, person_id, one.id, deduplicate=one.id)
            except AudiokitError:
                self.recordings.change(person_id, one.id, state=one.state.value)
                raise
            self.recordings.change(person_id, one.id, job_id=job_id)
        return self.batches.change(person_id, batch_id)  # and it waits from now on

    def _claimed(self, person_id: str, one: Standing) -> bool:
        return self.recordings.claim(
            person_id, one.id, to=Progress.WAITING, among=frozenset({one.state}), job_was=one.job_id, trouble=None
        )

    def _stop(
        self,
        person_id: str,
        one: Standing,
        stop: Callable[[str], None],
        *,
        to: Progress,
        among: frozenset[Progress],
        **values: None,
    ) -> None:
        if one.job_id is None or one.state not in among:
            return
        with suppress(NotFound):  # forgotten long ago
            stop(one.job_id)
        self.recordings.claim(person_id, one.id, to=to, among=among, job_was=one.job_id, trouble=None, **values)

    def _looked_at(self, person_id: str, batch_id: str) -> tuple[Standing, ...]:
        """Return where the recordings stand; one whose job is over and never said how it ended has failed.

        A step that had begun when its job was paused may have said that it goes on.
        """
        standings = self.recordings.standings(person_id, batch_id)
        working = {one.job_id: one for one in standings if one.job_id is not None and one.state in _UNDER_WAY}
        states, is_changed = self.jobs.states(working), False
        for job_id, one in working.items():
            job = states.get(job_id)
            if job is not None and not job.is_over and job.status is not Status.PAUSED:
                continue
            to = Progress.PAUSED if _is_paused(job) else Progress.FAILED
            trouble = None if _is_paused(job) else (job.error if job else None) or _STOPPED
            is_changed |= self.recordings.claim(
                person_id, one.id, to=to, among=_UNDER_WAY, job_was=job_id, trouble=trouble
            )
        return self.recordings.standings(person_id, batch_id) if is_changed else standings


def _is_to_begin(one: Standing) -> bool:
    return one.state is Progress.WAITING and one.job_id is None


def _is_paused(job: JobState | None) -> bool:
    return job is not None and job.status is Status.PAUSED


def _stage(working: Sequence[Standing], *, is_waiting: bool) -> str:
    """Return what is being done for the recording that is furthest."""
    states = {one.state for one in working}
    if is_waiting:
        return "Waiting for a free place"
    if Progress.READING in states:
        return "Reading words and voices"
    if Progress.HEARING in states:
        return "Writing down what is said"
    return "Preparing the sound" if Progress.PREPARING in states else "Going on"


def _beside(spent_nanousd: int, to_pay_nanousd: int | None) -> int | None:
    return None if to_pay_nanousd is None else spent_nanousd + to_pay_nanousd
