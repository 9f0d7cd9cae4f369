"""Addresses that we sign: whoever has one may have that one thing of that one person, until it expires.

Such an address is a capability, and holds for one local person and for many signed-in ones alike. What answers at
these addresses is :mod:`audiokit.api.media`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import math
import os
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from audiokit.errors import NotAllowed, NotConfigured

__all__ = [
    "LIFETIME_S",
    "Signer",
    "analysis_url",
    "audit_url",
    "batch_url",
    "clip_url",
    "everything_url",
    "export_url",
    "live_socket_url",
    "live_url",
    "load_secret",
    "programme_url",
    "usage_url",
    "words_url",
]

LIFETIME_S = 6 * 3600.0
"""How long a page may stay open before the sound on it must be asked for again."""

_SECRET_BYTES = 32
_MAX_TOKEN_CHARS = 4096
_EXPIRY, _PERSON, _EPOCH = "exp", "person", "epoch"

_Claims = dict[str, str | int]


def _for_good(_person_id: str) -> int:
    """Let everybody in, whenever an address was signed for them."""
    return 0


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs a few named values so that they can travel in an address and come back unchanged.

    The values are readable by whoever sees the address; they are signed (HMAC-SHA256, RFC 2104), not hidden.
    ``epoch_of`` gives a number that changes when a person is signed out everywhere, and raises NotAllowed where they
    are not let in at all: it is signed along with what names a ``person``, and asked again at each opening. So no route
    can forget to ask, and an address stays the same from one rerun of a page to the next.
    """

    secret: bytes = field(repr=False)
    clock: Callable[[], float] = time.time
    epoch_of: Callable[[str], int] = _for_good

    def __post_init__(self) -> None:
        if len(self.secret) < _SECRET_BYTES:
            raise ValueError(f"a signing secret has at least {_SECRET_BYTES} bytes")

    def sign(self, claims: _Claims, lifetime_s: float) -> str:
        """Return a token, safe in an address, that opens to ``claims`` for at least ``lifetime_s``.

        Its end is rounded up, to at most a quarter more: the same claims then give the same token for a while, so
        that an address stays the same from one rerun of a page to the next and the browser keeps what it has.
        """
        grain_s = max(1.0, lifetime_s / 4)
        expires_at = math.ceil((self.clock() + lifetime_s) / grain_s) * grain_s
        claims = {**claims, _EXPIRY: math.ceil(expires_at)}
        if _PERSON in claims and (epoch := self.epoch_of(str(claims[_PERSON]))):
            claims[_EPOCH] = epoch
        text = json.dumps(claims, separators=(",", ":"), sort_keys=True)
        body = _to_text(text.encode())
        return f"{body}.{self._mac(body)}"

    def open(self, token: str) -> _Claims:
        """Return what was signed.

        Raises:
            NotAllowed: the token was not made by us, was changed on its way, or has expired; or its person has been
                blocked, or signed out everywhere, since it was made.
        """
        body, _, mac = token.partition(".")
        genuine = len(token) <= _MAX_TOKEN_CHARS and token.isascii() and hmac.compare_digest(mac, self._mac(body))
        if not genuine:
            raise NotAllowed("This address is not one of ours. Open the page again to get a new one.")
        claims: _Claims = json.loads(_to_bytes(body))
        if self.clock() >= int(claims.pop(_EXPIRY)):
            raise NotAllowed("This address has expired. Load the page again to get a new one.")
        if _PERSON in claims and self.epoch_of(str(claims[_PERSON])) != claims.pop(_EPOCH, 0):
            raise NotAllowed("You have signed out since this address was made. Load the page again to get a new one.")
        return claims

    def _mac(self, body: str) -> str:
        return _to_text(hmac.digest(self.secret, body.encode(), hashlib.sha256))


def _to_text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _to_bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def load_secret(path: Path) -> bytes:
    """Return the signing secret kept in ``path``, made (32 random bytes, readable by the owner only) if there is none.

    Processes that start at once agree: a whole file is linked into place, and whoever comes second reads the first's.

    Raises:
        NotConfigured: the file is there, and is not such a secret.
    """
    if not path.exists():
        _create_secret(path)
    secret = path.read_bytes()
    if len(secret) < _SECRET_BYTES:
        raise NotConfigured(f"{path} is not a signing secret. Delete it, and a new one is made at the next start.")
    return secret


