"""The server's door, and the server on a real socket."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from typing import Any

import httpx2
import openai
import pytest
import uvicorn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openai import OpenAI

from audiokit.offline.engine import Engine
from audiokit.offline.server import create_app
from audiokit.offline.transport import InProcessTransport

TOKEN = "a made-up token"


@pytest.fixture
def guarded(engine: Engine) -> Iterator[httpx2.Client]:
    transport = InProcessTransport(create_app(engine, token=TOKEN))
    with httpx2.Client(transport=transport, base_url="http://offline.invalid/v1") as client:
        yield client


@pytest.fixture(scope="module")
def address(engine: Engine) -> Iterator[str]:
    """The engine on a loopback socket."""
    config = uvicorn.Config(create_app(engine, token=TOKEN), port=0, log_level="error", access_log=False, ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        threading.Event().wait(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/v1"
    server.should_exit = True
    thread.join(30)


def test_the_models_are_those_that_are_answered(client: OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["audiokit-offline", "audiokit-offline-text"]
    assert client.models.retrieve("audiokit-offline").owned_by == "audiokit"


def test_an_unknown_model_is_refused_in_the_recorded_words(http: httpx2.Client) -> None:
    answer = http.get("/models/fake_id")

    assert answer.status_code == 404
    assert answer.json() == {
        "error": {
            "message": "The model 'fake_id' does not exist",
            "type": "invalid_request_error",
            "param": "model",
            "code": "model_not_found",
        }
    }


@pytest.mark.parametrize("path", ["/models", "/models/fake_id", "/nothing/here", "/chat/completions"])
def test_every_answer_has_its_own_request_id(http: httpx2.Client, path: str) -> None:
    ids = {http.get(path).headers["x-request-id"] for _ in range(2)}

    assert len(ids) == 2
    assert all(re.fullmatch("req_[0-9a-f]{32}", one) for one in ids)


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nothing", 404), ("GET", "/chat/completions", 405)])
def test_what_is_not_there_is_refused_as_json(http: httpx2.Client, method: str, path: str, status: int) -> None:
    answer = http.request(method, path)

    assert answer.status_code == status
    assert answer.json()["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"model": NaN}', b'"hello"', b"[" * 100_000, b"\xff\xfe"])
def test_a_body_that_is_no_object_is_refused(http: httpx2.Client, content: bytes) -> None:
    assert http.post("/chat/completions", content=content).status_code == 400


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, None),
        ({b"authorization": b"Bearer wrong"}, "invalid_api_key"),
        ({b"authorization": b"Basic " + TOKEN.encode()}, "invalid_api_key"),
        ({b"authorization": b"Bearer \xe9"}, "invalid_api_key"),
    ],
)
def test_without_the_token_nothing_is_answered(
    guarded: httpx2.Client, headers: dict[bytes, bytes], code: str | None
) -> None:
    answer = guarded.get("/models", headers=headers)

    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == code
    assert "x-request-id" in answer.headers
    assert "wrong" not in answer.text


def test_a_websocket_needs_the_token_too(engine: Engine) -> None:
    sent = list[Any]()

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    scope = {"type": "websocket", "path": "/v1/realtime", "headers": [], "query_string": b"", "subprotocols": []}
    asyncio.run(create_app(engine, token=TOKEN)(scope, receive, send))

    assert [(message["type"], message["code"]) for message in sent] == [("websocket.close", 1008)]


def test_with_the_token_everything_is_answered(guarded: httpx2.Client) -> None:
    assert guarded.get("/models", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200


@pytest.mark.usefixtures("speaking")
def test_the_sdk_is_answered_over_a_socket(address: str) -> None:
    with OpenAI(base_url=address, api_key=TOKEN, max_retries=0) as client:
        stream = client.chat.completions.create(
            model="gpt-audio-1.5",
            messages=[{"role": "user", "content": "What is twelve times seven?"}],
            modalities=["text", "audio"],
            audio={"voice": "alloy", "format": "pcm16"},
            stream=True,
        )
        deltas = [c.choices[0].delta for c in stream if c.choices]
        spoken = client.audio.speech.create(model="tts-1", voice="alloy", input="Hello.", response_format="wav").content

    words = "".join((getattr(delta, "audio", None) and delta.audio.transcript) or "" for delta in deltas)  # type: ignore[union-attr]  # just asked
    assert words == "12 times 7 is 84."
    assert spoken[:4] == b"RIFF"


def test_a_wrong_key_is_the_sdks_authentication_error(address: str) -> None:
    with OpenAI(base_url=address, api_key="wrong", max_retries=0) as client:
        with pytest.raises(openai.AuthenticationError) as caught:
            client.models.list()
        assert caught.value.request_id is not None


@pytest.mark.usefixtures("speaking")
def test_a_listener_who_hangs_up_leaves_the_server_answering(address: str) -> None:
    body = {"model": "tts-1", "voice": "alloy", "input": "A long story. " * 200, "response_format": "pcm"}
    headers = {"authorization": f"Bearer {TOKEN}"}
    with httpx2.Client(base_url=address, headers=headers) as client:
        with client.stream("POST", "/audio/speech", json=body) as answer:
            next(answer.iter_bytes())
        assert client.get("/models").status_code == 200


BODY: dict[str, Any] = {
    "model": "audiokit-offline",
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "assistant", "audio": {"id": "audio_1"}},
        {"role": "user", "content": [{"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}]},
        {"role": "user", "content": [{"type": "text", "text": "hello"}]},
    ],
    "modalities": ["text"],
    "audio": {"voice": "alloy", "format": "wav"},
    "stream_options": {"include_usage": True},
    "max_completion_tokens": 9,
    "response_format": {"type": "json_schema", "json_schema": {"schema": {"type": "object", "properties": {}}}},
    "tools": [{"type": "function", "function": {"name": "f", "strict": True, "parameters": {"enum": [1]}}}],
    "tool_choice": {"type": "function", "function": {"name": "f"}},
}
SPEECH_BODY = {
    "model": "tts-1",
    "input": "",
    "voice": "x",
    "response_format": "mp3",
    "stream_format": "sse",
    "speed": 1,
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a body, from the whole to the leaves."""
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        yield from places(inner, (*path, key))


def replaced(value: Any, path: tuple[Any, ...], by: Any) -> Any:
    if not path:
        return by
    changed = value.copy()
    changed[path[0]] = replaced(value[path[0]], path[1:], by)
    return changed


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(st.sampled_from([("/chat/completions", BODY), ("/audio/speech", SPEECH_BODY)]), st.data(), JSON)
def test_no_body_whatever_breaks_the_server(
    http: httpx2.Client, route: tuple[str, dict[str, Any]], data: st.DataObject, value: Any
) -> None:
    address, body = route
    path = data.draw(st.sampled_from(sorted(places(body), key=str)))

    assert http.post(address, json=replaced(body, path, value)).status_code in {200, 400, 404}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": {name: {"$ref": "#"} for name in "abcdefghij"}},
        {"properties": 3},
        {"enum": 3},
        {"enum": []},
        {"$ref": "#/nowhere"},
        {"type": "number", "minimum": "x"},
        {"anyOf": []},
    ],
    ids=str,
)
def test_a_schema_that_is_none_or_has_no_end_is_refused(http: httpx2.Client, schema: dict[str, Any]) -> None:
    tools = [{"type": "function", "function": {"name": "f", "parameters": schema}}]
    messages = [{"role": "user", "content": "I have 3 cats"}]
    body = {"model": "audiokit-offline", "messages": messages, "tools": tools, "tool_choice": "required"}

    answer = http.post("/chat/completions", json=body)

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid_function_parameters"
