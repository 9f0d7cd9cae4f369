"""What a person has said and was told, to be searched by a model on their behalf and nobody else's."""

from __future__ import annotations

import re
from dataclasses import dataclass

from audiokit.converse.conversations import Conversations
from audiokit.converse.tools.recordings import Passage

__all__ = ["OwnTurns"]

_TERM = re.compile(r"\w{3,}")
_LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class OwnTurns:
    """One person's answered turns."""

    conversations: Conversations
    person_id: str

    def search(self, query: str, limit: int) -> tuple[Passage, ...]:
        """Return the turns that have most of the words of ``query``, the latest first among equals."""
        terms = list(dict.fromkeys(term.lower() for term in _TERM.findall(query))) or [query.strip().lower()]
        found = self.conversations.turns_saying(self.person_id, terms, limit=_LOOKED_AT)
        ranked = sorted(found, key=lambda one: -sum(term in one[1].said.lower() for term in terms))
        return tuple(Passage(title=title, words=turn.said, said_at=turn.created_at) for title, turn in ranked[:limit])
