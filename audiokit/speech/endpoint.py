"""Where requests go, as data: OpenAI, Azure, a compatible server, the offline engine. No class each."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import cast
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2
from openai import AzureOpenAI, Omit, OpenAI
from pydantic import SecretStr

from audiokit.catalog.models import Provider
from audiokit.settings import Engine, Settings
from audiokit.speech.once import PaidOnce

__all__ = ["Endpoint", "endpoint_of", "endpoints_of", "open_client", "own_headers"]

_OPENAI_ADDRESS = "https://api.openai.com/v1"
_OFFLINE_ADDRESS = "http://offline.invalid/v1"  # never resolved: the transport answers in process
_CONNECT_TIMEOUT_S = 5.0
_NO_KEY = SecretStr("none")  # the SDK wants one, also where the server does not
_NOTHING: Mapping[str, str] = MappingProxyType({})
_RETRIES_BEFORE_ANOTHER = 1
_PATIENCE_BEFORE_ANOTHER_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One place that speaks OpenAI's wire format.

    ``api_version`` set means Azure's classic paths, one deployment each. ``deployments`` maps model to deployment name,
    ``models`` role to the model that the operator wants there. ``is_openai_named`` says that it is set by OpenAI's own
    names (``OPENAI_API_KEY``, ``OPENAI_BASE_URL``): only there goes what the SDK reads beside them, such as
    ``OPENAI_ORG_ID``. ``key_setting`` and ``address_setting`` are what to look at when it does not answer.
    """

    name: str
    provider: Provider
    base_url: str
    api_key: SecretStr = _NO_KEY
    api_version: str | None = None
    deployments: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    models: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    is_openai_named: bool = False
    key_setting: str = "OPENAI_API_KEY"
    address_setting: str = "OPENAI_BASE_URL"

    def name_on_wire(self, model: str) -> str:
        """Return what the endpoint calls ``model``."""
        return self.deployments.get(model, model)


def endpoints_of(settings: Settings) -> tuple[Endpoint, ...]:
    """Return the endpoints that the settings come to, in the order in which to ask them; each provider once."""
    return tuple(_endpoint(engine, settings) for engine in settings.engines)


def endpoint_of(settings: Settings) -> Endpoint:
    """Return the endpoint that is asked first."""
    return endpoints_of(settings)[0]


def open_client(
    endpoint: Endpoint,
    *,
    timeout_s: float,
    max_retries: int,
    transport: httpx2.BaseTransport | None = None,
    is_last: bool = True,
) -> OpenAI:
    """Return the official client for an endpoint; ``transport`` replaces the network (offline engine, recordings).

    ``timeout_s`` bounds each wait for bytes, and the whole answer (:mod:`audiokit.speech.once`). Where another endpoint
    can stand in (not ``is_last``), a busy one is asked again once at most, and only if it says to come back soon: the
    SDK would wait for up to two minutes.
    """
    timeout = httpx2.Timeout(timeout_s, connect=min(_CONNECT_TIMEOUT_S, timeout_s))
    patience_s = None if is_last else _PATIENCE_BEFORE_ANOTHER_S
    network = transport or httpx2.HTTPTransport(proxy=_proxy(endpoint.base_url))
    http_client = httpx2.Client(
        transport=PaidOnce(network, total_s=timeout_s, patience_s=patience_s), timeout=timeout, follow_redirects=True
    )
    max_retries = max_retries if is_last else min(max_retries, _RETRIES_BEFORE_ANOTHER)
    key, headers = endpoint.api_key.get_secret_value(), own_headers(endpoint)
    if endpoint.api_version is not None:
        return AzureOpenAI(
            azure_endpoint=endpoint.base_url,
            api_key=key,
            api_version=endpoint.api_version,
            timeout=timeout,
            max_retries=max_retries,
            http_client=http_client,
            default_headers=headers,
        )
    return OpenAI(
        base_url=endpoint.base_url,
        api_key=key,
        timeout=timeout,
        max_retries=max_retries,
        http_client=http_client,
        default_headers=headers,
    )


