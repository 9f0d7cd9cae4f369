"""Where requests go: addresses, headers and model names, as the official client puts them on the wire."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import MappingProxyType

import httpx2
import pytest
from pydantic import SecretStr
from scripted import ASK, WAV, Server, completion, failing, on_wire

from audiokit.catalog.models import Provider
from audiokit.errors import ProviderError
from audiokit.settings import Settings
from audiokit.speech.client import OnEndpoint
from audiokit.speech.endpoint import Endpoint, endpoint_of, endpoints_of, open_client
from audiokit.speech.requests import Heard, InputFormat, Speak, Transcribe

AZURE = "https://res.openai.azure.com"
HEARD = Heard(data=WAV, format=InputFormat.WAV, duration_s=0.05)


def settings_of(monkeypatch: pytest.MonkeyPatch, **environment: str) -> Settings:
    monkeypatch.setattr(Settings, "secrets_file", Path("no secrets"))
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return Settings.read()


def asked_of(endpoint: Endpoint) -> httpx2.Request:
    server = Server(completion(content="Yes."))
    on_wire(server, endpoint=endpoint).reply(ASK)
    return server.requests[-1]


def test_openai_is_asked_with_a_bearer_key(monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint = endpoint_of(settings_of(monkeypatch, OPENAI_API_KEY="sk-made-up"))

    request = asked_of(endpoint)

    assert (endpoint.name, endpoint.provider) == ("OpenAI", Provider.OPENAI)
    assert str(request.url) == "https://api.openai.com/v1/chat/completions"
    assert request.headers["authorization"] == "Bearer sk-made-up"


@pytest.mark.parametrize("address", ["http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1/"])
def test_a_compatible_server_is_asked_at_its_address_with_or_without_a_last_slash(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = endpoint_of(settings_of(monkeypatch, OPENAI_BASE_URL=address))

    request = asked_of(endpoint)

    assert (endpoint.name, endpoint.provider) == ("127.0.0.1:8000", Provider.COMPATIBLE)
    assert str(request.url) == "http://127.0.0.1:8000/v1/chat/completions"


def test_several_endpoints_come_in_the_order_that_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_of(
        monkeypatch,
        AUDIOKIT_ENGINE="azure,compatible,openai,offline",
        AZURE_OPENAI_ENDPOINT=AZURE,
        AZURE_OPENAI_API_KEY="azure-made-up",
        AUDIOKIT_COMPATIBLE_BASE_URL="http://127.0.0.1:8000/v1",
        OPENAI_API_KEY="sk-made-up",
        AUDIOKIT_MODELS='{"converse": "gpt-audio", "compatible.converse": "qwen"}',
    )

    endpoints = endpoints_of(settings)

    assert [endpoint.name for endpoint in endpoints] == [
        "Azure OpenAI",
        "127.0.0.1:8000",
        "OpenAI",
        "The offline engine",
    ]
    assert endpoint_of(settings) == endpoints[0]
    keys = [endpoint.api_key.get_secret_value() for endpoint in endpoints]
    assert keys == ["azure-made-up", "none", "sk-made-up", "none"]
    assert [dict(endpoint.models) for endpoint in endpoints] == [
        {"converse": "gpt-audio"},
        {"converse": "qwen"},
        {},
        {},
    ]


def test_a_compatible_server_beside_openai_has_its_own_key_and_leaves_openai_its_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compatible, openai = endpoints_of(
        settings_of(
            monkeypatch,
            AUDIOKIT_ENGINE="compatible,openai",
            AUDIOKIT_COMPATIBLE_BASE_URL="http://127.0.0.1:8000/v1",
            AUDIOKIT_COMPATIBLE_API_KEY="its-own",
            OPENAI_BASE_URL="https://eu.api.openai.com/v1",
            OPENAI_API_KEY="sk-made-up",
        )
    )

    assert (compatible.base_url, compatible.api_key.get_secret_value()) == ("http://127.0.0.1:8000/v1", "its-own")
    assert (openai.base_url, openai.api_key.get_secret_value()) == ("https://eu.api.openai.com/v1", "sk-made-up")


@pytest.mark.parametrize("classic", [{}, {"OPENAI_API_VERSION": "2025-01-01-preview"}], ids=["v1", "classic"])
def test_azures_address_may_be_pasted_with_its_path(classic: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    named = {"AZURE_OPENAI_API_KEY": "azure-made-up", **classic}

    bare = endpoint_of(settings_of(monkeypatch, AZURE_OPENAI_ENDPOINT=AZURE, **named))
    pasted = endpoint_of(settings_of(monkeypatch, AZURE_OPENAI_ENDPOINT=f"{AZURE}/openai/v1/", **named))

    assert bare == pasted


@pytest.mark.parametrize(
    ("environment", "key", "address"),
    [
        ({"OPENAI_API_KEY": "k"}, "OPENAI_API_KEY", "OPENAI_BASE_URL"),
        ({"OPENAI_BASE_URL": "http://h/v1"}, "OPENAI_API_KEY", "OPENAI_BASE_URL"),
        (
            {"AUDIOKIT_COMPATIBLE_BASE_URL": "http://h/v1"},
            "AUDIOKIT_COMPATIBLE_API_KEY",
            "AUDIOKIT_COMPATIBLE_BASE_URL",
        ),
        (
            {"AZURE_OPENAI_ENDPOINT": AZURE, "AZURE_OPENAI_API_KEY": "k"},
            "AZURE_OPENAI_API_KEY",
            "AZURE_OPENAI_ENDPOINT",
        ),
    ],
    ids=["OpenAI", "compatible by OpenAI's names", "compatible", "Azure"],
)
def test_a_person_is_sent_to_the_setting_of_the_endpoint_that_failed(
    environment: dict[str, str], key: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = endpoint_of(settings_of(monkeypatch, **environment))

    for server, name in [(Server(failing(401)), key), (Server(httpx2.ConnectError("x")), address)]:
        with pytest.raises(ProviderError, match=rf"\({name}\)"):
            on_wire(server, endpoint=endpoint).reply(ASK)


def test_a_password_in_the_address_is_not_part_of_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint = endpoint_of(settings_of(monkeypatch, OPENAI_BASE_URL="http://ada:secret@127.0.0.1:8000/v1"))

    assert "secret" not in endpoint.name


@pytest.mark.parametrize("slash", ["", "/"])
def test_azure_classic_has_the_deployment_and_the_version_in_its_address(
    slash: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = endpoint_of(
        settings_of(
            monkeypatch,
            AZURE_OPENAI_ENDPOINT=AZURE + slash,
            AZURE_OPENAI_API_KEY="azure-made-up",
            OPENAI_API_VERSION="2025-01-01-preview",
            AUDIOKIT_AZURE_DEPLOYMENTS='{"gpt-audio-1.5": "my-audio"}',
        )
    )

    request = asked_of(endpoint)

    assert (endpoint.name, endpoint.provider) == ("Azure OpenAI", Provider.AZURE)
    assert str(request.url) == (f"{AZURE}/openai/deployments/my-audio/chat/completions?api-version=2025-01-01-preview")
    assert request.headers["api-key"] == "azure-made-up"


@pytest.mark.parametrize(
    ("path", "request_", "answer"),
    [
        ("audio/transcriptions", Transcribe(model="gpt-transcribe", sound=HEARD), {"text": "Hello"}),
        ("audio/speech", Speak(model="gpt-transcribe", text="Hello", voice="alloy"), None),
    ],
    ids=["transcribe", "speak"],
)
def test_azure_classic_has_the_deployment_in_the_address_of_every_route(
    path: str, request_: Transcribe | Speak, answer: dict[str, str] | None
) -> None:
    endpoint = Endpoint(
        name="Azure OpenAI",
        provider=Provider.AZURE,
        base_url=AZURE,
        api_key=SecretStr("azure-made-up"),
        api_version="2025-01-01-preview",
        deployments=MappingProxyType({"gpt-transcribe": "ears"}),
    )
    server = Server(httpx2.Response(200, json=answer) if answer else httpx2.Response(200, content=WAV))

    reply = on_wire(server, endpoint=endpoint).reply(request_)

    assert reply.words == "Hello"
    assert str(server.requests[0].url) == f"{AZURE}/openai/deployments/ears/{path}?api-version=2025-01-01-preview"


@pytest.mark.parametrize("slash", ["", "/"])
def test_azure_v1_has_the_deployment_as_its_model_and_no_version(slash: str, monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint = endpoint_of(
        settings_of(
            monkeypatch,
            AZURE_OPENAI_ENDPOINT=AZURE + slash,
            AZURE_OPENAI_API_KEY="azure-made-up",
            AUDIOKIT_AZURE_DEPLOYMENTS='{"gpt-audio-1.5": "my-audio"}',
        )
    )
    server = Server(completion(content="Yes."))

    on_wire(server, endpoint=endpoint).reply(ASK)

    assert str(server.requests[0].url) == f"{AZURE}/openai/v1/chat/completions"
    assert server.requests[0].headers["authorization"] == "Bearer azure-made-up"
    assert server.body["model"] == "my-audio"


def test_a_model_without_a_deployment_of_its_own_goes_by_its_name() -> None:
    endpoint = Endpoint(
        name="x", provider=Provider.AZURE, base_url=AZURE, deployments=MappingProxyType({"gpt-audio-1.5": "a"})
    )

    assert endpoint.name_on_wire("gpt-audio-1.5") == "a"
    assert endpoint.name_on_wire("gpt-audio-mini") == "gpt-audio-mini"


def test_a_key_is_not_shown_with_its_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint = endpoint_of(settings_of(monkeypatch, OPENAI_API_KEY="sk-made-up"))

    assert "sk-made-up" not in repr(endpoint)


def test_an_upload_carries_its_fields_and_its_file() -> None:
    server = Server(httpx2.Response(200, json={"text": "Hello"}))

    on_wire(server).reply(Transcribe(model="gpt-transcribe", sound=HEARD, language="en"))

    (request,) = server.requests
    assert request.headers["content-type"].startswith("multipart/form-data")
    assert b'name="language"\r\n\r\nen\r\n' in request.content
    assert b'filename="recording.wav"' in request.content
    assert WAV in request.content


def test_an_endpoint_lists_what_it_serves() -> None:
    models = [{"id": name, "object": "model", "created": 0, "owned_by": "x"} for name in ("one", "two")]

    assert on_wire(Server(httpx2.Response(200, json={"data": models}))).served().keys() == {"one", "two"}


@pytest.mark.parametrize(("left_out", "calls"), [("", 1), ("speech.test", 0)])
def test_a_companys_proxy_is_asked_unless_the_address_is_left_out(
    left_out: str, calls: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    class Proxy(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            self.send_error(502)

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    with HTTPServer(("127.0.0.1", 0), Proxy) as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.server_port}")
        monkeypatch.setenv("no_proxy", left_out)
        endpoint = endpoint_of(settings_of(monkeypatch, OPENAI_BASE_URL="http://speech.test/v1"))
        client = open_client(endpoint, timeout_s=5, max_retries=0)
        with pytest.raises(ProviderError):
            OnEndpoint(endpoint, client, 5).reply(ASK)
        proxy.shutdown()

    assert asked == ["http://speech.test/v1/chat/completions"] * calls
