"""What arrives over HTTP, read under a bound: JSON, or a form with a file in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message

from audiokit.offline.refusals import Refused, too_large

__all__ = ["MAX_FORM_BYTES", "MAX_JSON_BYTES", "Form", "form_body", "json_body"]

MAX_FORM_BYTES = 26_214_400  # OpenAI's: it counts the whole multipart body
MAX_JSON_BYTES = 2 * MAX_FORM_BYTES  # ours: OpenAI's is not known, and base64 adds a third


@dataclass(frozen=True, slots=True)
class Form:
    """A form's fields, each with all of its values, and its file."""

    file_name: str
    file: bytes
    fields: Mapping[str, list[str]] = field(repr=False)

    def one(self, name: str, default: str = "") -> str:
        """Return a field's last value."""
        return self.fields[name][-1] if self.fields.get(name) else default

    def many(self, name: str) -> list[str]:
        """Return all values of a field, which the SDK sends as ``name[]``."""
        return [*self.fields.get(name, []), *self.fields.get(f"{name}[]", [])]


async def json_body(request: Request) -> Mapping[str, Any]:
    """Return the JSON object that was sent.

    Raises:
        Refused: it is too large, no JSON, or no object.
    """
    data = await _read(request, MAX_JSON_BYTES)
    try:
        body = json.loads(data, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise Refused(
            "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP "
            "library correctly.)",
            code=None,
        ) from error
    if not isinstance(body, Mapping):
        raise Refused("Invalid type for request body: expected an object.", code="invalid_type")
    return body


async def form_body(request: Request) -> Form:
    """Return the multipart form that was sent.

    Raises:
        Refused: it is too large, no form, or has no file.
    """
    data = await _read(request, MAX_FORM_BYTES)
    try:
        async with Request(request.scope, _once(data)).form(max_files=8) as form:
            return await _form(form)
    except HTTPException as error:
        raise Refused(f"Could not parse multipart form: {error.detail}", code=None) from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")  # Python would take NaN and Infinity, and send them back


async def _form(form: FormData) -> Form:
    fields = dict[str, list[str]]()
    file: UploadFile | None = None
    for name, value in form.multi_items():
        if isinstance(value, str):
            fields.setdefault(name, []).append(value)
        elif name == "file":
            file = value
    if file is None:
        raise Refused("Missing required parameter: 'file'.", param="file", code="missing_required_parameter")
    return Form(file.filename or "", await file.read(), fields)


async def _read(request: Request, limit_bytes: int) -> bytes:
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit_bytes:
        raise too_large(int(declared), limit_bytes)
    data = bytearray()
    async for piece in request.stream():
        data += piece
        if len(data) > limit_bytes:
            raise too_large(len(data), limit_bytes)
    return bytes(data)


def _once(data: bytes) -> Any:
    async def receive() -> Message:
        return {"type": "http.request", "body": data, "more_body": False}

    return receive
