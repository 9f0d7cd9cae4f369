"""From a voice to a finished prompt: recorded, cleaned, transcribed, refined; one call for each stage.

A stage that was begun is recorded before it is paid for, and what came of it as soon as it is there. So it can be
pressed twice, watched from two windows and left alone, and is done once.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from audiokit.audio.door import Admitted
from audiokit.audio.measuring.room import Room
from audiokit.audio.reading.sniff import sniff
from audiokit.catalog.models import Role
from audiokit.converse.prompting.background import Background
from audiokit.converse.prompting.prompt_quote import PromptQuote, prompt_quote
from audiokit.converse.prompting.prompts import (
    KeptPrompt,
    KeptStage,
    Progress,
    PromptHeading,
    Prompts,
    Stage,
    fingerprint,
)
from audiokit.converse.prompting.stages import POINTS, Stages, short
from audiokit.converse.prompting.styles import DEFAULT, style_of
from audiokit.converse.take import refuse_unsendable
from audiokit.errors import AudiokitError, InputError, NotAllowed
from audiokit.store.clips import Clips
from audiokit.store.insisting import insist
from audiokit.usage.ledger import Ledger

__all__ = ["PipelineService"]

_log = logging.getLogger(__name__)
_UNKNOWN_MEDIA_TYPE = "application/octet-stream"
_KINDS = {"transcribe": Stage.TRANSCRIBE, "converse": Stage.REFINE}  # the ledger's, to ours
_INTERRUPTED = "The app stopped while this was being done. It may have been billed. Try it again."
_NOT_KEPT = (
    "Nothing of your sound is kept, as you or whoever runs audiokit wish; a prompt is made in stages, and needs it. "
    "Change that under Account, My data, or talk in a conversation."
)
_OURS = "audiokit itself failed here. Your recording is kept. Try it again."


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineService:
    """Prompts made of recordings. Built once, shared by all visitors; every call names the person.

    ``stages`` does the work. A stage that no one here has in hand for ``interrupted_after_s`` was lost.
    """

    prompts: Prompts
    clips: Clips
    ledger: Ledger
    stages: Stages
    background: Background = field(default_factory=Background)
    interrupted_after_s: float = 10.0
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    clock: Callable[[], float] = time.monotonic

    def headings(self, person_id: str) -> tuple[PromptHeading, ...]:
        """Return the person's prompts, the latest first."""
        return self.prompts.headings(person_id)

    def open(self, person_id: str, prompt_id: str) -> KeptPrompt:
        """Return a prompt; what was being done when the app stopped can be tried again.

        Raises:
            NotFound: there is none of this id that is this person's.
        """
        prompt = self.prompts.open(person_id, prompt_id)
        stage = prompt.running
        if stage is None or self.background.has(prompt_id) or not self._is_old(prompt.at(stage)):
            return prompt
        if self.background.is_elsewhere(prompt_id):
            return prompt
        self.prompts.settle(prompt, stage, replace(prompt.at(stage), progress=Progress.FAILED, failure=_INTERRUPTED))
        return self.prompts.open(person_id, prompt_id)

    def look(self, data: bytes, *, whose: str = "") -> Admitted:
        """Return all that is known of a recording, and what will be made of it. Nothing is kept.

        ``whose`` is the person's id, so that no one keeps the others waiting.

        Raises:
            InputError: it is not sound, or too much of it.
        """
        return self.stages.look(data, whose=whose)

    def capture(
        self, person_id: str, data: bytes, *, style: str = DEFAULT, known: Admitted | None = None
    ) -> KeptPrompt:
        """Keep a recording, whatever is in it, before anything else is done with it, as the start of a prompt.

        One that cannot be used is kept with the sentence that says why. ``known`` is what a look at it found.
        """
        if not self.clips.keeps_sound(person_id):
            raise NotAllowed(_NOT_KEPT)
        container = sniff(data)
        media_type = container.media_type if container else _UNKNOWN_MEDIA_TYPE
        with self.clips.keeping(person_id, data, media_type, "take") as digest:
            prompt = self.prompts.add(person_id, style=style, clip_digest=digest, clip_media_type=media_type)
        kept = KeptStage(media_type=media_type, made_of=prompt.input_of(Stage.RECORD), made=fingerprint(digest))
        try:
            known = known or self.look(data, whose=person_id)
        except InputError as error:
            kept = replace(kept, progress=Progress.FAILED, failure=str(error))
        else:
            self.clips.draw(person_id, digest, known.waveform.to_bytes())
            kept = _judged(kept, known, self.stages.rooms.of(person_id))
        self.prompts.settle(prompt, Stage.RECORD, kept)
        return self.prompts.open(person_id, prompt.id)

    def clean(self, person_id: str, prompt_id: str) -> KeptPrompt:
        """Reduce the noise, bring it to a level, and keep what came of it as a clip of its own."""
        return self._do(self.open(person_id, prompt_id), Stage.CLEAN)

    def transcribe(self, person_id: str, prompt_id: str) -> KeptPrompt:
        """Write down what is said in the cleaned sound."""
        return self._do(self.open(person_id, prompt_id), Stage.TRANSCRIBE)

    def refine(self, person_id: str, prompt_id: str, style: str | None = None) -> KeptPrompt:
        """Make the transcript into a finished prompt, in another style where one is given."""
        prompt = self.open(person_id, prompt_id)
        return self._do(prompt if style is None else self.restyle(person_id, prompt_id, style), Stage.REFINE)

    def run(self, person_id: str, prompt_id: str) -> KeptPrompt:
        """Do all stages that remain, in order, until one fails; return when that is done."""
        prompt = self.open(person_id, prompt_id)
        while prompt.remaining and prompt.is_ready_for(prompt.remaining[0]):
            stage = prompt.remaining[0]
            prompt = self._do(prompt, stage)
            if stage in prompt.remaining:
                break
        return prompt

    def begin(self, seen: KeptPrompt, stage: Stage | None = None) -> KeptPrompt:
        """Do one stage, or all that remain, with nobody waiting; return the prompt as it is while that goes on.

        ``seen`` is the prompt as the person saw it: what was begun since then is not begun a second time.
        """
        first = stage or next(iter(seen.remaining), None)
        self.stages.places[0].permit(seen.person_id)
        claimed = self._claim(seen, first) if first else None
        if first is None or claimed is None:
            return self.open(seen.person_id, seen.id)
        self.background.start(seen.id, lambda: self._go_on(claimed, first, is_all=stage is None))
        return claimed

    def edit(
        self, person_id: str, prompt_id: str, *, transcript: str | None = None, refined: str | None = None
    ) -> KeptPrompt:
        """Keep what the person wrote in place of a stage's words.

        Raises:
            NotAllowed: the stage is writing them just now.
        """
        given = {Stage.TRANSCRIBE: ("transcript", transcript), Stage.REFINE: ("refined", refined)}
        words = {name: text.strip() for name, text in given.values() if text is not None}
        prompt = self.open(person_id, prompt_id)
        if prompt.running in given and given[prompt.running][1] is not None:
            raise NotAllowed("This is being written just now. Wait a moment, then change it.")
        return self.prompts.change(person_id, prompt_id, **words) if words else prompt

    def restyle(self, person_id: str, prompt_id: str, style: str) -> KeptPrompt:
        """Choose what the transcript is to be made into; nothing is done yet."""
        return self.prompts.change(person_id, prompt_id, style=style_of(style).key)

    def rename(self, person_id: str, prompt_id: str, title: str) -> KeptPrompt:
        """Give a prompt another title."""
        return self.prompts.change(person_id, prompt_id, title=short(title))

    def remove(self, person_id: str, prompt_id: str) -> None:
        """Remove a prompt with its recordings. What it cost stays in the ledger.

        Raises:
            NotAllowed: it is being worked on just now.
        """
        prompt = self.open(person_id, prompt_id)
        if not self.prompts.remove(person_id, prompt_id):
            raise NotAllowed("This prompt is being made just now. Wait until it is done, then remove it.")
        self._forget(person_id, prompt.clip_digest, prompt.cleaned_digest)

    def quote(self, prompt: KeptPrompt, stage: Stage | None = None) -> PromptQuote:
        """Price one stage, or all that remain."""
        return prompt_quote(
            prompt,
            prompt.remaining if stage is None else (stage,),
            transcribe_price=lambda: self.stages.price_of(Role.TRANSCRIBE, prompt.person_id),
            refine_price=lambda: self.stages.price_of(Role.WRITE, prompt.person_id),
        )

    def costs(self, person_id: str, prompt_id: str) -> dict[Stage, int | None]:
        """Return what each stage has cost, every run of it together; None where a part of it is unknown."""
        spent: dict[Stage, int | None] = {}
        for entry in self.ledger.of_turn(prompt_id):
            if entry.person_id == person_id and (stage := _KINDS.get(entry.kind)) is not None:
                so_far, cost = spent.get(stage, 0), entry.cost_nanousd
                spent[stage] = None if so_far is None or cost is None else so_far + cost
        return spent

    def close(self) -> None:
        """Wait for what is being done."""
        self.background.close()

    def _is_old(self, kept: KeptStage) -> bool:
        return kept.since is None or self.now() - kept.since > timedelta(seconds=self.interrupted_after_s)

    def _do(self, seen: KeptPrompt, stage: Stage) -> KeptPrompt:
        claimed = self._claim(seen, stage)
        if claimed is not None:
            with self.background.holding(seen.id):
                self._work(claimed, stage)
        return self.open(seen.person_id, seen.id)

    def _claim(self, seen: KeptPrompt, stage: Stage) -> KeptPrompt | None:
        if not seen.is_ready_for(stage):
            raise NotAllowed("There is nothing to do this with yet. Do the step before it first.")
        return self.prompts.claim(seen, stage)

    def _go_on(self, claimed: KeptPrompt, stage: Stage, *, is_all: bool) -> None:
        """Do a claimed stage and, if all were asked for, those after it; whatever happens is told in the prompt."""
        try:
            self._work(claimed, stage)
            if is_all and stage not in self.open(claimed.person_id, claimed.id).remaining:
                self.run(claimed.person_id, claimed.id)
        except AudiokitError:
            _log.exception("a prompt could not be gone on with")

    def _work(self, claimed: KeptPrompt, stage: Stage) -> None:
        began, kept = self.clock(), claimed.at(stage)
        try:
            made = self.stages.make(claimed, stage)
        except AudiokitError as error:
            self._fail(claimed, stage, str(error), began)
        except Exception:  # noqa: BLE001 - a bug of ours must not leave a stage running for ever
            _log.exception("a stage failed")
            self._fail(claimed, stage, _OURS, began)
        else:
            told = replace(made.kept, progress=Progress.DONE, runs=kept.runs, since=kept.since)
            told = replace(told, made_of=claimed.input_of(stage), total_ms=self._ms_since(began))
            self._settle(claimed, stage, told, made.outputs)
            if stage is Stage.CLEAN:
                self._forget(claimed.person_id, claimed.cleaned_digest)

    def _fail(self, claimed: KeptPrompt, stage: Stage, failure: str, began: float) -> None:
        """Say why a stage failed. What it made before, if it did, stays."""
        told = replace(claimed.at(stage), progress=Progress.FAILED, failure=failure, total_ms=self._ms_since(began))
        self._settle(claimed, stage, replace(told, notes=()), {})

    def _settle(self, claimed: KeptPrompt, stage: Stage, kept: KeptStage, outputs: Mapping[str, str]) -> None:
        """Keep what may have been paid for, however long the store lets us wait."""
        insist(lambda: self.prompts.settle(claimed, stage, kept, **outputs))

    def _forget(self, person_id: str, *digests: str | None) -> None:
        """Let go of clips that neither a prompt nor anything else of this person's has any more."""
        for digest in {digest for digest in digests if digest}:
            self.clips.forget(person_id, digest)

    def _ms_since(self, began: float) -> int:
        return round((self.clock() - began) * 1000)


def _judged(kept: KeptStage, known: Admitted, room: Room | None) -> KeptStage:
    """Return what is kept of a look at a recording: length, shape, advice, or why it cannot be used."""
    received = known.received
    kept = replace(
        kept,
        progress=Progress.DONE,
        duration_s=received.measures.duration_s,
        sent_s=received.changes.duration_s,
        peaks=known.waveform.points(n=POINTS),
        notes=received.advice,
    )
    try:
        refuse_unsendable(received, room=room)
    except InputError as error:
        return replace(kept, progress=Progress.FAILED, failure=str(error))
    return kept
