"""What whoever runs audiokit has people agree to before their first recording: known by the digest of its text."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from audiokit.errors import NotAllowed
from audiokit.people.audit import Audit, Deed
from audiokit.people.preferences import Preferences
from audiokit.store.columns import utc_now

__all__ = ["NOT_AGREED", "Agreement", "Consent"]

_NAME = "consent"
_OWN_SOUND = frozenset({"take", "recording"})
NOT_AGREED: Final = "Agree to the text about recordings first; it stands where you record."


@dataclass(frozen=True, slots=True)
class Agreement:
    """To which text a person agreed, and when."""

    version: str
    agreed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """``text`` is the operator's own; without one, nothing is asked. Another text is asked for anew."""

    text: str | None
    preferences: Preferences
    audit: Audit
    now: Callable[[], datetime] = utc_now

    @property
    def version(self) -> str:
        """Return a short name for the text as it is today."""
        return hashlib.sha256((self.text or "").encode()).hexdigest()[:16]

    def is_needed(self, person_id: str) -> bool:
        """Whether a person has to be asked before they record."""
        if not self.text:
            return False
        agreed = self.of(person_id)
        return agreed is None or agreed.version != self.version

    def admit(self, person_id: str, kind: str) -> None:
        """Pass where sound of this kind may be kept; for :class:`audiokit.store.clips.Clips`.

        Raises:
            NotAllowed: it is a person's own, and they have not agreed to the text of today.
        """
        if kind in _OWN_SOUND and self.is_needed(person_id):
            raise NotAllowed(NOT_AGREED)

    def of(self, person_id: str) -> Agreement | None:
        """Return what a person agreed to last; None if they never did, or have withdrawn it."""
        kept = self.preferences.get(person_id, _NAME)
        try:
            return Agreement(kept["version"], datetime.fromisoformat(kept["agreed_at"])) if kept else None
        except (KeyError, TypeError, ValueError):
            return None

    def agree(self, person_id: str) -> None:
        """Keep that a person agrees to the text as it is."""
        kept = {"version": self.version, "agreed_at": self.now().isoformat()}
        self.preferences.set(person_id, _NAME, kept)
        self.audit.note(person_id, Deed.AGREED, person_id=person_id, detail={"version": self.version})

    def withdraw(self, person_id: str) -> None:
        """Take it back: nothing is recorded before they agree again. What is kept stays until it is deleted."""
        self.preferences.forget(person_id, _NAME)
        self.audit.note(person_id, Deed.WITHDREW, person_id=person_id)
