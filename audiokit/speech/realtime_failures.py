"""What goes wrong in a live session, in sentences. The SDK raises nothing for ``error`` events; we judge them."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import openai

from audiokit.errors import KeyRefused, ModelRetired, ProviderBusy, ProviderError, ProviderUnreachable, QuotaExhausted
from audiokit.speech.endpoint import Endpoint
from audiokit.speech.failures import translated
from audiokit.speech.fields import Json, object_at, text_at
from audiokit.speech.realtime_events import Trouble

__all__ = ["EXPIRED", "connecting", "said_failure", "trouble"]

EXPIRED = "session_expired"

# What comes of two sides talking at once: what was asked for has happened already, or does not matter any more.
_HARMLESS = frozenset(
    {
        "conversation_already_has_active_response",
        "input_audio_buffer_commit_empty",
        "response_cancel_not_active",
        "item_truncate_invalid_item_id",
        "item_not_found",
    }
)
_FATAL = (KeyRefused, QuotaExhausted, ModelRetired)
_BAD_KEY = "invalid_api_key"
_OF_REQUESTS = "invalid_request_error"
_TRUNCATING = "audio_end_ms"
_NOT_WRITTEN = "What you said could not be written down. {why}"
_NOT_TAKEN = "{provider} did not take one of our requests. The conversation goes on; if it does not, start again."


def trouble(error: Json, endpoint: Endpoint, model: str) -> Trouble | None:
    """Return what an ``error`` event, or the error of a reply that failed, means for a person; None for nothing.

    What would come again with every reply is fatal: the key, the credit, the model.
    """
    code = text_at(error, "code")
    if code in _HARMLESS or code == EXPIRED or text_at(error, "param") == _TRUNCATING:
        return None
    ours = _ours(error, endpoint, model)
    if isinstance(ours, ProviderBusy) and text_at(error, "type") == _OF_REQUESTS:
        return Trouble(_NOT_TAKEN.format(provider=endpoint.name), is_fatal=False, code=code)
    return Trouble(str(ours), is_fatal=isinstance(ours, _FATAL), code=code)


def said_failure(error: Json, endpoint: Endpoint, model: str) -> str:
    """Return why what was said could not be written down."""
    return _NOT_WRITTEN.format(why=_ours(error, endpoint, model))


@contextmanager
def connecting(endpoint: Endpoint, model: str) -> Iterator[None]:
    """Turn what fails while a session is being opened into ours.

    Raises:
        ProviderError: it cannot be opened; the sentence says what to do.
    """
    from websockets.exceptions import InvalidStatus, WebSocketException  # noqa: PLC0415 - only live sessions need it

    asked = httpx2.Request("GET", endpoint.base_url)
    try:
        yield
    except InvalidStatus as error:
        answer = httpx2.Response(error.response.status_code, content=bytes(error.response.body or b""), request=asked)
        foreign: Exception = openai.APIStatusError("refused", response=answer, body=_body(answer.content))
        raise _translated(foreign, endpoint, model) from error
    except TimeoutError as error:
        raise _translated(openai.APITimeoutError(request=asked), endpoint, model) from error
    except (OSError, ssl.SSLError, WebSocketException, EOFError) as error:
        raise _translated(openai.APIConnectionError(request=asked), endpoint, model) from error
    except openai.OpenAIError as error:
        raise _translated(error, endpoint, model) from error


def _ours(error: Json, endpoint: Endpoint, model: str) -> ProviderError:
    request = httpx2.Request("GET", endpoint.base_url)
    if text_at(error, "code") == _BAD_KEY:
        refusal = httpx2.Response(httpx2.codes.UNAUTHORIZED, request=request)
        return _translated(openai.APIStatusError("an error event", response=refusal, body=dict(error)), endpoint, model)
    return _translated(openai.APIError("an error event", request, body=dict(error)), endpoint, model)


def _translated(error: Exception, endpoint: Endpoint, model: str) -> ProviderError:
    ours = translated(
        error, provider=endpoint.name, model=model, key=endpoint.key_setting, address=endpoint.address_setting
    )
    if ours.detail.get("status") == httpx2.codes.NOT_FOUND and not ours.detail.get("code"):
        return ProviderUnreachable(
            f"{endpoint.name} has no live sessions at this address. Record your turn instead, or set another endpoint.",
            **ours.detail,
        )
    return ours


def _body(content: bytes) -> object:
    try:
        body = json.loads(content)
    except ValueError:
        return None
    return object_at(body, "error") if isinstance(body, dict) else None
