"""The door of Realtime: who is let in, how it closes, and that nothing listens but where it should."""

from __future__ import annotations

import json
import socket
import threading
import time
from typing import Any

import httpx2
import pytest
from openai import OpenAI
from realtime_talk import Talk, appends, configured, kinds, noise, only, said, talking
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from audiokit.offline.engine import Engine
from audiokit.offline.loopback import Loopback
from audiokit.offline.realtime.pace import Rules


def end_of(talk: Talk) -> tuple[dict[str, Any], int, str]:
    """Return the last error of a session, and how it was closed."""
    with pytest.raises(ConnectionClosed) as closed:
        talk.until("nothing that there is")
    frame = closed.value.rcvd
    assert frame is not None
    return talk.log[-1]["error"], frame.code, frame.reason


@pytest.mark.parametrize(("headers", "code"), [({}, None), ({"Authorization": "Bearer wrong"}, "invalid_api_key")])
def test_without_the_key_the_socket_never_opens(loopback: Loopback, headers: dict[str, str], code: str | None) -> None:
    address = f"{loopback.websocket_base_url}/realtime?model=gpt-realtime-2.1"

    with pytest.raises(InvalidStatus) as refused, connect(address, additional_headers=headers):
        pass

    assert refused.value.response.status_code == 401
    assert json.loads(refused.value.response.body or b"")["error"]["code"] == code


@pytest.mark.parametrize("name", ["Authorization", "api-key"])
def test_the_key_is_taken_in_either_header(loopback: Loopback, name: str) -> None:
    key = f"Bearer {loopback.key}" if name == "Authorization" else loopback.key
    address = f"{loopback.websocket_base_url}/realtime?model=audiokit-offline"

    with connect(address, additional_headers={name: key}) as session:
        assert json.loads(session.recv())["type"] == "session.created"
    assert httpx2.get(f"{loopback.base_url}/models", headers={name: key}).status_code == 200


@pytest.mark.parametrize(
    ("model", "code", "close_code"),
    [
        ("gpt-realtime-9", None, None),
        ("no-such-model", "model_not_found", 4_004),
        ("gpt-4o-realtime-preview", "model_not_found", 4_004),
        ("gpt-realtime-whisper", "model_not_found", 4_004),
        ("gpt-audio-1.5", "invalid_model", 4_000),
        ("", "missing_model", 4_000),
    ],
)
def test_what_cannot_be_talked_to_is_refused_on_the_open_socket(
    loopback: Loopback, model: str, code: str | None, close_code: int | None
) -> None:
    with talking(loopback.websocket_base_url, loopback.key, model) as talk:
        if code is None:
            assert talk.next()["session"]["model"] == model
            return
        error, closed_with, reason = end_of(talk)

    assert kinds(talk.log) == ["error"]
    assert (error["code"], closed_with, reason) == (code, close_code, f"invalid_request_error.{code}")


def test_the_beta_is_over(loopback: Loopback) -> None:
    headers = {"Authorization": f"Bearer {loopback.key}", "OpenAI-Beta": "realtime=v1"}
    address = f"{loopback.websocket_base_url}/realtime?model=gpt-realtime"

    with connect(address, additional_headers=headers) as session:
        error, close_code, _ = end_of(Talk(session))

    assert (error["code"], close_code) == ("beta_api_shape_disabled", 4_000)


def test_a_binary_message_is_refused_and_ends_nothing(loopback: Loopback) -> None:
    with talking(loopback.websocket_base_url, loopback.key) as talk:
        talk.next()
        talk.socket.send(b"\x00\x01")
        assert talk.next()["error"]["code"] == "invalid_json"
        assert talk.ask(said("hello"), until="conversation.item.done")


class _Hour:
    """A clock that an hour passes on between two looks."""

    def __init__(self) -> None:
        self.now_s = 1_795_219_200.0

    def __call__(self) -> float:
        return self.now_s


def test_after_an_hour_a_session_is_over(engine: Engine) -> None:
    clock = _Hour()
    with Loopback(engine, clock=clock) as loopback, talking(loopback.websocket_base_url, loopback.key) as talk:
        assert talk.next()["session"]["expires_at"] == clock.now_s + 3_600
        clock.now_s += 3_601
        talk.send(said("hello"))
        error, close_code, reason = end_of(talk)

    assert (error["code"], close_code) == ("session_expired", 1_001)
    assert error["message"] == reason == "Your session hit the maximum duration of 60 minutes."


