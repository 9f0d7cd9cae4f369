"""Foreign errors as ours, each with a sentence for a person. The only place that knows the SDK's error classes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from json import JSONDecodeError

import httpx2
import openai

from audiokit.errors import (
    AudioForgotten,
    KeyRefused,
    ModelRetired,
    ProviderBusy,
    ProviderError,
    ProviderRefused,
    ProviderUnreachable,
    QuotaExhausted,
    ReplyUnusable,
)
from audiokit.speech.wire import WithheldReply

__all__ = ["NO_ANSWER_CODE", "QUOTA_CODES", "may_be_billed", "translated", "translating"]

NO_ANSWER_CODE = "audiokit_no_answer"  # ours: see once.py
# As code or as type, which need not be the same.
QUOTA_CODES = frozenset(
    {"insufficient_quota", "credit_balance_exhausted", "billing_hard_limit_reached", "billing_not_active"}
)
# What the SDK lets through besides its own: the HTTP library's errors, and those of streams cut within a line or a
# character, or of a key that no header can hold.
_FOREIGN = (
    openai.OpenAIError,
    openai.InvalidWebhookSignatureError,  # the one that is none of the former
    httpx2.HTTPError,
    httpx2.StreamError,
    httpx2.InvalidURL,
    httpx2.CookieConflict,
    JSONDecodeError,
    UnicodeError,
)

_KEY_SETTING = "OPENAI_API_KEY, on Azure AZURE_OPENAI_API_KEY"
_ADDRESS_SETTING = "OPENAI_BASE_URL, on Azure AZURE_OPENAI_ENDPOINT"
_Answer = tuple[type[ProviderError], str]
_NO_CREDIT: _Answer = (
    QuotaExhausted,
    "The account behind the key has no credit left at {provider}. Add credit, then send it again.",
)
_GONE: _Answer = (
    ModelRetired,
    "{model} is not served by {provider}, or not for this key. Choose the other model, or set AUDIOKIT_MODELS.",
)
_TOO_MUCH: _Answer = (ProviderRefused, "This is more than {model} can take in. Start a new conversation.")

# Codes say more than statuses, which differ between routes and providers. Seen in recorded traffic.
_BY_CODE: dict[str, _Answer] = {
    NO_ANSWER_CODE: (
        ProviderUnreachable,
        "{provider} took the request and then fell silent. It may have been billed. Send it again.",
    ),
    "audio_not_found": (AudioForgotten, "{provider} has forgotten an earlier answer. Send it again."),
    **dict.fromkeys(QUOTA_CODES, _NO_CREDIT),
    **dict.fromkeys(("model_not_found", "model_not_available", "DeploymentNotFound", "OperationNotSupported"), _GONE),
    **dict.fromkeys(("context_length_exceeded", "string_above_max_length", "string_too_long"), _TOO_MUCH),
    "content_filter": (ProviderRefused, "The content filter of {provider} withheld this. Say it in other words."),
}
_BUSY: _Answer = (ProviderBusy, "{provider} has too many requests at the moment. Send it again in a minute.")
_NOWHERE: _Answer = (
    ProviderRefused,
    "{provider} knows nothing at this address. Check the address ({address}); it usually ends in /v1.",
)
_BY_STATUS: dict[int, _Answer] = {
    401: (KeyRefused, "{provider} does not accept the key. Check the key ({key}) and start again."),
    402: _NO_CREDIT,
    403: (KeyRefused, "The key may not use {model} at {provider}. Ask for access, or choose the other model."),
    404: _NOWHERE,
    405: _NOWHERE,
    408: _BUSY,
    409: _BUSY,
    413: (ProviderRefused, "{provider} takes no files this large. Send a shorter recording."),
    429: _BUSY,
}
_FAULT: _Answer = (ProviderBusy, "{provider} has a fault of its own at the moment. Send it again in a minute.")
_REFUSED: _Answer = (ProviderRefused, "{provider} refused the request. Try another voice or the other model.")
# In the order they are tried: the SDK's time-out is one of its connection errors, and all of them are API errors.
_BY_CLASS: tuple[tuple[tuple[type[Exception], ...], _Answer], ...] = (
    (
        (openai.APITimeoutError, httpx2.TimeoutException),
        (ProviderUnreachable, "{provider} did not answer in time. Send it again, or raise AUDIOKIT_REQUEST_TIMEOUT_S."),
    ),
    (
        (
            openai.APIResponseValidationError,
            openai.ContentFilterFinishReasonError,
            openai.LengthFinishReasonError,
            httpx2.DecodingError,
            JSONDecodeError,
            UnicodeDecodeError,
        ),
        (ReplyUnusable, "The answer of {provider} could not be read. Send it again."),
    ),
    (
        (openai.APIConnectionError, httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL),
        (
            ProviderUnreachable,
            "{provider} cannot be reached. Check the network and the address ({address}), then send it again.",
        ),
    ),
    (
        (openai.APIError,),  # an error in mid-stream, after 200
        (ProviderBusy, "{provider} broke off with an error of its own. Send it again."),
    ),
    (
        (Exception,),
        (
            ProviderRefused,
            "{provider} cannot be asked as it is set up. Check the key ({key}) and the address ({address}).",
        ),
    ),
)


@contextmanager
def translating(
    provider: str, model: str | None, *, key: str = _KEY_SETTING, address: str = _ADDRESS_SETTING
) -> Iterator[None]:
    """Turn what the SDK raises inside into ours; ``key`` and ``address`` are the settings that a person would check."""
    try:
        yield
    except _FOREIGN as error:
        raise translated(error, provider=provider, model=model, key=key, address=address) from error


def translated(
    error: Exception,
    *,
    provider: str,
    model: str | None = None,
    key: str = _KEY_SETTING,
    address: str = _ADDRESS_SETTING,
) -> ProviderError:
    """Return our error for one of the SDK's, or of the HTTP library's beneath it."""
    kind, sentence = _answer_to(error)
    return kind(
        sentence.format(provider=provider, model=model or "This model", key=key, address=address),
        status=getattr(error, "status_code", 200 if type(error) is openai.APIError else None),  # 200: in the answer
        code=getattr(error, "code", None),
        param=getattr(error, "param", None),
        request_id=getattr(error, "request_id", None),
        model=model,
    )


def may_be_billed(error: ProviderError) -> bool:
    """Return whether a call that failed so may have cost something: not if it was refused, or never arrived.

    An answer that came and was of no use was made, and is billed; a request that was taken and not answered may be.
    """
    in_the_answer = isinstance(error, ReplyUnusable | WithheldReply) or error.detail.get("status") == 200
    return in_the_answer or error.detail.get("code") == NO_ANSWER_CODE


def _answer_to(error: Exception) -> _Answer:
    if isinstance(error, openai.APIError) and (
        known := _BY_CODE.get(error.code or "") or _BY_CODE.get(error.type or "")
    ):
        return known
    if isinstance(error, openai.APIStatusError):
        other = _FAULT if error.status_code >= 500 else _REFUSED
        return _BY_STATUS.get(error.status_code, other)
    return next(answer for classes, answer in _BY_CLASS if isinstance(error, classes))
