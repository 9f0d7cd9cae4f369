from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from hashlib import sha256

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from audiokit.api.routes import routes
from audiokit.errors import NotFound
from audiokit.people.addresses import Signer, clip_url, live_url, words_url
from audiokit.speech.growing import Growing

SOUND = bytes(range(256)) * 4000  # about 1 MB: more than one piece
DIGEST = sha256(SOUND).hexdigest()
ANN, BOB = "ann", "bob"


class Source:
    """What the studio is to the routes."""

    def __init__(self) -> None:
        self.signer = Signer(b"s" * 32)
        self.replies: dict[str, Growing] = {}
        self.largest_read = 0

    def clip_size(self, person_id: str, digest: str) -> int:
        if (person_id, digest) != (ANN, DIGEST):
            raise NotFound("There is no such recording.")
        return len(SOUND)

    def read_clip_range(self, person_id: str, digest: str, start: int, end: int) -> bytes:
        assert (person_id, digest) == (ANN, DIGEST)
        self.largest_read = max(self.largest_read, end - start)
        return SOUND[start:end]

    def growing(self, turn_id: str) -> Growing | None:
        return self.replies.get(turn_id)


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def client(source: Source) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=routes(lambda: source))) as client:
        yield client


@pytest.fixture
def clip(source: Source) -> str:
    return clip_url(source.signer, ANN, DIGEST, "audio/mpeg")


def test_a_clip_is_sent_whole_in_pieces(client: TestClient, source: Source, clip: str) -> None:
    answer = client.get(clip)

    assert answer.status_code == 200
    assert answer.content == SOUND
    assert source.largest_read < len(SOUND) / 2
    assert answer.headers["content-type"] == "audio/mpeg"
    assert answer.headers["content-length"] == str(len(SOUND))
    assert answer.headers["etag"] == f'"{DIGEST}"'
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert {"private", "immutable"} <= set(answer.headers["cache-control"].split(", "))
    assert "content-disposition" not in answer.headers


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-0", 0, 1), ("bytes=300000-900000", 300_000, 900_001), ("bytes=-10", len(SOUND) - 10, len(SOUND))],
)
def test_a_range_is_answered_with_just_that(client: TestClient, clip: str, asked: str, start: int, end: int) -> None:
    answer = client.get(clip, headers={"Range": asked})

    assert answer.status_code == 206
    assert answer.content == SOUND[start:end]
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{len(SOUND)}"


def test_a_range_behind_the_end_is_416_and_says_how_much_there_is(client: TestClient, clip: str) -> None:
    answer = client.get(clip, headers={"Range": f"bytes={len(SOUND)}-"})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{len(SOUND)}"


@pytest.mark.parametrize(
    ("tag", "status"), [(f'"{DIGEST}"', 206), ('"other"', 200), ("Sat, 21 Nov 2026 03:00:00 GMT", 200)]
)
def test_a_range_of_something_else_is_not_mixed_in(client: TestClient, clip: str, tag: str, status: int) -> None:
    assert client.get(clip, headers={"Range": "bytes=0-9", "If-Range": tag}).status_code == status


def test_head_tells_everything_but_the_sound(client: TestClient, source: Source, clip: str) -> None:
    answer = client.head(clip)
    assert answer.status_code == 200
    assert answer.headers["content-length"] == str(len(SOUND))
    assert answer.content == b""
    assert source.largest_read == 0


def test_a_browser_that_has_it_is_not_sent_it_again(client: TestClient, clip: str) -> None:
    answer = client.get(clip, headers={"If-None-Match": f'W/"{DIGEST}"'})
    assert answer.status_code == 304
    assert answer.content == b""


def test_a_download_is_saved_under_its_name(client: TestClient, source: Source) -> None:
    address = clip_url(source.signer, ANN, DIGEST, "audio/mpeg", download_as='My "answer".mp3')
    assert client.get(address).headers["content-disposition"] == (
        "attachment; filename=\"My _answer_.mp3\"; filename*=UTF-8''My%20_answer_.mp3"
    )


def test_what_is_not_sound_is_only_ever_downloaded(client: TestClient, source: Source) -> None:
    answer = client.get(clip_url(source.signer, ANN, DIGEST, "text/html"))
    assert answer.headers["content-disposition"].startswith("attachment")


def test_another_persons_sound_is_not_found(client: TestClient, source: Source) -> None:
    answer = client.get(clip_url(source.signer, BOB, DIGEST, "audio/mpeg"))
    assert answer.status_code == 404
    assert answer.json() == {"error": {"message": "There is no such recording."}}


def test_an_address_that_was_changed_or_has_expired_is_refused_with_a_sentence(
    client: TestClient, source: Source
) -> None:
    past = clip_url(Signer(source.signer.secret, clock=lambda: 0.0), ANN, DIGEST, "audio/mpeg")
    for address, sentence in ((past, "expired"), ("/api/media/clip/forged.token", "not one of ours")):
        answer = client.get(address)
        assert answer.status_code == 403
        assert sentence in answer.json()["error"]["message"]
        assert answer.headers["cache-control"] == "no-store"


