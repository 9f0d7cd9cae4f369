"""Where requests go, as data: OpenAI, Azure, a compatible server, the offline engine. No class each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2
from openai import AzureOpenAI, OpenAI
from pydantic import SecretStr

from audiokit.catalog.models import Provider
from audiokit.settings import Engine, Settings
from audiokit.speech.once import PaidOnce

__all__ = ["Endpoint", "endpoint_of", "open_client"]

_OPENAI_ADDRESS = "https://api.openai.com/v1"
_OFFLINE_ADDRESS = "http://offline.invalid/v1"  # never resolved: the transport answers in process
_CONNECT_TIMEOUT_S = 5.0
_NO_KEY = SecretStr("none")  # the SDK wants one, also where the server does not


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One place that speaks OpenAI's wire format.

    ``api_version`` set means Azure's classic paths, one deployment each. ``deployments`` maps model to deployment name.
    """

    name: str
    provider: Provider
    base_url: str
    api_key: SecretStr = _NO_KEY
    api_version: str | None = None
    deployments: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def name_on_wire(self, model: str) -> str:
        """Return what the endpoint calls ``model``."""
        return self.deployments.get(model, model)


def endpoint_of(settings: Settings) -> Endpoint:
    """Return the endpoint that the settings come to."""
    key = settings.openai_api_key or _NO_KEY
    match settings.chosen_engine:
        case Engine.AZURE:
            return _azure(settings)
        case Engine.COMPATIBLE:
            address = settings.openai_base_url or _OPENAI_ADDRESS
            host = urlsplit(address).netloc.rpartition("@")[2]
            return Endpoint(name=host, provider=Provider.COMPATIBLE, base_url=address, api_key=key)
        case Engine.OPENAI:
            address = settings.openai_base_url or _OPENAI_ADDRESS
            return Endpoint(name="OpenAI", provider=Provider.OPENAI, base_url=address, api_key=key)
        case _:
            return Endpoint(name="The offline engine", provider=Provider.OFFLINE, base_url=_OFFLINE_ADDRESS)


def open_client(
    endpoint: Endpoint, *, timeout_s: float, max_retries: int, transport: httpx2.BaseTransport | None = None
) -> OpenAI:
    """Return the official client for an endpoint; ``transport`` replaces the network (offline engine, recordings).

    ``timeout_s`` bounds each wait for bytes, and the whole answer (:mod:`audiokit.speech.once`).
    """
    timeout = httpx2.Timeout(timeout_s, connect=min(_CONNECT_TIMEOUT_S, timeout_s))
    transport = PaidOnce(transport or httpx2.HTTPTransport(proxy=_proxy(endpoint.base_url)), total_s=timeout_s)
    http_client = httpx2.Client(transport=transport, timeout=timeout, follow_redirects=True)
    key = endpoint.api_key.get_secret_value()
    if endpoint.api_version is not None:
        return AzureOpenAI(
            azure_endpoint=endpoint.base_url,
            api_key=key,
            api_version=endpoint.api_version,
            timeout=timeout,
            max_retries=max_retries,
            http_client=http_client,
        )
    return OpenAI(
        base_url=endpoint.base_url, api_key=key, timeout=timeout, max_retries=max_retries, http_client=http_client
    )


def _proxy(address: str) -> str | None:
    """Return the proxy that this machine is set to use for ``address`` (HTTPS_PROXY, NO_PROXY and their like)."""
    parts = urlsplit(address)
    return None if proxy_bypass(parts.netloc.rpartition("@")[2]) else getproxies().get(parts.scheme)


def _azure(settings: Settings) -> Endpoint:
    """Azure's v1 path, or its classic deployment paths where an API version is asked for."""
    address = (settings.azure_openai_endpoint or "").rstrip("/")
    classic = settings.openai_api_version
    return Endpoint(
        name="Azure OpenAI",
        provider=Provider.AZURE,
        base_url=address if classic else f"{address}/openai/v1/",
        api_key=settings.azure_openai_api_key or _NO_KEY,
        api_version=classic,
        deployments=MappingProxyType(dict(settings.azure_deployments)),
    )
