"""Privacy for pages, routes and programs: what is kept of a person, for how long, and who may do what about it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from audiokit.errors import NotAllowed
from audiokit.people.archive import Archive
from audiokit.people.audit import Audit, Deed, Sighting
from audiokit.people.consent import NOT_AGREED, Consent
from audiokit.people.deleting import Deleting, Done
from audiokit.people.discretion import Discreet, Discretion
from audiokit.people.holdings import Stored
from audiokit.people.receipts import Receipt
from audiokit.people.retention import Kind, Retention
from audiokit.people.roles import Action

__all__ = ["PrivacyService"]

Permit = Callable[[str, Action], object]
"""Passes where a person may do that, and raises NotAllowed where they may not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyService:
    """Built once, shared by all visitors; every call names the person who asks."""

    deleting: Deleting
    retention: Retention
    discretion: Discretion
    consent: Consent
    archive: Archive
    audit: Audit
    permit: Permit

    def stored(self, person_id: str) -> tuple[Stored, ...]:
        """Return every stored clip of this person's: what it is, why it is here, and until when."""
        self.permit(person_id, Action.SEE_OWN)
        return self.deleting.holdings.stored(person_id)

    def delete(self, person_id: str, ids: Collection[str]) -> Done:
        """Delete things of this person's for good, by the ids that :meth:`stored` gives."""
        self.permit(person_id, Action.SEE_OWN)
        return self.deleting.delete(person_id, ids)

    def delete_everything(self, person_id: str) -> Done:
        """Delete all that this person has said, made and chosen."""
        self.permit(person_id, Action.SEE_OWN)
        return self.deleting.delete_everything(person_id)

    def receipts(self, person_id: str) -> tuple[Receipt, ...]:
        """Return what was deleted of this person's, the latest first."""
        self.permit(person_id, Action.SEE_OWN)
        return self.deleting.receipts.of(person_id)

    def write_everything(self, person_id: str, to: BinaryIO) -> str:
        """Write all of this person's into an archive and return what to call it."""
        self.permit(person_id, Action.SEE_OWN)
        self.audit.note(person_id, Deed.EXPORTED, person_id=person_id, subject_kind="everything")
        return self.archive.write(person_id, to)

    def keep_for(self, person_id: str, kind: Kind, days: int | None) -> None:
        """Have a kind kept for so many days, for everybody.

        Raises:
            NotAllowed: that is not this person's to say.
            InputError: it is no number of days.
        """
        self.permit(person_id, Action.SET_RETENTION)
        was = self.retention.everybody()[kind]
        self.retention.set(kind, days)
        self._note_rule(person_id, kind, was, days, subject="everybody")

    def keep_own_for(self, person_id: str, kind: Kind, days: int | None) -> None:
        """Have this person's things of a kind go sooner; None follows the rule for everybody again."""
        self.permit(person_id, Action.SEE_OWN)
        was = self.retention.own(person_id)[kind]
        self.retention.set_own(person_id, kind, days)
        self._note_rule(person_id, kind, was, days, subject=None)

    def choose(self, person_id: str, choice: Discreet) -> None:
        """Keep what this person wants kept of what they say."""
        self.permit(person_id, Action.SEE_OWN)
        self.discretion.choose(person_id, choice)
        detail = {name: getattr(choice, name) for name in Discreet.__dataclass_fields__}
        self.audit.note(person_id, Deed.CHANGED_PRIVACY, person_id=person_id, detail=detail)

    def require_consent(self, person_id: str) -> None:
        """Pass where this person may record.

        Raises:
            NotAllowed: they have not agreed to the text of today.
        """
        if self.consent.is_needed(person_id):
            raise NotAllowed(NOT_AGREED)

    def log(self, person_id: str, *, of_all: bool = False, before: Sighting | None = None) -> tuple[Sighting, ...]:
        """Return a page of the audit log, the latest first: what concerns this person, or all of it.

        Raises:
            NotAllowed: all of it is not this person's to read.
        """
        if not of_all:
            self.permit(person_id, Action.SEE_OWN)
            return self.audit.entries(about=person_id, before=before)
        self.permit(person_id, Action.READ_AUDIT)
        if before is None:
            self.audit.note(person_id, Deed.SAW_LOG)
        return self.audit.entries(before=before)

    def whole_log(self, person_id: str, *, of_all: bool = False) -> Iterator[Sighting]:
        """Yield every entry, for a file; errors as for :meth:`log`."""
        self.permit(person_id, Action.READ_AUDIT if of_all else Action.SEE_OWN)
        self.audit.note(person_id, Deed.EXPORTED, subject_kind="audit log", detail={"of_all": of_all})
        return self.audit.all(about=None if of_all else person_id)

    def _note_rule(self, actor: str, kind: Kind, was: int | None, days: int | None, *, subject: str | None) -> None:
        self.audit.note(
            actor,
            Deed.CHANGED_RETENTION,
            person_id=None if subject else actor,
            subject_kind=kind.value,
            detail={"was_days": was, "days": days},
        )