def test_an_address_for_one_use_does_not_serve_another(client: TestClient, source: Source) -> None:
    token = live_url(source.signer, ANN, "turn").rpartition("/")[2]
    assert client.get(f"/api/media/clip/{token}").status_code == 403
    assert client.get(f"/api/media/words/{token}").status_code == 403


def test_pages_of_other_sites_are_refused(client: TestClient, clip: str) -> None:
    assert client.get(clip, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_a_growing_reply_is_sent_to_its_end_while_a_thread_speaks(client: TestClient, source: Source) -> None:
    growing = source.replies["turn"] = Growing()
    growing.add_sound(b"ab")

    def speak() -> None:
        for _ in range(50):
            growing.add_sound(b"cd")
        growing.end()

    worker = threading.Thread(target=speak)
    worker.start()
    answer = client.get(live_url(source.signer, ANN, "turn"))
    worker.join()

    assert answer.content == b"ab" + b"cd" * 50
    assert answer.headers["content-type"] == "audio/L16;rate=24000"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-accel-buffering"] == "no"


@pytest.mark.parametrize(("asked", "expected"), [("4", b"cdef"), ("5", b"cdef"), ("8", b""), ("99", b"")])
def test_a_growing_reply_is_resumed_at_a_whole_frame(
    client: TestClient, source: Source, asked: str, expected: bytes
) -> None:
    growing = source.replies["turn"] = Growing()
    growing.add_sound(b"....cdef")
    growing.end()
    assert client.get(live_url(source.signer, ANN, "turn"), params={"from": asked}).content == expected


def test_a_place_that_is_no_number_is_refused(client: TestClient, source: Source) -> None:
    source.replies["turn"] = Growing()
    assert client.get(live_url(source.signer, ANN, "turn"), params={"from": "-1"}).status_code == 400


def test_a_reply_that_is_gone_is_404_with_a_sentence(client: TestClient, source: Source) -> None:
    for address in (live_url(source.signer, ANN, "gone"), words_url(source.signer, ANN, "gone")):
        answer = client.get(address)
        assert answer.status_code == 404
        assert "no longer" in answer.json()["error"]["message"]


def events(text: str) -> list[dict[str, str]]:
    return [dict(line.split(": ", 1) for line in block.splitlines()) for block in text.strip().split("\n\n")]


def test_words_come_as_events_and_end_with_all_of_them(client: TestClient, source: Source) -> None:
    growing = source.replies["turn"] = Growing()
    growing.add_words("Grüße,\nand ")
    growing.add_words("more")
    growing.end()

    _, said, end = events(client.get(words_url(source.signer, ANN, "turn")).text)

    assert (said["id"], json.loads(said["data"])) == ("15", "Grüße,\nand more")
    assert (end["event"], json.loads(end["data"])) == ("end", "Grüße,\nand more")


def test_words_are_resumed_after_the_last_that_arrived(client: TestClient, source: Source) -> None:
    growing = source.replies["turn"] = Growing()
    growing.add_words("Hello there")
    growing.end()
    answer = client.get(words_url(source.signer, ANN, "turn"), headers={"Last-Event-ID": "6"})
    assert json.loads(events(answer.text)[1]["data"]) == "there"


def test_a_failure_reaches_the_listener_as_its_sentence(client: TestClient, source: Source) -> None:
    growing = source.replies["turn"] = Growing()
    growing.add_words("So")
    growing.fail("The engine stopped. Ask again.")
    last = events(client.get(words_url(source.signer, ANN, "turn")).text)[-1]
    assert (last["event"], json.loads(last["data"])) == ("fail", "The engine stopped. Ask again.")


def test_health_is_json(client: TestClient) -> None:
    assert client.get("/api/health").json()["status"] == "ok"


def test_the_players_program_is_served_for_long_at_its_version_and_checked_without(client: TestClient) -> None:
    versioned, plain = client.get("/api/assets/abc/player.js"), client.get("/api/assets/worklet.js")
    assert versioned.headers["content-type"].startswith("text/javascript")
    assert "immutable" in versioned.headers["cache-control"]
    assert plain.headers["cache-control"] == "no-cache"
    assert client.get("/api/assets/worklet.js", headers={"If-None-Match": plain.headers["etag"]}).status_code == 304


@pytest.mark.parametrize("name", ["__init__.py", "nothing.js", "player.css", "..%2F__init__.py"])
def test_nothing_else_is_served_as_an_asset(client: TestClient, name: str) -> None:
    assert client.get(f"/api/assets/{name}").status_code == 404


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_an_unknown_address_is_404_in_json(client: TestClient, method: str) -> None:
    answer = client.request(method, "/api/nowhere/at/all")
    assert answer.status_code == 404
    assert "message" in answer.json()["error"]


def test_routes_can_be_laid_over_a_source_that_is_already_open(source: Source, clip: str) -> None:
    assert TestClient(Starlette(routes=routes(source))).get(clip).status_code == 200
