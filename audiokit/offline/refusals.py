"""What the server refuses, in the words, codes and statuses that were recorded from OpenAI's.

Sources: recorded traffic of 2024 to 2026, or third parties' accounts of it. Sentences without a record are our own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse

from audiokit.errors import AudiokitError, InputError, NotConfigured

__all__ = [
    "Refused",
    "as_refusal",
    "invalid_value",
    "missing_parameter",
    "model_not_found",
    "too_large",
    "unknown_parameter",
    "unsupported_value",
]

_DO_NOT_REPEAT = {"x-should-retry": "false"}  # which the SDK would do with every 5xx


class Refused(Exception):
    """An answer that is an error body."""

    def __init__(
        self,
        message: str,
        *,
        code: str | None,
        param: str | None = None,
        status: int = 400,
        kind: str = "invalid_request_error",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message, self.code, self.param = message, code, param
        self.status, self.kind, self.headers = status, kind, headers

    def body(self) -> dict[str, Any]:
        """Return the error as it stands in an answer, and in a stream that breaks off."""
        return {"error": {"message": self.message, "type": self.kind, "param": self.param, "code": self.code}}

    def response(self) -> JSONResponse:
        """Return the error as an answer of its own."""
        return JSONResponse(self.body(), self.status, headers=self.headers)


def missing_parameter(param: str) -> Refused:
    """Refuse a request without something it must have."""
    return Refused(f"Missing required parameter: '{param}'.", param=param, code="missing_required_parameter")


def unknown_parameter(param: str) -> Refused:
    """Refuse what has no place in a request."""
    return Refused(f"Unknown parameter: '{param}'.", param=param, code="unknown_parameter")


def invalid_value(param: str, value: object, supported: tuple[str, ...]) -> Refused:
    """Refuse a value, and say which there are."""
    return Refused(
        f"Invalid value: '{value}'. Supported values are: {_listed(supported)}.", param=param, code="invalid_value"
    )


def unsupported_value(param: str, value: object, supported: tuple[str, ...], *, when: str) -> Refused:
    """Refuse a value that is right elsewhere, and not together with ``when``."""
    return Refused(
        f"Unsupported value: '{param}' does not support '{value}' {when}. Supported values are: {_listed(supported)}.",
        param=param,
        code="unsupported_value",
    )


def model_not_found(model: str) -> Refused:
    """Refuse a model that does not exist, is retired, or is not served at this address."""
    return Refused(
        f"The model `{model}` does not exist or you do not have access to it.", code="model_not_found", status=404
    )


def too_large(size_bytes: int, limit_bytes: int) -> Refused:
    """Refuse a body; the limit counts all of it, not the file in it."""
    return Refused(
        f"413: Maximum content size limit ({limit_bytes}) exceeded ({size_bytes} bytes read)",
        code=None,
        status=413,
        kind="server_error",
    )


def as_refusal(error: AudiokitError) -> Refused:
    """Return one of our own errors as an answer: what was asked, what is missing here, or what broke."""
    if isinstance(error, InputError):
        return Refused(str(error), code="invalid_value")
    if isinstance(error, NotConfigured):
        return Refused(str(error), code="unavailable", status=501, kind="server_error", headers=_DO_NOT_REPEAT)
    return Refused(str(error), code="server_error", status=500, kind="server_error")


def _listed(values: tuple[str, ...]) -> str:
    quoted = [f"'{value}'" for value in values]
    if len(quoted) < 3:
        return " and ".join(quoted)
    return f"{', '.join(quoted[:-1])}, and {quoted[-1]}"
