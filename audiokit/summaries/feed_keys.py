"""The address of a person's private feed: whoever has it may listen, until the person takes another one.

Podcast apps cannot sign in, and keep an address for years; so it is signed, holds a secret of the person's, and does
not expire. With another secret, addresses that were given out before lead nowhere.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass

from audiokit.errors import NotAllowed, NotFound
from audiokit.people.addresses import Signer
from audiokit.people.preferences import Preferences

__all__ = ["FeedKeys"]

_PREFERENCE = "feed.key"
_USE = "feed"
_SECRET_BYTES = 16
_LIFETIME_S = 100 * 365.25 * 86_400.0  # no end: it is the secret that ends it
_NOWHERE = "There is no feed at this address any more. Copy the new one from the Spoken Summaries page."


@dataclass(frozen=True, slots=True)
class FeedKeys:
    """Gives out addresses, and opens them."""

    signer: Signer
    preferences: Preferences

    def path(self, person_id: str) -> str | None:
        """Return the path of a person's feed, ``/api/feed/…``; None while they have none."""
        secret = self._secret(person_id)
        return None if secret is None else f"/api/feed/{self._token(person_id, secret)}"

    def renew(self, person_id: str) -> str:
        """Return the path of a feed at a new address, the first one or another; earlier ones lead nowhere from now."""
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        self.preferences.set(person_id, _PREFERENCE, secret)
        return f"/api/feed/{self._token(person_id, secret)}"

    def revoke(self, person_id: str) -> None:
        """Let all addresses of a person's feed lead nowhere."""
        self.preferences.forget(person_id, _PREFERENCE)

    def open(self, token: str) -> str:
        """Return whose feed a token is for.

        Raises:
            NotFound: it is not one of ours, or there is another address by now: whoever asks is not told which.
        """
        try:
            claims = self.signer.open(token)
        except NotAllowed as error:
            raise NotFound(_NOWHERE) from error
        person_id, secret = str(claims.get("person", "")), str(claims.get("key", ""))
        current = self._secret(person_id) if claims.get("use") == _USE else None
        if current is None or not hmac.compare_digest(current.encode(), secret.encode()):
            raise NotFound(_NOWHERE)
        return person_id

    def _secret(self, person_id: str) -> str | None:
        kept = self.preferences.get(person_id, _PREFERENCE)
        return kept if isinstance(kept, str) else None

    def _token(self, person_id: str, secret: str) -> str:
        return self.signer.sign({"use": _USE, "person": person_id, "key": secret}, _LIFETIME_S)
