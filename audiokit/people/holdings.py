"""What is kept of a person, whichever room keeps it: each thing, each clip, and what has been here for too long."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from audiokit.people.keeping import Keeper, Kept
from audiokit.people.retention import Kind, Retention, Rule
from audiokit.store.columns import utc_now
from audiokit.store.database import Database
from audiokit.store.owned import Owned, OwnedClip
from audiokit.store.tables import entry

__all__ = ["LOOSE", "Holdings", "Stored"]

LOOSE: Final = "loose"
"""Begins the ids of clips that nothing has."""
_YOUNG = timedelta(days=1)  # a clip is kept a moment before the row that has it
_KIND_OF = {
    "reply": Kind.REPLIES,
    "trial": Kind.REPLIES,
    "line": Kind.PROGRAMMES,
    "programme": Kind.PROGRAMMES,
    "document": Kind.PROGRAMMES,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One stored clip, for "where is my voice?": all things that have it, and the rule by which the last of them goes.

    ``kept_until`` None: until somebody deletes it. ``sent_to`` are endpoints, as the ledger has them.
    """

    digest: str
    media_type: str
    size_bytes: int
    kept_at: datetime
    kept_until: datetime | None
    rule: Rule
    used: tuple[Kept, ...]
    sent_to: tuple[str, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """What to delete, for it to be gone."""
        return tuple(one.id for one in self.used)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """Looks, and changes nothing. Safe to share between threads."""

    keepers: tuple[Keeper, ...]
    database: Database
    retention: Retention
    now: Callable[[], datetime] = utc_now

    def kept(self, person_id: str) -> tuple[Kept, ...]:
        """Return everything that is kept for a person, words and sound, the oldest first."""
        found = [one for keeper in self.keepers for one in keeper.kept(person_id)]
        owned = Owned(self.database).of(person_id)
        return tuple(sorted([*found, *self._loose(owned, found)], key=lambda one: one.kept_at))

    def stored(self, person_id: str) -> tuple[Stored, ...]:
        """Return every stored clip of a person's, the latest first: what it is, why it is here, and until when."""
        owned, rules = Owned(self.database).of(person_id), self.retention.of(person_id)
        users, sent_to = defaultdict[str, list[Kept]](list), self._sent_to(person_id)
        for one in self.kept(person_id):
            for digest in one.digests:
                users[digest].append(one)
        stored = [_stored(owned[digest], used, rules, sent_to) for digest, used in users.items() if digest in owned]
        return tuple(sorted(stored, key=lambda one: one.kept_at, reverse=True))

    def due(self, person_id: str, kind: Kind, before: datetime) -> list[Kept]:
        """Return what of a kind was kept before a moment."""
        found = [one for keeper in self.keepers for one in keeper.kept(person_id, kind, before)]
        owned = Owned(self.database).of(person_id)
        old = {
            digest: clip
            for digest, clip in owned.items()
            if clip.created_at < before and _KIND_OF.get(clip.kind, Kind.RECORDINGS) is kind
        }
        if not old:
            return found
        everything = [one for keeper in self.keepers for one in keeper.kept(person_id)]
        return found + self._loose(old, everything)

    def _loose(self, owned: Mapping[str, OwnedClip], used: Sequence[Kept]) -> list[Kept]:
        """Return the clips that nothing has, such as what was heard in a trial."""
        in_use, latest = {digest for one in used for digest in one.digests}, self.now() - _YOUNG
        return [
            Kept(
                id=f"{LOOSE}/{clip.digest}",
                kind=_KIND_OF.get(clip.kind, Kind.RECORDINGS),
                what="Sound that nothing uses any more",
                kept_at=clip.created_at,
                digests=(clip.digest,),
            )
            for clip in owned.values()
            if clip.digest not in in_use and clip.created_at < latest
        ]

    def _sent_to(self, person_id: str) -> Mapping[str, set[str]]:
        """Return to which endpoints something went, by its turn and by its conversation."""
        columns, found = entry.c, defaultdict[str, set[str]](set)
        query = select(columns.turn_id, columns.conversation_id, columns.endpoint).distinct()
        with self.database.read() as connection:
            for row in connection.execute(query.where(columns.person_id == person_id, ~columns.cached)):
                for name in (row.turn_id, row.conversation_id):
                    if name is not None:
                        found[name].add(row.endpoint)
        return found


def _stored(
    clip: OwnedClip, used: Sequence[Kept], rules: Mapping[Kind, Rule], sent_to: Mapping[str, set[str]]
) -> Stored:
    """Return one clip: it stays for as long as the last of those that have it."""
    ends = [(rules[one.kind].until(one.kept_at), rules[one.kind]) for one in used]
    lasting = [rule for until, rule in ends if until is None]
    until, rule = (None, lasting[0]) if lasting else max(ends, key=lambda end: end[0] or clip.created_at)
    return Stored(
        digest=clip.digest,
        media_type=clip.media_type,
        size_bytes=clip.size_bytes,
        kept_at=min(one.kept_at for one in used),
        kept_until=until,
        rule=rule,
        used=tuple(used),
        sent_to=tuple(sorted({place for one in used for place in sent_to.get(one.asked_as or "", ())})),
    )
