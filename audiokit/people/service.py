"""People and tokens for whoever asks: an admin looks after people, everybody after their own tokens and visits."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from audiokit.people.audit import Audit, Deed
from audiokit.people.persons import Person, Persons
from audiokit.people.register import Register
from audiokit.people.roles import Action, Role
from audiokit.people.signing_in import Identity
from audiokit.people.tokens import Scope, Token, Tokens

__all__ = ["PeopleService"]


@dataclass(frozen=True, slots=True)
class PeopleService:
    """``by`` is who asks. Every method raises NotAllowed where they may not."""

    persons: Persons
    register: Register
    tokens: Tokens
    audit: Audit | None = None

    def sign_in(self, who: Identity) -> Person:
        """Return whoever a provider vouches for, who begins a visit; added at the first time, and noted."""
        found = self.register.sign_in(who)
        if self.audit is not None:
            self.audit.note_once(found.id, Deed.SIGNED_IN, person_id=found.id)
        return found

    def all(self, by: str) -> tuple[Person, ...]:
        """Return everybody."""
        self.persons.permit(by, Action.MANAGE_PEOPLE)
        return self.persons.all()

    def set_role(self, by: str, person_id: str, role: Role) -> Person:
        """Give somebody a role, which stays whatever their provider says."""
        self.persons.permit(by, Action.MANAGE_PEOPLE)
        changed = self.register.set_role(person_id, role)
        self._note(by, Deed.CHANGED_ROLE, person_id, role=role.value)
        return changed

    def release_role(self, by: str, person_id: str) -> Person:
        """Let somebody's provider say their role again."""
        self.persons.permit(by, Action.MANAGE_PEOPLE)
        changed = self.register.release_role(person_id)
        self._note(by, Deed.CHANGED_ROLE, person_id, role="as the provider says")
        return changed

    def set_team(self, by: str, person_id: str, team: str | None) -> Person:
        """Put somebody into a team, or into none."""
        self.persons.permit(by, Action.MANAGE_PEOPLE)
        changed = self.register.set_team(person_id, team)
        self._note(by, "changed a team", person_id)
        return changed

    def block(self, by: str, person_id: str) -> Person:
        """Keep somebody out."""
        self.persons.permit(by, Action.MANAGE_PEOPLE)
        blocked = self.register.block(person_id)
        self._note(by, "blocked", person_id)
        return blocked

    def unblock(self, by: str, person_id: str) -> Person:
        """Let somebody in again."""
        self.persons.permit(by, Action.MANAGE_PEOPLE)
        let_in = self.register.unblock(person_id)
        self._note(by, "unblocked", person_id)
        return let_in

    def sign_out_everywhere(self, by: str, person_id: str) -> Person:
        """End all visits of somebody; anybody may end their own."""
        self.persons.permit(by, Action.SEE_OWN if by == person_id else Action.MANAGE_PEOPLE)
        left = self.register.sign_out_everywhere(person_id)
        self._note(by, "signed out everywhere", person_id)
        return left

    def own_tokens(self, by: str) -> tuple[Token, ...]:
        """Return one's own tokens, the newest first."""
        self.persons.permit(by, Action.SEE_OWN)
        return self.tokens.of(by)

    def issue(
        self, by: str, name: str, scopes: Collection[Scope], expires_at: datetime | None = None
    ) -> tuple[Token, str]:
        """Make a token of one's own; see :meth:`audiokit.people.tokens.Tokens.issue`."""
        self.persons.permit(by, Action.HAVE_TOKENS)
        made = self.tokens.issue(by, name, scopes, expires_at)
        self._note(by, Deed.MADE_TOKEN, by, scopes=", ".join(sorted(scopes)))
        return made

    def revoke(self, by: str, token_id: str) -> None:
        """End a token of one's own."""
        self.persons.permit(by, Action.SEE_OWN)
        self.tokens.revoke(by, token_id)
        self._note(by, Deed.REVOKED_TOKEN, by)

    def caller(self, found: Token) -> Person:
        """Return whose token was shown.

        Raises:
            NotAllowed: they may not do anything here.
        """
        self.persons.permit(found.person_id, Action.SEE_OWN)
        if self.audit is not None:
            self.audit.note_once(found.person_id, Deed.USED_TOKEN, person_id=found.person_id)
        return self.persons.standing(found.person_id)

    def _note(self, by: str, deed: str, person_id: str, **detail: str) -> None:
        if self.audit is not None:
            self.audit.note(by, deed, person_id=person_id, detail=detail or None)
