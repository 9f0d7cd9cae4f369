"""A server that speaks just enough of the Realtime API to give every piece of sound back: ``python -m … PORT``."""

from __future__ import annotations

import asyncio
import json
import sys

from websockets.asyncio.server import ServerConnection, serve


async def _echo(connection: ServerConnection) -> None:
    session = {"id": "sess_1", "model": "gpt-realtime-2.1"}
    await connection.send(json.dumps({"type": "session.created", "session": session}))
    await connection.send(json.dumps({"type": "response.created", "response": {"id": "resp_1"}}))
    async for text in connection:
        event = json.loads(text)
        if event["type"] == "input_audio_buffer.append":
            delta = {"type": "response.output_audio.delta", "item_id": "item_1", "delta": event["audio"]}
            await connection.send(json.dumps(delta))


async def _main(port: int) -> None:
    async with serve(_echo, "127.0.0.1", port, compression=None):
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1])))
