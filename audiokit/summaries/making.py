"""A programme while it is being made: begun, looked at, paused, gone on with. The work itself is a job's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from audiokit.errors import AudiokitError, InputError, NotFound
from audiokit.jobs.queue import Jobs
from audiokit.jobs.values import JobState, Status
from audiokit.speech.requests import Caller
from audiokit.store.clips import Clips
from audiokit.summaries.kept import KeptProgramme, Progress
from audiokit.summaries.planning import Planner
from audiokit.summaries.programmes import Programmes
from audiokit.summaries.script import KeptLine, Line, LineState
from audiokit.summaries.scripts import Scripts
from audiokit.summaries.shape import Shape
from audiokit.summaries.work import MAKE, WRITE
from audiokit.summaries.workshop import PAGE, Workshop
from audiokit.usage.ledger import Ledger

__all__ = ["SAMPLE", "Going", "Making"]

SAMPLE = "Hello. This is how I sound when I read something to you."
_SAMPLES = "sample"
_AT_ONCE = 8
_REST = frozenset(state for state in Progress if not state.is_under_way)
_TO_GO_ON = frozenset({Progress.PAUSED, Progress.FAILED})
_BUSY = "This programme is being worked on. Pause or cancel that first."
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
            InputError: it is being worked on, or no document is taken.
        """
        programme = self.at_rest(person_id, programme_id)
        if not programme.taken:
            raise InputError(_NOTHING_TAKEN)
        for digest in self.scripts.put(person_id, programme_id, ()):
            self.clips.forget(person_id, digest)
        emptied = replace(programme, lines=(), chapters=())
        return self._start(emptied, WRITE, Progress.WRITING, goes_on, cap_nanousd, goes_on)

    def speak(self, person_id: str, programme_id: str, *, cap_nanousd: int | None = None) -> KeptProgramme:
        """Speak every line that has no sound yet, and join all of them.

        Raises:
            InputError: it is being worked on, or there is no script.
        """
        programme = self.at_rest(person_id, programme_id)
        if not programme.lines:
            raise InputError(_NO_SCRIPT)
        return self._start(programme, MAKE, Progress.MAKING, True, cap_nanousd)

    def redo(self, person_id: str, programme_id: str, line_ids: Sequence[str]) -> KeptProgramme:
        """Speak lines again that were not said as written, or that a person does not like, by the better model."""
        programme = self.at_rest(person_id, programme_id)
        for kept in programme.lines:
            if kept.id in line_ids:
                again = replace(
                    kept,
                    line=replace(kept.line, is_starred=True),
                    state=LineState.WRITTEN,
                    clip_digest=None,
                    key=None,
                    duration_s=None,
                    n_tries=0,
                    trouble=None,
                    timings=(),
                )
                self.workshop.narrator.discard(kept)
                self.scripts.keep_sound(programme_id, again)
        starred = [
            (kept.id, replace(kept.line, is_starred=kept.line.is_starred or kept.id in line_ids))
            for kept in programme.lines
        ]
        self.scripts.put(person_id, programme_id, starred)
        return self.speak(person_id, programme_id, cap_nanousd=programme.money.cap_nanousd)

    def sample(self, person_id: str, shape: Shape, speaker: int) -> bytes:
        """Return how a persona of a shape sounds, as WAV; it is paid for once and found again afterwards.

        Raises:
            AudiokitError: nobody could speak it.
        """
        line = KeptLine(id=_SAMPLES, line=Line(text=SAMPLE, speaker=speaker))
        caller, narrator = Caller(person_id=person_id, page=PAGE), self.workshop.narrator
        with narrator.speaking(caller, _SAMPLES, line, shape, tier=shape.tier) as spoken:
            return self.clips.read(person_id, spoken.clip_digest)

    def look(self, person_id: str, programme_id: str) -> tuple[KeptProgramme, Going | None]:
        """Return a programme as it stands, and what is being done for it, if anything."""
        programme = self.programmes.open(person_id, programme_id)
        if not programme.state.is_under_way or programme.job_id is None:
            return programme, None
        job = self._job(programme.job_id)
        if job is None or job.is_over:
            programme = self._ended(programme, job)
            if not programme.state.is_under_way:
                return programme, None
        return programme, self._going(programme, job)

    def pause(self, person_id: str, programme_id: str) -> KeptProgramme:
        """Begin nothing new for it until it goes on; lines that are being spoken are kept."""
        programme = self.programmes.open(person_id, programme_id)
        if programme.state.is_under_way and programme.job_id:
            self.jobs.pause(programme.job_id)
            return self.programmes.change(person_id, programme_id, state=Progress.PAUSED.value)
        return programme

    def cancel(self, person_id: str, programme_id: str) -> KeptProgramme:
        """Stop; what was made stays."""
        programme = self.programmes.open(person_id, programme_id)
        if programme.job_id and (programme.state.is_under_way or programme.state in _TO_GO_ON):
            self.jobs.cancel(programme.job_id)
            state = Progress.WRITTEN if programme.lines else Progress.DRAFT
            return self.programmes.change(person_id, programme_id, state=state.value, trouble=None, job_id=None)
        return programme

    def go_on(self, person_id: str, programme_id: str, *, cap_nanousd: int | None = None) -> KeptProgramme:
        """Go on with what was paused, or has failed, where it stopped; ``cap_nanousd`` raises the limit."""
        programme = self.programmes.open(person_id, programme_id)
        if programme.job_id is None or programme.state not in _TO_GO_ON:
            return programme
        values = {} if cap_nanousd is None else {"cap_nanousd": cap_nanousd}
        going = Progress.MAKING if programme.lines and not programme.goes_on else Progress.WRITING
        going = Progress.MAKING if programme.n_spoken else going
        claimed = self.programmes.claim(person_id, programme_id, to=going, among=_TO_GO_ON, **values)
        if claimed is None:
            return self.programmes.open(person_id, programme_id)
        job = self._job(programme.job_id)
        if job is not None and job.status is Status.PAUSED:
            self.jobs.resume(programme.job_id)
            return claimed
        if job is None:
            return self._start(replace(programme, state=Progress.WRITTEN), MAKE, Progress.MAKING, True, None)
        again = self.jobs.retry(programme.job_id)
        return self.programmes.change(person_id, programme_id, job_id=again)

    def at_rest(self, person_id: str, programme_id: str) -> KeptProgramme:
        """Return a programme that nobody is working on.

        Raises:
            InputError: somebody is.
        """
        programme, _ = self.look(person_id, programme_id)
        if programme.state.is_under_way:
            raise InputError(_BUSY)
        return programme

    def _start(
        self,
        programme: KeptProgramme,
        job: str,
        to: Progress,
        goes_on: bool,  # noqa: FBT001 - private
        cap_nanousd: int | None,
        *args: bool,
    ) -> KeptProgramme:
        person_id, quoted, spent = programme.person_id, self.planner.quote(programme), programme.money.spent_nanousd
        claimed = self.programmes.claim(
            person_id,
            programme.id,
            to=to,
            among=_REST,
            goes_on=goes_on,
            low_nanousd=_beside(spent, quoted.low_nanousd),
            high_nanousd=_beside(spent, quoted.high_nanousd),
            cap_nanousd=programme.money.cap_nanousd if cap_nanousd is None else cap_nanousd,
        )
        if claimed is None:
            raise InputError(_BUSY)
        try:
            job_id = self.jobs.start(job, person_id, person_id, programme.id, *args)
        except AudiokitError:
            self.programmes.change(person_id, programme.id, state=programme.state.value)
            raise
        return self.programmes.change(person_id, programme.id, job_id=job_id)

    def _job(self, job_id: str) -> JobState | None:
        try:
            return self.jobs.state(job_id)
        except NotFound:
            return None

    def _ended(self, programme: KeptProgramme, job: JobState | None) -> KeptProgramme:
        """Return a programme whose job is over; one that never said how it ended has failed."""
        latest = self.programmes.open(programme.person_id, programme.id)
        if latest.job_id != programme.job_id or not latest.state.is_under_way:
            return latest
        trouble = (job.error if job else None) or _STOPPED
        values = {"state": Progress.FAILED.value, "trouble": trouble}
        return self.programmes.change(programme.person_id, programme.id, **values)

    def _going(self, programme: KeptProgramme, job: JobState | None) -> Going:
        total, done = len(programme.lines), programme.n_spoken
        return Going(
            stage="Writing the script" if programme.state is Progress.WRITING and not done else "Speaking",
            done=done,
            total=total,
            made_s=programme.spoken_s,
            seconds_left=self._seconds_left(programme, total - done),
            is_waiting=job is not None and job.status is Status.QUEUED,
        )

    def _seconds_left(self, programme: KeptProgramme, n_left: int) -> float | None:
        """Judge by how long the lines took that were spoken, as many at a time as there are."""
        took = [
            entry.total_ms / 1000
            for entry in self.ledger.of_conversation(programme.id)
            if entry.turn_id is not None and not entry.cached
        ]
        return fmean(took) * n_left / _AT_ONCE if took and n_left else None


def _beside(spent_nanousd: int, to_pay_nanousd: int | None) -> int | None:
    return None if to_pay_nanousd is None else spent_nanousd + to_pay_nanousd
