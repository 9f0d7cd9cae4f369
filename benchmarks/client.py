"""What our client adds to the bare SDK, on the same server, call by call in turn."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

from openai import OpenAI
from pydantic import SecretStr

from audiokit.catalog.models import Provider
from audiokit.speech.bodies import chat_body
from audiokit.speech.client import OnEndpoint
from audiokit.speech.endpoint import Endpoint, open_client
from audiokit.speech.requests import Converse, Heard, InputFormat, PersonTurn
from benchmarks.servers import served

_SOUND = Heard(data=b"\x00" * 160_000, format=InputFormat.WAV, duration_s=3.8)
_REQUEST = Converse(
    model="gpt-audio-1.5", turns=(PersonTurn(sound=_SOUND),), instructions="Answer briefly.", voice="alloy"
)


def run() -> dict[str, float]:
    """Return the ratio for a call of one second, and the milliseconds added to one of none. Medians."""
    with served("delayed") as address:
        slow_ours, slow_bare = _pair(f"{address}/1.0/v1", 7)
        fast_ours, fast_bare = _pair(f"{address}/0/v1", 60)
    return {
        "overhead_ratio": slow_ours / slow_bare,
        "overhead_ms": (fast_ours - fast_bare) * 1000,
        "bare_call_ms": fast_bare * 1000,
        "our_call_ms": fast_ours * 1000,
    }


def _pair(base_url: str, n: int) -> tuple[float, float]:
    endpoint = Endpoint(name="here", provider=Provider.COMPATIBLE, base_url=base_url, api_key=SecretStr("k"))
    ours = OnEndpoint(endpoint, open_client(endpoint, timeout_s=30, max_retries=0))
    bare = OpenAI(base_url=base_url, api_key="k", max_retries=0)
    body = chat_body(_REQUEST, streamed=False)
    calls: tuple[Callable[[], object], ...] = (
        lambda: ours.reply(_REQUEST),
        lambda: bare.chat.completions.create(**body),
    )
    for call in calls:  # connections opened, modules loaded
        call()
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(n):
        for call, taken in zip(calls, times, strict=True):
            began = time.perf_counter()
            call()
            taken.append(time.perf_counter() - began)
    return median(times[0]), median(times[1])
