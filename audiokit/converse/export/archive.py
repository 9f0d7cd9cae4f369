"""A kept conversation as what :mod:`audiokit.converse.export.zipped` writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from audiokit.converse.conversation import Conversation, KeptTurn, Speaker
from audiokit.converse.export.transcript import Call, Said
from audiokit.converse.export.zipped import Exported, ExportedTurn
from audiokit.words.word_times import Word

__all__ = ["exported"]


def exported(conversation: Conversation, *, costs: Mapping[str, int | None], read: Callable[[str], bytes]) -> Exported:
    """Return what goes into the archive: every turn that was answered. ``read`` returns a clip by its digest."""
    return Exported(
        title=conversation.heading.title,
        turns=tuple(_turn(turn, costs, read) for turn in conversation.answered),
    )


def _turn(turn: KeptTurn, costs: Mapping[str, int | None], read: Callable[[str], bytes]) -> ExportedTurn:
    said = Said(
        by_person=turn.speaker is Speaker.PERSON,
        said_at=turn.created_at,
        words=turn.words,
        typed=turn.typed,
        timings=tuple(Word(one.text, one.start_s, one.end_s) for one in turn.timings),
        duration_s=turn.duration_s,
        model=turn.model,
        cost_nanousd=costs.get(turn.id),
        calls=tuple(
            Call(
                name=one.name,
                arguments=one.arguments,
                output=one.output,
                failed=one.failed,
                duration_s=one.total_ms / 1000,
            )
            for one in turn.calls
        ),
    )
    digest = turn.clip_digest
    return ExportedTurn(said=said, read=None if digest is None else lambda: read(digest))
