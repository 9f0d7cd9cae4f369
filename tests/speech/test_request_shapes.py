"""The exact addresses, headers and model names of every call, at every kind of endpoint, on a mocked network."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from scripted import ASK, PCM16, WAV, completion, event_stream, spoken_chunks

from audiokit.settings import Settings
from audiokit.speech.client import OnEndpoint
from audiokit.speech.endpoint import Endpoint, endpoint_of, open_client
from audiokit.speech.requests import Heard, InputFormat, Speak, Transcribe

HEARD = Heard(data=WAV, format=InputFormat.WAV, duration_s=0.05)
AZURE = "https://res.openai.azure.com"
AZURE_NAMES = {
    "AZURE_OPENAI_ENDPOINT": AZURE,
    "AZURE_OPENAI_API_KEY": "azure-made-up",
    "AUDIOKIT_AZURE_DEPLOYMENTS": '{"gpt-audio-1.5": "talker", "gpt-transcribe": "ears", "gpt-4o-mini-tts": "mouth"}',
}
CLASSIC = "?api-version=2025-01-01-preview"
OURS = {"chat": "gpt-audio-1.5", "transcriptions": "gpt-transcribe", "speech": "gpt-4o-mini-tts"}
DEPLOYED = {"chat": "talker", "transcriptions": "ears", "speech": "mouth"}


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of endpoint: how it is set, and what its calls must look like."""

    environment: dict[str, str]
    address: Callable[[str, str], str]  # of a path and a deployment
    credential: tuple[str, str]
    names: dict[str, str]


KINDS = {
    "OpenAI": Kind(
        environment={"OPENAI_API_KEY": "sk-made-up"},
        address=lambda path, _: f"https://api.openai.com/v1/{path}",
        credential=("authorization", "Bearer sk-made-up"),
        names=OURS,
    ),
    "Azure v1": Kind(
        environment=AZURE_NAMES,
        address=lambda path, _: f"{AZURE}/openai/v1/{path}",
        credential=("authorization", "Bearer azure-made-up"),
        names=DEPLOYED,
    ),
    "Azure classic": Kind(
        environment=AZURE_NAMES | {"OPENAI_API_VERSION": "2025-01-01-preview"},
        address=lambda path, deployment: f"{AZURE}/openai/deployments/{deployment}/{path}{CLASSIC}",
        credential=("api-key", "azure-made-up"),
        names=DEPLOYED,
    ),
    "compatible": Kind(
        environment={
            "AUDIOKIT_COMPATIBLE_BASE_URL": "http://127.0.0.1:8000/v1",
            "AUDIOKIT_COMPATIBLE_API_KEY": "its-own",
        },
        address=lambda path, _: f"http://127.0.0.1:8000/v1/{path}",
        credential=("authorization", "Bearer its-own"),
        names=OURS,
    ),
    "compatible, by OpenAI's names": Kind(
        environment={"OPENAI_BASE_URL": "http://127.0.0.1:8000/v1", "OPENAI_API_KEY": "its-own"},
        address=lambda path, _: f"http://127.0.0.1:8000/v1/{path}",
        credential=("authorization", "Bearer its-own"),
        names=OURS,
    ),
}
each_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())