def test_a_session_is_over_in_time_though_nobody_says_anything(engine: Engine) -> None:
    rules = Rules(longest_s=0.05)
    with Loopback(engine, realtime=rules) as loopback, talking(loopback.websocket_base_url, loopback.key) as talk:
        assert end_of(talk)[0]["code"] == "session_expired"


@pytest.mark.usefixtures("speaking")
def test_who_cannot_hear_says_so_and_what_it_cost_is_not_known() -> None:
    sound = [configured(audio={"input": {"transcription": {"model": "whisper-1"}, "turn_detection": None}})]
    sound += [*appends(noise(0.5, -20)), {"type": "input_audio_buffer.commit"}]
    with Engine() as engine, Loopback(engine) as loopback, talking(loopback.websocket_base_url, loopback.key) as talk:
        engine._ear.worker.close()
        failed = talk.ask(*sound, until="conversation.item.input_audio_transcription.failed")[-1]
        response = only(talk.ask({"type": "response.create"}), "response.done")["response"]
        spoken = talk.ask(
            {"type": "conversation.item.delete", "item_id": failed["item_id"]},
            said("hello"),
            {"type": "response.create"},
        )

    assert failed["error"]["code"] == response["status_details"]["error"]["code"] == "unavailable"
    assert (response["status"], response["usage"], response["output"]) == ("failed", None, [])
    assert only(spoken, "response.done")["response"]["status"] == "completed"


def test_the_voice_stays_once_it_was_heard(loopback: Loopback, speaking: Engine) -> None:  # noqa: ARG001 - it must speak
    other = {"type": "session.update", "session": {"type": "realtime", "audio": {"output": {"voice": "cedar"}}}}
    with talking(loopback.websocket_base_url, loopback.key) as talk:
        changed = talk.ask(other, until="session.updated")[-1]
        talk.ask(said("hello"), {"type": "response.create"})
        same = talk.ask(other, until="session.updated")[-1]
        other["session"]["audio"]["output"]["voice"] = "marin"  # type: ignore[index]
        refused = talk.ask(other, until="error")[-1]["error"]

    assert changed["session"]["audio"]["output"]["voice"] == same["session"]["audio"]["output"]["voice"] == "cedar"
    assert refused["code"] == "cannot_update_voice"


def test_nothing_listens_before_somebody_asks_nor_after_it_was_closed(engine: Engine) -> None:
    loopback = Loopback(engine)
    names = {thread.name for thread in threading.enumerate()}
    address = loopback.websocket_base_url
    port = int(address.split(":")[2].split("/")[0])
    assert loopback.websocket_base_url == address
    with socket.create_connection(("127.0.0.1", port), 5):
        pass

    with talking(address, loopback.key) as talk:
        talk.next()
        loopback.close()
        with pytest.raises(ConnectionClosed):
            talk.next()

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 5)
    until = time.monotonic() + 30
    while not {thread.name for thread in threading.enumerate()} <= names | {"offline-engine"}:
        assert time.monotonic() < until, "a thread is left"
        time.sleep(0.01)  # it ends by itself
    with pytest.raises(RuntimeError, match="closed"):
        _ = loopback.base_url


def test_it_can_be_reached_from_this_machine_only(loopback: Loopback) -> None:
    (sock,) = loopback._running._server.servers[0].sockets  # type: ignore[union-attr]

    assert sock.getsockname()[0] == "127.0.0.1"


def test_the_rest_of_the_api_is_there_too(loopback: Loopback) -> None:
    with OpenAI(base_url=loopback.base_url, api_key=loopback.key, max_retries=0) as client:
        assert "audiokit-offline" in [model.id for model in client.models.list()]


@pytest.mark.usefixtures("speaking")
def test_sound_comes_faster_than_it_plays_and_not_all_at_once(engine: Engine) -> None:
    rules = Rules(speed=8.0, lead_s=0.5)
    with Loopback(engine, realtime=rules) as loopback, talking(loopback.websocket_base_url, loopback.key) as talk:
        asked = said("Read this aloud: One two three four five six seven eight nine ten.")
        talk.ask(asked, {"type": "response.create"}, until="response.output_audio.delta")
        began_s = time.monotonic()
        done = talk.until("response.done")[-1]["response"]
        took_s = time.monotonic() - began_s

    lasts_s = done["usage"]["output_token_details"]["audio_tokens"] / 20
    last_piece_s = 0.25
    assert (lasts_s - last_piece_s - rules.lead_s) / rules.speed * 0.9 < took_s < lasts_s
