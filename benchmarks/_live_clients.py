"""Scripted clients of the live route, in a process of their own: ``python -m … ADDRESS N SECONDS``, figures as JSON."""

from __future__ import annotations

import asyncio
import json
import struct
import sys
import time
import urllib.request

from websockets.asyncio.client import ClientConnection, connect

_FRAME_S = 0.04
_FRAME_BYTES = 1920
_SETTLE_S = 2.0  # not counted


async def _talk(address: str, n: int, seconds: float, gaps_ms: list[float], trips_ms: list[float]) -> None:
    url = await asyncio.to_thread(_url, address, n)
    async with connect(address.replace("http", "ws", 1) + url, compression=None) as line:
        await asyncio.sleep(_FRAME_S * (n % 10) / 10)
        begun = time.monotonic()
        hearing = asyncio.create_task(_hear(line, begun, gaps_ms, trips_ms))
        for i in range(round(seconds / _FRAME_S)):
            stamp = struct.pack("<d", time.monotonic())
            await line.send(stamp + bytes(_FRAME_BYTES - len(stamp)))
            await asyncio.sleep(max(0.0, begun + (i + 1) * _FRAME_S - time.monotonic()))
        hearing.cancel()


def _url(address: str, n: int) -> str:
    with urllib.request.urlopen(f"{address}/api/bench/url/client-{n}") as answer:  # noqa: S310 - loopback
        return str(json.load(answer)["url"])


async def _hear(line: ClientConnection, begun: float, gaps_ms: list[float], trips_ms: list[float]) -> None:
    passed, last = 0, None
    async for frame in line:
        if isinstance(frame, str):
            message = json.loads(frame)
            if message["type"] == "ping":
                await line.send(json.dumps({"type": "pong", "n": message["n"]}))
            continue
        now = time.monotonic()
        passed += len(frame) // 2
        if last is not None and now - begun > _SETTLE_S:
            gaps_ms.append((now - last) * 1000)
            trips_ms.append((now - struct.unpack("<d", frame[:8])[0]) * 1000)
        last = now
        if passed % 2400 < len(frame) // 2:
            played = {"type": "played", "item": "item_1", "ms": passed // 24, "passed": passed}
            await line.send(json.dumps(played))


async def _all(address: str, n_clients: int, seconds: float) -> None:
    gaps_ms: list[float] = []
    trips_ms: list[float] = []
    await asyncio.gather(*(_talk(address, n, seconds, gaps_ms, trips_ms) for n in range(n_clients)))
    print(json.dumps({"gaps_ms": gaps_ms, "trips_ms": trips_ms}))


if __name__ == "__main__":
    asyncio.run(_all(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
