"""Deletes for good: by hand, by rule, or everything of a person; with a receipt, and so that it can be finished later.

A receipt says what is to go before anything does. A process that dies on the way leaves it unfinished, and the next
look finishes it: every step may be done twice. Of several processes, one works for a person at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select

from audiokit.errors import NotFound
from audiokit.people.audit import Audit, Deed
from audiokit.people.holdings import LOOSE, Holdings
from audiokit.people.keeping import Keeper, Kept
from audiokit.people.receipts import Item, Receipt, Receipts
from audiokit.people.retention import Kind, Rule
from audiokit.store.clips import Clips
from audiokit.store.database import Database
from audiokit.store.flights import Flights
from audiokit.store.owned import Owned, OwnedClip
from audiokit.store.tables import model_switch, person, preference

__all__ = ["AS_ASKED", "EVERYTHING", "NOBODY", "Deleting", "Done"]

AS_ASKED: Final = "as you asked"
EVERYTHING: Final = "as you asked, with everything else of yours"
NOBODY: Final = "audiokit"
"""Who deletes by a rule, in the audit log."""
_SOUND = (Kind.RECORDINGS, Kind.REPLIES)
_STAYING = ("retention", "discretion")  # preferences that protect a person: they hold no content


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a deletion; ``n_left`` things are being worked on, and were left. No receipt: nothing went."""

    receipt: Receipt | None
    n_left: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleting:
    """Goes over every room's things. Safe to share between threads and processes."""

    holdings: Holdings
    clips: Clips
    database: Database
    flights: Flights
    receipts: Receipts
    audit: Audit
    also_sweep: Callable[[], object] = lambda: None

    def delete(self, person_id: str, ids: Collection[str], *, reason: str = AS_ASKED, actor: str | None = None) -> Done:
        """Delete things for good, by their ids; sound goes wherever else the same person has the same sound.

        Raises:
            NotFound: none of them is there, or theirs.
        """
        with self._alone(person_id):
            kept = self.holdings.kept(person_id)
            chosen = {one.id for one in kept if one.id in set(ids)}
            if not chosen:
                raise NotFound("This is not here any more. Load the page again.")
            sounds = {d for one in kept if one.id in chosen and one.kind in _SOUND for d in one.digests}
            wanted = [one for one in kept if one.id in chosen or (one.kind in _SOUND and sounds & {*one.digests})]
            return self._deleted(person_id, wanted, reason, actor or person_id)

    def delete_everything(self, person_id: str, *, actor: str | None = None) -> Done:
        """Delete all that a person has said, made and chosen here. The ledger keeps amounts, which have no words."""
        with self._alone(person_id):
            return self._deleted(person_id, self.holdings.kept(person_id), EVERYTHING, actor or person_id)

    def sweep(self) -> int:
        """Finish what was begun, then delete what has been here for longer than its rule says; return how many things.

        What is being worked on stays until the next time. Whoever calls it, and however often at once, each thing goes
        once.
        """
        self.resume()
        with self.database.read() as connection:
            persons = [row.id for row in connection.execute(select(person.c.id).order_by(person.c.id))]
        n_gone = sum(self._swept(one, rule) for one in persons for rule in self.holdings.retention.of(one).values())
        if (days := self.holdings.retention.everybody()[Kind.AUDIT]) is not None:
            self.audit.forget_before(self.holdings.now() - timedelta(days=days))
        self.also_sweep()
        self.database.tidy()
        return n_gone

    def resume(self) -> None:
        """Finish deletions that were stopped; one that is going on elsewhere is waited for."""
        for begun in self.receipts.unfinished():
            with self._alone(begun.person_id):
                for receipt in self.receipts.unfinished():
                    if receipt.id == begun.id:
                        self._finished(receipt)

    def _swept(self, person_id: str, rule: Rule) -> int:
        before = rule.before(self.holdings.now())
        if before is None or not rule.kind.is_personal or not self.holdings.due(person_id, rule.kind, before):
            return 0
        with self._alone(person_id):
            due = self.holdings.due(person_id, rule.kind, before)  # another process may have been quicker
            done = self._deleted(person_id, due, rule.sentence, NOBODY)
        return len(done.receipt.items) if done.receipt else 0

    def _deleted(self, person_id: str, wanted: Sequence[Kept], reason: str, actor: str) -> Done:
        if not wanted:
            return Done(None)
        owned, counted = Owned(self.database).of(person_id), set[str]()
        items = [_item(one, owned, counted) for one in wanted]
        receipt = self._finished(self.receipts.begin(person_id, reason, items))
        if receipt is not None:
            detail = {"n_items": len(receipt.items), "size_bytes": receipt.size_bytes, "why": reason}
            self.audit.note(
                actor,
                Deed.DELETED,
                person_id=person_id,
                subject_kind="receipt",
                subject_id=receipt.id,
                detail=detail,
            )
        return Done(receipt, len(items) - (len(receipt.items) if receipt else 0))

    def _finished(self, receipt: Receipt) -> Receipt | None:
        """Do all of it, from wherever it stopped."""
        person_id, today = receipt.person_id, self.holdings.now()
        sentence = f"was deleted on {today.day} {today:%B %Y}, {receipt.reason}."
        if receipt.reason == EVERYTHING:
            self._clear(person_id)
            staying = {one.id for one in self.holdings.kept(person_id) if not one.id.startswith(f"{LOOSE}/")}
            gone = [item for item in receipt.items if item.id not in staying]
        else:
            gone = [item for item in receipt.items if self._let_go(person_id, item, sentence)]
        for item in gone:
            for digest in item.digests:
                self.clips.forget(person_id, digest)
        for item in gone:
            if (keeper := self._keeper(item.id)) is not None:
                keeper.wipe(person_id, item)
        left = Owned(self.database).of(person_id)
        finished = self.receipts.finish(receipt, [_without(item, left) for item in gone])
        self.database.tidy()
        return finished

    def _clear(self, person_id: str) -> None:
        for keeper in self.holdings.keepers:
            keeper.clear(person_id)
        content = (preference.c.person_id == person_id) & preference.c.name.not_in(_STAYING)
        with self.database.write() as connection:
            connection.execute(delete(preference).where(content))
            connection.execute(delete(model_switch).where(model_switch.c.person_id == person_id))

    def _let_go(self, person_id: str, item: Item, sentence: str) -> bool:
        keeper = self._keeper(item.id)
        if keeper is None:
            return True
        subject = "The words" if item.kind is Kind.TRANSCRIPTS else "The sound"
        verb = sentence.replace("was", "were", 1) if item.kind is Kind.TRANSCRIPTS else sentence
        return keeper.let_go(person_id, item.id, f"{subject} {verb}")

    def _keeper(self, kept_id: str) -> Keeper | None:
        name = kept_id.partition("/")[0]
        return next((keeper for keeper in self.holdings.keepers if keeper.name == name), None)

    def _alone(self, person_id: str) -> AbstractContextManager[None]:
        return self.flights.only_one(f"deleting {person_id}")


def _item(kept: Kept, owned: Mapping[str, OwnedClip], counted: set[str]) -> Item:
    """Return a thing for a receipt; bytes that several things have are counted once."""
    new = [digest for digest in kept.digests if digest in owned and digest not in counted]
    counted.update(new)
    return Item(
        id=kept.id,
        kind=kept.kind,
        what=kept.what,
        kept_at=kept.kept_at,
        size_bytes=sum(owned[digest].size_bytes for digest in new),
        digests=kept.digests,
        traces=kept.traces,
    )


def _without(item: Item, left: Mapping[str, OwnedClip]) -> Item:
    """Return what is really gone of an item: sound that something else of the person's has stays."""
    staying = [left[digest] for digest in item.digests if digest in left]
    if not staying:
        return item
    size_bytes = max(0, item.size_bytes - sum(clip.size_bytes for clip in staying))
    return replace(item, digests=tuple(d for d in item.digests if d not in left), size_bytes=size_bytes)
