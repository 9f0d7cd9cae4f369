"""What a provider says of somebody (OpenID Connect Core 1.0, section 5.1) becomes who they are here.

What is said is only believed where it was signed: whoever calls has seen to that (Streamlit's own cookie).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from audiokit.errors import NotAllowed
from audiokit.people.roles import Role

__all__ = ["ClaimRules", "Identity", "identity_of"]

_MAX_CHARS = 200  # of a name; what is longer is cut
_RANKS = tuple(Role)  # each may do what those before it may
_UNUSABLE = "Your sign-in did not say who you are ({claim} is missing). Tell whoever looks after this installation."


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who signed in, as said at ``at``. ``team`` counts where ``tells_team``; else it is an admin's to say."""

    issuer: str
    subject: str
    name: str
    email: str | None
    role: Role
    team: str | None
    tells_team: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRules:
    """How claims are read.

    ``role_claim`` names the one with a role or a list of them, with dots where it lies deeper. ``roles`` maps what may
    stand there to our roles, and then nothing else counts; without it, our own names do. The highest counts.
    Whoever has one of the ``admins``' e-mail addresses is an admin, unless the provider says that it is not theirs.
    """

    role_claim: str = "roles"
    roles: Mapping[str, Role] = field(default_factory=dict)
    team_claim: str | None = None
    admins: frozenset[str] = frozenset()
    default_role: Role = Role.MEMBER


def identity_of(claims: Mapping[str, Any], rules: ClaimRules) -> Identity:
    """Return who somebody is.

    Raises:
        NotAllowed: the claims do not say who they are, or since when.
    """
    issuer, subject = _needed(claims, "iss"), _needed(claims, "sub")
    email = _words(claims.get("email"))
    names = (claims.get("name"), claims.get("preferred_username"), email, subject)
    return Identity(
        issuer=issuer,
        subject=subject,
        name=next(name for name in map(_words, names) if name),
        email=email,
        role=Role.ADMIN if _is_admin(claims, email, rules) else _role(claims, rules),
        team=_team(claims, rules),
        tells_team=rules.team_claim is not None,
        at=_issued_at(claims),
    )


def _needed(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not value:
        raise NotAllowed(_UNUSABLE.format(claim=name))
    return value


def _issued_at(claims: Mapping[str, Any]) -> datetime:
    try:
        return datetime.fromtimestamp(float(claims["iat"]), UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        raise NotAllowed(_UNUSABLE.format(claim="iat")) from None


def _is_admin(claims: Mapping[str, Any], email: str | None, rules: ClaimRules) -> bool:
    is_theirs = str(claims.get("email_verified", True)).lower() != "false"
    return is_theirs and email is not None and email.casefold() in rules.admins


def _role(claims: Mapping[str, Any], rules: ClaimRules) -> Role:
    """Return the highest role that the claim names, or the default."""
    ours = rules.roles or {role.value: role for role in Role}
    found = [ours[name] for name in _listed(_claim(claims, rules.role_claim)) if name in ours]
    return max(found, key=_RANKS.index) if found else rules.default_role


def _team(claims: Mapping[str, Any], rules: ClaimRules) -> str | None:
    if rules.team_claim is None:
        return None
    return next((words for name in _listed(_claim(claims, rules.team_claim)) if (words := _words(name))), None)


def _claim(claims: Mapping[str, Any], name: str) -> object:
    """Return a claim by its name, or by the way to it, such as ``realm_access.roles``."""
    if name in claims:
        return claims[name]
    found: object = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _listed(value: object) -> Sequence[str]:
    if isinstance(value, str):
        return (value,)
    return [one for one in value if isinstance(one, str)] if isinstance(value, list | tuple) else ()


def _words(value: object) -> str | None:
    return (" ".join(value.split())[:_MAX_CHARS] or None) if isinstance(value, str) else None
