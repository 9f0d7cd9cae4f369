"""Scripted clients of the live route, in a process of their own: ``python -m … ADDRESS WHOSE N SECONDS``.

WHOSE is whose bridge answers: ``bench`` or ``ours``. What each saw is printed as JSON.
"""

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


async def _talk(url: str, n: int, seconds: float, gaps_ms: list[float], trips_ms: list[float]) -> None:
    async with connect(url, compression=None) as line:
        await asyncio.sleep(_FRAME_S * (n % 10) / 10)
        begun = time.monotonic()
        hearing = asyncio.create_task(_hear(line, begun, gaps_ms, trips_ms))
        for i in range(round(seconds / _FRAME_S)):
            stamp = struct.pack("<d", time.monotonic())
            await line.send(stamp + bytes(_FRAME_BYTES - len(stamp)))
            await asyncio.sleep(max(0.0, begun + (i + 1) * _FRAME_S - time.monotonic()))
        hearing.cancel()


def _url(address: str, whose: str, n: int) -> str:
    with urllib.request.urlopen(f"{address}/api/bench/url/{whose}/client-{n}") as answer:  # noqa: S310 - loopback
        return address.replace("http", "ws", 1) + str(json.load(answer)["url"])


async def _hear(line: ClientConnection, begun: float, gaps_ms: list[float], trips_ms: list[float]) -> None:
    passed, last = 0, None
    async for frame in line:
        if isinstance(frame, str):
            message = json.loads(frame)
            if message["type"] == "ping":
                await line.send(json.dumps({"type": "pong", "n": message["n"]}))
            continue
        now = time.monotonic()
        if last is not None and now - begun > _SETTLE_S:
            gaps_ms.append((now - last) * 1000)
            if 2 * passed % _FRAME_BYTES == 0:  # a stamp is where a frame of ours begins; frames may come joined
                trips_ms.append((now - struct.unpack("<d", frame[:8])[0]) * 1000)
        last = now
        passed += len(frame) // 2
        if passed % 2400 < len(frame) // 2:
            played = {"type": "played", "item": "item_1", "ms": passed // 24, "passed": passed}
            await line.send(json.dumps(played))


async def _all(address: str, whose: str, n_clients: int, seconds: float) -> None:
    gaps_ms: list[float] = []
    trips_ms: list[float] = []
    urls = [_url(address, whose, n) for n in range(n_clients)]
    await asyncio.gather(*(_talk(url, n, seconds, gaps_ms, trips_ms) for n, url in enumerate(urls)))
    print(json.dumps({"gaps_ms": gaps_ms, "trips_ms": trips_ms}))


if __name__ == "__main__":
    asyncio.run(_all(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])))