def _create_secret(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(_SECRET_BYTES))
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)  # fails, whole, if another process was first
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def clip_url(
    signer: Signer,
    person_id: str,
    digest: str,
    media_type: str,
    *,
    download_as: str | None = None,
    lifetime_s: float = LIFETIME_S,
) -> str:
    """Return the address of a finished clip; with ``download_as``, one that saves it under that name."""
    claims: dict[str, str | int] = {"use": "clip", "person": person_id, "digest": digest, "type": media_type}
    if download_as is None:
        return f"/api/media/clip/{signer.sign(claims, lifetime_s)}"
    return f"/api/media/clip/{signer.sign({**claims, 'name': download_as}, lifetime_s)}?download=1"


def live_url(signer: Signer, person_id: str, turn_id: str, *, lifetime_s: float = LIFETIME_S) -> str:
    """Return the address of a growing reply's sound: PCM16 mono at 24 kHz, without a header."""
    return f"/api/media/live/{signer.sign({'use': 'live', 'person': person_id, 'turn': turn_id}, lifetime_s)}"


def words_url(signer: Signer, person_id: str, turn_id: str, *, lifetime_s: float = LIFETIME_S) -> str:
    """Return the address of a growing reply's words: server-sent events."""
    return f"/api/media/words/{signer.sign({'use': 'words', 'person': person_id, 'turn': turn_id}, lifetime_s)}"


def export_url(signer: Signer, person_id: str, conversation_id: str, *, lifetime_s: float = LIFETIME_S) -> str:
    """Return the address at which a whole conversation is had as one archive."""
    claims: dict[str, str | int] = {"use": "export", "person": person_id, "conversation": conversation_id}
    return f"/api/export/{signer.sign(claims, lifetime_s)}"


def live_socket_url(
    signer: Signer, person_id: str, conversation_id: str, *, options: str = "", lifetime_s: float = LIFETIME_S
) -> str:
    """Return the address of a live session in a conversation, to be opened as a WebSocket.

    ``options`` travels in the address as it is, signed and readable, and comes back to whoever opens the session:
    a short text such as compact JSON of voice and turn taking.
    """
    claims: dict[str, str | int] = {"use": "talk", "person": person_id, "conversation": conversation_id}
    if options:
        claims["options"] = options
    return f"/api/live/{signer.sign(claims, lifetime_s)}"


def programme_url(
    signer: Signer, person_id: str, programme_id: str, export_format: str, *, lifetime_s: float = LIFETIME_S
) -> str:
    """Return the address at which a programme is had in one of its formats, such as mp3."""
    claims: dict[str, str | int] = {"use": "programme", "person": person_id, "programme": programme_id}
    return f"/api/programme/{signer.sign({**claims, 'format': export_format}, lifetime_s)}"


def analysis_url(
    signer: Signer,
    person_id: str,
    recording_id: str,
    export_format: str,
    *,
    moments: Sequence[str] = (),
    lifetime_s: float = LIFETIME_S,
) -> str:
    """Return the address at which what was read from a recording is had, such as csv; of a reel, these moments."""
    claims: dict[str, str | int] = {"use": "analysis", "person": person_id, "recording": recording_id}
    if moments:
        claims["moments"] = " ".join(moments)
    return f"/api/analysis/{signer.sign({**claims, 'format': export_format}, lifetime_s)}"


def batch_url(
    signer: Signer, person_id: str, batch_id: str, export_format: str, *, lifetime_s: float = LIFETIME_S
) -> str:
    """Return the address at which all recordings of a batch are had in one file, such as csv."""
    claims: dict[str, str | int] = {"use": "batch", "person": person_id, "batch": batch_id, "format": export_format}
    return f"/api/analysis/{signer.sign(claims, lifetime_s)}"


def usage_url(signer: Signer, person_id: str, wanted: Mapping[str, str], *, lifetime_s: float = LIFETIME_S) -> str:
    """Return the address at which numbers of usage are had as a file; ``wanted`` is what ``api.usage`` reads."""
    claims: dict[str, str | int] = {**wanted, "use": "usage", "person": person_id}
    return f"/api/usage/{signer.sign(claims, lifetime_s)}"


def everything_url(signer: Signer, person_id: str, *, lifetime_s: float = LIFETIME_S) -> str:
    """Return the address at which everything of a person's is had as one archive."""
    return f"/api/privacy/{signer.sign({'use': 'everything', 'person': person_id}, lifetime_s)}"


def audit_url(signer: Signer, person_id: str, *, of_all: bool = False, lifetime_s: float = LIFETIME_S) -> str:
    """Return the address at which the audit log is had as CSV: what concerns a person, or all of it."""
    claims: dict[str, str | int] = {"use": "audit", "person": person_id, "all": int(of_all)}
    return f"/api/privacy/{signer.sign(claims, lifetime_s)}"
