"""Who may do what: one table, asked by the services; pages only show what it says."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from audiokit.errors import NotAllowed

__all__ = ["Action", "Role", "RoleHolder", "allows", "require", "why_not"]


class Role(StrEnum):
    """What a person is here; each may do what those before it may."""

    VIEWER = "viewer"
    MEMBER = "member"
    ADMIN = "admin"


class Action(StrEnum):
    """What is asked for; the value is the end of a sentence that begins with "You may not"."""

    SEE_OWN = "look at this"
    CALL_MODELS = "start anything that calls a model"
    HAVE_TOKENS = "make tokens for programs"
    SEE_ALL = "see other people's numbers"
    SET_BUDGETS = "change budgets"
    SWITCH_FOR_ALL = "switch models for everybody"
    MANAGE_PEOPLE = "look after people"
    SET_RETENTION = "say how long things are kept"
    READ_AUDIT = "read who saw or deleted what"


class RoleHolder(Protocol):
    """Whoever has a role here: :class:`audiokit.people.persons.Person`."""

    @property
    def role(self) -> Role:
        """What they are."""

    @property
    def is_blocked(self) -> bool:
        """Whether they may do nothing at all for now."""


_VIEWER = frozenset({Action.SEE_OWN, Action.HAVE_TOKENS})
_MEMBER = _VIEWER | {Action.CALL_MODELS}
ALLOWED: Mapping[Role, frozenset[Action]] = MappingProxyType(
    {Role.VIEWER: _VIEWER, Role.MEMBER: _MEMBER, Role.ADMIN: frozenset(Action)}
)
"""The table."""

_BLOCKED = "Your access here has been blocked. Ask whoever looks after this installation."
_NOT_YOURS = "You may not {action}: you are a {role} here. Ask an admin of this installation for another role."


def allows(person: RoleHolder, action: Action) -> bool:
    """Return whether this person may do that; a blocked one may do nothing."""
    return not person.is_blocked and action in ALLOWED[person.role]


def require(person: RoleHolder, action: Action) -> None:
    """Pass where the person may.

    Raises:
        NotAllowed: they may not; the sentence says what, and whom to ask.
    """
    if (sentence := why_not(person, action)) is not None:
        raise NotAllowed(sentence, action=action.name, role=person.role.value)


def why_not(person: RoleHolder, action: Action) -> str | None:
    """Return why a person may not do something, in a sentence; None where they may."""
    if person.is_blocked:
        return _BLOCKED
    return None if allows(person, action) else _NOT_YOURS.format(action=action.value, role=person.role.value)