class Wire:
    """The endpoint that the settings come to, on a mocked network; keeps what was asked."""

    def __init__(self, endpoint: Endpoint, answer: httpx2.Response) -> None:
        self.requests: list[httpx2.Request] = []
        self._answer = answer
        client = open_client(endpoint, timeout_s=5, max_retries=0, transport=httpx2.MockTransport(self._take))
        self.speech = OnEndpoint(endpoint, client, 5)

    def _take(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        self.requests.append(request)
        return self._answer

    @property
    def request(self) -> httpx2.Request:
        (request,) = self.requests
        return request


def wire_to(kind: Kind, monkeypatch: pytest.MonkeyPatch, answer: httpx2.Response) -> Wire:
    monkeypatch.setattr(Settings, "secrets_file", Path("no secrets"))
    for name, value in kind.environment.items():
        monkeypatch.setenv(name, value)
    return Wire(endpoint_of(Settings.read()), answer)


def assert_addressed(request: httpx2.Request, kind: Kind, path: str, task: str) -> None:
    """One credential, the right one; the address with its deployment, if that is where it goes."""
    header, credential = kind.credential
    credentials = {name: request.headers[name] for name in ("authorization", "api-key") if name in request.headers}
    assert request.method == "POST"
    assert str(request.url) == kind.address(path, kind.names[task])
    assert credentials == {header: credential}


@each_kind
def test_a_whole_answer(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = wire_to(kind, monkeypatch, completion(content="Yes."))

    assert wire.speech.reply(ASK).words == "Yes."

    assert_addressed(wire.request, kind, "chat/completions", "chat")
    assert wire.request.headers["content-type"] == "application/json"
    body = json.loads(wire.request.content)
    assert (body["model"], body["audio"]["format"], "stream" in body) == (kind.names["chat"], "wav", False)


@each_kind
def test_a_streamed_answer(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = wire_to(kind, monkeypatch, event_stream(spoken_chunks(PCM16)))

    assert list(wire.speech.stream(ASK))

    assert_addressed(wire.request, kind, "chat/completions", "chat")
    assert wire.request.headers["accept"] == "text/event-stream"
    body = json.loads(wire.request.content)
    assert (body["model"], body["audio"]["format"], body["stream"]) == (kind.names["chat"], "pcm16", True)


@each_kind
def test_a_transcription(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = wire_to(kind, monkeypatch, httpx2.Response(200, json={"text": "Hello"}))

    assert wire.speech.reply(Transcribe(model="gpt-transcribe", sound=HEARD)).words == "Hello"

    assert_addressed(wire.request, kind, "audio/transcriptions", "transcriptions")
    assert wire.request.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert f'name="model"\r\n\r\n{kind.names["transcriptions"]}\r\n'.encode() in wire.request.content


@each_kind
def test_reading_aloud(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = wire_to(kind, monkeypatch, httpx2.Response(200, content=WAV, headers={"content-type": "audio/wav"}))

    assert wire.speech.reply(Speak(model="gpt-4o-mini-tts", text="Hello", voice="alloy")).sound

    assert_addressed(wire.request, kind, "audio/speech", "speech")
    assert json.loads(wire.request.content)["model"] == kind.names["speech"]


@pytest.mark.parametrize(
    ("name", "is_its_own"),
    [
        ("OpenAI", True),
        ("Azure v1", False),
        ("Azure classic", False),
        ("compatible", False),
        ("compatible, by OpenAI's names", True),
    ],
)
def test_what_the_environment_sets_for_openai_goes_to_nobody_else(
    name: str, is_its_own: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The SDK sends these to any server that it is pointed at, the key of the last line instead of the server's own."""
    monkeypatch.setenv("OPENAI_ORG_ID", "org-secret")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-secret")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Gateway: gate-secret\nauthorization: Bearer sk-secret")
    wire = wire_to(KINDS[name], monkeypatch, completion(content="Yes."))

    wire.speech.reply(ASK)

    sent = [value for value in wire.request.headers.values() if "secret" in value]
    assert bool(sent) == is_its_own
    if not is_its_own:
        assert_addressed(wire.request, KINDS[name], "chat/completions", "chat")


def test_openais_key_stays_at_openai_with_a_compatible_server_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = {
        "AUDIOKIT_ENGINE": "compatible,openai",
        "AUDIOKIT_COMPATIBLE_BASE_URL": "http://127.0.0.1:8000/v1",
        "OPENAI_API_KEY": "sk-secret",
    }
    kind = Kind(environment=environment, address=lambda path, _: path, credential=("", ""), names=OURS)
    wire = wire_to(kind, monkeypatch, completion(content="Yes."))

    wire.speech.reply(ASK)

    assert wire.request.url.host == "127.0.0.1"
    assert "sk-secret" not in str(wire.request.headers.raw)