def own_headers(endpoint: Endpoint) -> Mapping[str, str] | None:
    """Return headers that keep what the environment sets for OpenAI from going to anybody else.

    The SDK sends OPENAI_ORG_ID, OPENAI_PROJECT_ID and OPENAI_CUSTOM_HEADERS, with a key if one is written there, to
    whatever server it is pointed at (openai-python 3.52.0, ``lib/_client_auth.py``). What is given here goes before.
    """
    if endpoint.is_openai_named:
        return None
    lines = os.environ.get("OPENAI_CUSTOM_HEADERS", "").split("\n")
    names = [name.strip() for name, colon, _ in (line.partition(":") for line in lines) if colon]
    withheld = dict.fromkeys([*names, "OpenAI-Organization", "OpenAI-Project", "Authorization"], Omit())
    ours = {} if endpoint.api_version else {"Authorization": f"Bearer {endpoint.api_key.get_secret_value()}"}
    return cast("Mapping[str, str]", withheld | ours)  # the SDK takes Omit, and its types do not say so


def _proxy(address: str) -> str | None:
    """Return the proxy that this machine is set to use for ``address`` (HTTPS_PROXY, NO_PROXY and their like)."""
    parts = urlsplit(address)
    return None if proxy_bypass(parts.netloc.rpartition("@")[2]) else getproxies().get(parts.scheme)


def _endpoint(engine: Engine, settings: Settings) -> Endpoint:
    models = MappingProxyType(settings.models_at(engine))
    match engine:
        case Engine.AZURE:
            return _azure(settings, models)
        case Engine.COMPATIBLE:
            return _compatible(settings, models)
        case Engine.OPENAI:
            return Endpoint(
                name="OpenAI",
                provider=Provider.OPENAI,
                base_url=settings.openai_base_url or _OPENAI_ADDRESS,
                api_key=settings.openai_api_key or _NO_KEY,
                models=models,
                is_openai_named=True,
            )
        case _:
            return Endpoint(
                name="The offline engine", provider=Provider.OFFLINE, base_url=_OFFLINE_ADDRESS, models=models
            )


def _compatible(settings: Settings, models: Mapping[str, str]) -> Endpoint:
    """A server under its own names, or else under OpenAI's. OpenAI's key is for the second only."""
    is_own = settings.compatible_base_url is not None
    address = settings.compatible_base_url or settings.openai_base_url or ""
    return Endpoint(
        name=urlsplit(address).netloc.rpartition("@")[2],
        provider=Provider.COMPATIBLE,
        base_url=address,
        api_key=(settings.compatible_api_key if is_own else settings.openai_api_key) or _NO_KEY,
        models=models,
        is_openai_named=not is_own,
        key_setting="AUDIOKIT_COMPATIBLE_API_KEY" if is_own else "OPENAI_API_KEY",
        address_setting="AUDIOKIT_COMPATIBLE_BASE_URL" if is_own else "OPENAI_BASE_URL",
    )


def _azure(settings: Settings, models: Mapping[str, str]) -> Endpoint:
    """Azure's v1 path, or its classic deployment paths where an API version is asked for."""
    address = (settings.azure_openai_endpoint or "").rstrip("/").removesuffix("/openai/v1")
    classic = settings.openai_api_version
    return Endpoint(
        name="Azure OpenAI",
        provider=Provider.AZURE,
        base_url=address if classic else f"{address}/openai/v1/",
        api_key=settings.azure_openai_api_key or _NO_KEY,
        api_version=classic,
        deployments=MappingProxyType(dict(settings.azure_deployments)),
        models=models,
        key_setting="AZURE_OPENAI_API_KEY",
        address_setting="AZURE_OPENAI_ENDPOINT",
    )
