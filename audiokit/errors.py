"""Every error that audiokit raises on purpose. ``str(error)`` is a sentence for a person.

::

    AudiokitError
    ├─ InputError        UnreadableAudio  UnsupportedFormat  ClipTooLong  ClipTooShort  NothingHeard  Distorted
    │                  FileTooLarge
    │                  UnreadableDocument  EncryptedDocument  EmptyDocument  NoText  DocumentTooLarge
    │                  AddressRefused  AddressUnreachable
    ├─ ProviderError     ProviderRefused  KeyRefused  QuotaExhausted  ProviderBusy*  ProviderUnreachable*
    │                    ReplyUnusable  ModelRetired  AudioForgotten
    ├─ BudgetExceeded    NotAllowed    NotConfigured    NotFound    TooOften*
    └─ StoreError        Busy*  OutOfReach*  Damaged                      (* retryable = True)

The sentence says what happened and one next step. ``error.detail`` is for the log: status, request id, model.
Neither ever holds a key, a prompt or a transcript.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

__all__ = [
    "AddressRefused",
    "AddressUnreachable",
    "AudioForgotten",
    "AudiokitError",
    "BudgetExceeded",
    "Busy",
    "ClipTooLong",
    "ClipTooShort",
    "Damaged",
    "Distorted",
    "DocumentTooLarge",
    "EmptyDocument",
    "EncryptedDocument",
    "FileTooLarge",
    "InputError",
    "KeyRefused",
    "ModelRetired",
    "NoText",
    "NotAllowed",
    "NotConfigured",
    "NotFound",
    "NothingHeard",
    "OutOfReach",
    "ProviderBusy",
    "ProviderError",
    "ProviderRefused",
    "ProviderUnreachable",
    "QuotaExhausted",
    "ReplyUnusable",
    "StoreError",
    "TooOften",
    "UnreadableAudio",
    "UnreadableDocument",
    "UnsupportedFormat",
]


class AudiokitError(Exception):
    """Something that a person can be told in one sentence."""

    retryable: ClassVar[bool] = False

    def __init__(self, sentence: str, /, **detail: object) -> None:
        super().__init__(sentence)
        self.detail: Mapping[str, object] = MappingProxyType({k: v for k, v in detail.items() if v is not None})


class InputError(AudiokitError):
    """What the person gave cannot be used as it is."""


class UnreadableAudio(InputError):
    """The bytes are not sound that we can decode."""


class UnsupportedFormat(InputError):
    """We know what this is, and it is not something that can be used here."""


class ClipTooLong(InputError):
    """The recording lasts longer than what it was meant for takes."""

    def __init__(self, *, duration_s: float, max_duration_s: float) -> None:
        super().__init__(
            f"This recording lasts {_length(duration_s)} or more; the limit is {_length(max_duration_s)}. "
            "Send a shorter part of it.",
            duration_s=duration_s,
            max_duration_s=max_duration_s,
        )
        self.duration_s, self.max_duration_s = duration_s, max_duration_s


def _length(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


class ClipTooShort(InputError):
    """The recording is over before anything could be said."""

    def __init__(self, *, duration_s: float, min_duration_s: float) -> None:
        super().__init__(
            f"This recording lasts only {duration_s:.2f} s. Hold the recording for at least {min_duration_s:.1f} s.",
            duration_s=duration_s,
            min_duration_s=min_duration_s,
        )
        self.duration_s, self.min_duration_s = duration_s, min_duration_s


class NothingHeard(InputError):
    """No speech in the recording, so nothing was sent and nothing was charged."""


class Distorted(InputError):
    """The recording is so loud that its words are lost."""


class FileTooLarge(InputError):
    """The file has more bytes than what it was meant for takes."""

    def __init__(self, *, size_bytes: int, max_size_bytes: int) -> None:
        super().__init__(
            f"This file has {size_bytes / 1e6:.1f} MB; the limit is {max_size_bytes / 1e6:.0f} MB. "
            "Send a shorter part of it, or save it as MP3 first.",
            size_bytes=size_bytes,
            max_size_bytes=max_size_bytes,
        )
        self.size_bytes, self.max_size_bytes = size_bytes, max_size_bytes


class UnreadableDocument(InputError):
    """The bytes are damaged, or are not the document that they say they are."""


class EncryptedDocument(InputError):
    """The document is locked with a password, or by its shop."""


class EmptyDocument(InputError):
    """There is nothing in the document."""


class NoText(InputError):
    """The document is pictures; whoever sees words in it sees more than its bytes say."""


class DocumentTooLarge(InputError):
    """The document has more bytes, or unpacks to more, than may be read."""


class AddressRefused(InputError):
    """The address leads where a server must not be sent: a private network, or another kind of service."""


class AddressUnreachable(InputError):
    """Nothing usable came from the address in the time there was."""


class ProviderError(AudiokitError):
    """The model's provider did not give a usable answer."""


class ProviderRefused(ProviderError):
    """The provider understood and said no; the same request would be refused again."""


class KeyRefused(ProviderRefused):
    """The key is wrong, or may not use this model."""


class QuotaExhausted(ProviderRefused):
    """The account behind the key has no money left; waiting does not help."""


class ProviderBusy(ProviderError):
    """Too many requests at the moment, or the provider is overloaded."""

    retryable = True


class ProviderUnreachable(ProviderError):
    """No connection, or none that lasted."""

    retryable = True


class ReplyUnusable(ProviderError):
    """An answer came, and cannot be used: empty, cut off, or not what was asked for."""


class ModelRetired(ProviderError):
    """The model does not exist any more, or not for this key."""


class AudioForgotten(ProviderError):
    """The provider no longer knows an earlier answer by its audio id (they last one hour)."""


class BudgetExceeded(AudiokitError):
    """The call would cross a limit on money."""


class NotAllowed(AudiokitError):
    """This person may not do that."""


class NotConfigured(AudiokitError):
    """A setting is missing or wrong."""


class NotFound(AudiokitError):
    """What was asked for does not exist, or not for this person."""


class TooOften(AudiokitError):
    """The same person, or address, asked for more in a short time than one may."""

    retryable = True

    def __init__(self, sentence: str, *, retry_after_s: int) -> None:
        wait = f"{retry_after_s} s" if retry_after_s < 120 else f"{round(retry_after_s / 60)} min"
        super().__init__(f"{sentence} Try again in {wait}.", retry_after_s=retry_after_s)
        self.retry_after_s = retry_after_s


class StoreError(AudiokitError):
    """The database or the blob store failed."""


class Busy(StoreError):
    """Someone else is writing; the same again will work."""

    retryable = True


class OutOfReach(StoreError):
    """Nothing answers where things are stored: it is being started, or refuses more connections, or the way is cut."""

    retryable = True


class Damaged(StoreError):
    """What is stored is not what was written."""
