"""A programme while it is being made: begun, looked at, paused, gone on with. The work itself is a job's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from statistics import fmean
from typing import Any

from audiokit.errors import AudiokitError, InputError, NotFound
from audiokit.jobs.queue import Jobs
from audiokit.jobs.values import JobState, Status
from audiokit.speech.requests import Caller
from audiokit.store.clips import Clips
from audiokit.summaries.kept import UNDER_WAY, KeptProgramme, Progress
from audiokit.summaries.narrating import CALLS_AT_ONCE
from audiokit.summaries.planning import Planner
from audiokit.summaries.programmes import WORKED_ON, Programmes
from audiokit.summaries.programmes import at_rest as standing
from audiokit.summaries.quote import Quote
from audiokit.summaries.script import KeptLine, Line
from audiokit.summaries.scripts import Scripts
from audiokit.summaries.shape import Shape
from audiokit.summaries.work import MAKE, WRITE
from audiokit.summaries.workshop import PAGE, Workshop
from audiokit.usage.ledger import Ledger

__all__ = ["SAMPLE", "Going", "Making"]

SAMPLE = "Hello. This is how I sound when I read something to you."
_SAMPLES = "sample"
_REST = frozenset(Progress) - UNDER_WAY
_STARTS_WITHIN = timedelta(seconds=60)  # from the claim to the job: opening the jobs' database takes a second or two
_TO_GO_ON = frozenset({Progress.PAUSED, Progress.FAILED})
_NO_LIMIT = (
    "What this will cost is not known, since one of its models has no price here, so no limit can be kept. Take the "
    "limit away, or choose the other quality."
)
_NOTHING_TAKEN = "No document is taken into this programme. Add one, or set one to be summarised or read in full."
_NO_SCRIPT = "There is no script yet. Write it first, or add lines."
_STOPPED = "This stopped in the middle. What was made is kept: go on with it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """What is being done for a programme: ``done`` of ``total`` lines are spoken, ``seconds_left`` if it is known."""

    stage: str
    done: int
    total: int
    made_s: float
    seconds_left: float | None
    is_waiting: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """Every call names the person."""

    programmes: Programmes
    scripts: Scripts
    clips: Clips
    ledger: Ledger
    planner: Planner
    workshop: Workshop
    jobs: Jobs

    def write(
        self, person_id: str, programme_id: str, *, goes_on: bool, cap_nanousd: int | None = None
    ) -> KeptProgramme:
        """Write its script, in place of one that is there; where it ``goes_on``, speak it at once.

        Raises:
            InputError: it is being worked on, or no document is taken, or its limit could not be kept.
        """
        programme = self.at_rest(person_id, programme_id)
        if not programme.taken:
            raise InputError(_NOTHING_TAKEN)
        return self._write(programme, cap_nanousd, goes_on=goes_on)

    def speak(self, person_id: str, programme_id: str, *, cap_nanousd: int | None = None) -> KeptProgramme:
        """Speak every line that has no sound yet, and join all of them.

        Raises:
            InputError: it is being worked on, or there is no script, or its limit could not be kept.
        """
        programme = self.at_rest(person_id, programme_id)
        if not programme.lines:
            raise InputError(_NO_SCRIPT)
        return self._speak(programme, cap_nanousd)

    def redo(self, person_id: str, programme_id: str, line_ids: Sequence[str]) -> KeptProgramme:
        """Speak lines again that were not said as written, or that a person does not like, by the better model.

        Raises:
            InputError: it is being worked on, or its limit could not be kept; no line has lost its sound.
        """
        programme = self.at_rest(person_id, programme_id)
        silent = replace(
            programme, lines=tuple(_silent(kept) if kept.id in line_ids else kept for kept in programme.lines)
        )
        return self._speak(silent, None, before=lambda: self._silence(programme, silent))

    def sample(self, person_id: str, shape: Shape, speaker: int) -> bytes:
        """Return how a persona of a shape sounds, as WAV; it is paid for once and found again afterwards.

        Raises:
            AudiokitError: nobody could speak it.
        """
        line = KeptLine(id=_SAMPLES, line=Line(text=SAMPLE, speaker=speaker))
        return self.workshop.narrator.sample(Caller(person_id=person_id, page=PAGE), line, shape)

    def limit(self, person_id: str, programme_id: str, cap_nanousd: int | None) -> KeptProgramme:
        """Let a programme cost so much at most, all that was paid for it counted; None is no limit.

        Raises:
            InputError: it is being worked on, or the limit could not be kept, since a price is not known.
        """
        programme = self.at_rest(person_id, programme_id)
        if cap_nanousd is not None and self.planner.quote(programme).high_nanousd is None:
            raise InputError(_NO_LIMIT)
        return self.programmes.change(person_id, programme_id, cap_nanousd=cap_nanousd)

    def look(self, person_id: str, programme_id: str) -> tuple[KeptProgramme, Going | None]:
        """Return a programme as it stands, and what is being done for it, if anything."""
        programme = self.programmes.open(person_id, programme_id)
        if not programme.state.is_under_way:
            return programme, None
        job = self._job(programme)
        if job.is_over if job else not self._is_starting(programme):
            programme = self._ended(programme, job)
            if not programme.state.is_under_way:
                return programme, None
        return programme, self._going(programme, job)

    def pause(self, person_id: str, programme_id: str) -> KeptProgramme:
        """Begin nothing new for it until it goes on; lines that are being spoken are kept."""
        programme = self.programmes.open(person_id, programme_id)
        if programme.state.is_under_way and programme.job_id:
            self.jobs.pause(programme.job_id)
            self.programmes.claim(person_id, programme_id, to=Progress.PAUSED, among=UNDER_WAY)
        return self.programmes.open(person_id, programme_id)

    def cancel(self, person_id: str, programme_id: str) -> KeptProgramme:
        """Stop; what was made stays."""
        programme = self.programmes.open(person_id, programme_id)
        if (among := UNDER_WAY | _TO_GO_ON) >= {programme.state}:
            self._leave(programme)
            rest = standing(programme)
            self.programmes.claim(person_id, programme_id, to=rest, among=among, job_id=None)
        return self.programmes.open(person_id, programme_id)

    def go_on(self, person_id: str, programme_id: str, *, cap_nanousd: int | None = None) -> KeptProgramme:
        """Go on with what was paused, or has failed, where it stopped; ``cap_nanousd`` raises the limit."""
        programme = self.programmes.open(person_id, programme_id)
        if programme.state not in _TO_GO_ON:
            return programme
        job = self._job(programme)
        if job is None or job.status is Status.DONE:  # forgotten, or done before the pause was heard of
            return self._begin_again(programme, cap_nanousd)
        values = {} if cap_nanousd is None else {"cap_nanousd": cap_nanousd}
        going = Progress.WRITING if job.workflow == WRITE and not programme.n_spoken else Progress.MAKING
        goes_as = self.jobs.retried(job.job_id) if job.is_over else job.job_id
        claimed = self.programmes.claim(person_id, programme_id, to=going, among=_TO_GO_ON, job_id=goes_as, **values)
        if claimed is None:
            return self.programmes.open(person_id, programme_id)
        if job.is_over:
            self.jobs.retry(job.job_id)
        else:
            self.jobs.resume(job.job_id)
        return claimed

    def at_rest(self, person_id: str, programme_id: str) -> KeptProgramme:
        """Return a programme that nobody is working on.

        Raises:
            InputError: somebody is.
        """
        programme, _ = self.look(person_id, programme_id)
        if programme.state.is_under_way:
            raise InputError(WORKED_ON)
        return programme

    def _write(self, programme: KeptProgramme, cap_nanousd: int | None, *, goes_on: bool) -> KeptProgramme:
        quoted = self.planner.quote(replace(programme, lines=(), chapters=()))
        values = self._money(programme, quoted, cap_nanousd) | {"goes_on": goes_on}
        return self._start(programme, WRITE, Progress.WRITING, values, goes_on)

    def _speak(
        self, programme: KeptProgramme, cap_nanousd: int | None, before: Callable[[], object] = lambda: None
    ) -> KeptProgramme:
        values = self._money(programme, self.planner.quote(programme), cap_nanousd) | {"goes_on": True}
        return self._start(programme, MAKE, Progress.MAKING, values, before=before)

    def _silence(self, was: KeptProgramme, now: KeptProgramme) -> None:
        """Take from lines the sound that they had, so that it is made anew."""
        gone = [(kept, silent) for kept, silent in zip(was.lines, now.lines, strict=True) if kept is not silent]
        for kept, silent in gone:
            self.workshop.narrator.discard(kept)
            if self.scripts.keep_sound(was.id, silent) and kept.clip_digest:
                self.clips.forget(was.person_id, kept.clip_digest)
        self.scripts.put(was.person_id, was.id, [(kept.id, kept.line) for kept in now.lines])

    def _begin_again(self, programme: KeptProgramme, cap_nanousd: int | None) -> KeptProgramme:
        if programme.lines:
            return self._speak(programme, cap_nanousd)
        return self._write(programme, cap_nanousd, goes_on=programme.goes_on) if programme.taken else programme

    def _money(self, programme: KeptProgramme, quoted: Quote, cap_nanousd: int | None) -> dict[str, Any]:
        """Return what is kept of the money: what was said, beside what was spent before, and the limit.

        Raises:
            InputError: there is a limit, and it is not known what it will cost.
        """
        cap_nanousd = programme.money.cap_nanousd if cap_nanousd is None else cap_nanousd
        if cap_nanousd is not None and quoted.high_nanousd is None:
            raise InputError(_NO_LIMIT)
        spent = programme.money.spent_nanousd
        low_nanousd, high_nanousd = _beside(spent, quoted.low_nanousd), _beside(spent, quoted.high_nanousd)
        return {"low_nanousd": low_nanousd, "high_nanousd": high_nanousd, "cap_nanousd": cap_nanousd}

    def _start(
        self,
        programme: KeptProgramme,
        workflow: str,
        to: Progress,
        values: Mapping[str, Any],
        *args: bool,
        before: Callable[[], object] = lambda: None,
    ) -> KeptProgramme:
        """Claim a programme under its job's name, then start that: after a crash in between, :meth:`look` sees to it.

        ``before`` is called in between, when nobody else can change it.

        Raises:
            InputError: another one was quicker.
            NotAllowed: this person may not have models called.
        """
        self.planner.places[0].permit(programme.person_id)
        person_id, job_id = programme.person_id, self.jobs.new()
        claimed = self.programmes.claim(person_id, programme.id, to=to, among=_REST, job_id=job_id, **values)
        if claimed is None:
            raise InputError(WORKED_ON)
        self._leave(programme)
        try:
            before()
            self.jobs.start(workflow, person_id, person_id, programme.id, *args, named=job_id)
        except AudiokitError:
            was = {"state": programme.state.value, "job_id": programme.job_id}
            self.programmes.change(person_id, programme.id, **was)
            raise
        return claimed

    def _leave(self, programme: KeptProgramme) -> None:
        """Let the last job of a programme rest for good."""
        if programme.job_id is not None:
            with suppress(NotFound):  # forgotten by now
                self.jobs.cancel(programme.job_id)

    def _job(self, programme: KeptProgramme) -> JobState | None:
        """Return the job that was started last for it; None where it is not there yet, or not any more."""
        try:
            return self.jobs.state(programme.job_id) if programme.job_id is not None else None
        except NotFound:
            return None

    def _is_starting(self, programme: KeptProgramme) -> bool:
        return self.programmes.now() - programme.updated_at < _STARTS_WITHIN

    def _ended(self, programme: KeptProgramme, job: JobState | None) -> KeptProgramme:
        """Return a programme whose job is over; one that never said how it ended has failed."""
        latest = self.programmes.open(programme.person_id, programme.id)
        if latest.job_id != programme.job_id or not latest.state.is_under_way:
            return latest
        trouble = (job.error if job else None) or _STOPPED
        self.programmes.claim(latest.person_id, latest.id, to=Progress.FAILED, among=UNDER_WAY, trouble=trouble)
        return self.programmes.open(latest.person_id, latest.id)

    def _going(self, programme: KeptProgramme, job: JobState | None) -> Going:
        is_script = programme.state is Progress.WRITING and not programme.goes_on  # of which nothing is spoken yet
        total, done = len(programme.lines), 0 if is_script else programme.n_spoken
        return Going(
            stage="Writing the script" if programme.state is Progress.WRITING and not done else "Speaking",
            done=done,
            total=total,
            made_s=0.0 if is_script else programme.spoken_s,
            seconds_left=None if is_script else self._seconds_left(programme, total - done),
            is_waiting=job is None or job.status is Status.QUEUED,
        )

    def _seconds_left(self, programme: KeptProgramme, n_left: int) -> float | None:
        """Judge by how long the lines took that were spoken, as many at a time as there are."""
        took = [
            entry.total_ms / 1000
            for entry in self.ledger.of_conversation(programme.id)
            if entry.turn_id is not None and not entry.cached
        ]
        return fmean(took) * n_left / CALLS_AT_ONCE if took and n_left else None


def _silent(kept: KeptLine) -> KeptLine:
    """Return a line as it is before it is spoken, by the better model."""
    return KeptLine(id=kept.id, line=replace(kept.line, is_starred=True))


def _beside(spent_nanousd: int, to_pay_nanousd: int | None) -> int | None:
    return None if to_pay_nanousd is None else spent_nanousd + to_pay_nanousd
