"""A bucket that will not, and the copies of it on this machine."""

from __future__ import annotations

import http.server
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from s3 import KEY, SECRET, fresh_bucket, settings_of

from audiokit.errors import Damaged, NotConfigured, StoreError
from audiokit.settings import Settings
from audiokit.store import blob_bucket
from audiokit.store.blobs import digest_of
from audiokit.store.copies import KEPT_S, Copies
from audiokit.store.opening import open_blobs

_WRONG_KEY = b"""<?xml version="1.0"?><Error><Code>InvalidAccessKeyId</Code>
<Message>The AWS Access Key Id you provided does not exist in our records.</Message>
<AWSAccessKeyId>AKIAMADEUPFORTESTS</AWSAccessKeyId></Error>"""


class _Refusing(http.server.BaseHTTPRequestHandler):
    """Answers as Amazon S3 does to a key that it does not know (Amazon S3 API Reference, error responses)."""

    def do_GET(self) -> None:
        self.send_response(403)
        self.send_header("Content-Length", str(len(_WRONG_KEY)))
        self.end_headers()
        self.wfile.write(_WRONG_KEY)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def refusing_url() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def trouble(monkeypatch: pytest.MonkeyPatch, changed: dict[str, str]) -> StoreError:
    for name, value in (settings_of(fresh_bucket()) | changed).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(StoreError) as caught:
        open_blobs(Settings.read())
    return caught.value


def test_a_bucket_that_is_not_there_is_told_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    error = trouble(monkeypatch, {"AUDIOKIT_BLOBS_URL": "s3://nowhere/kept"})

    assert str(error).startswith("There is no bucket nowhere. Make it")


def test_a_server_that_is_not_there_is_told_within_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blob_bucket, "_TRIES", {**blob_bucket._TRIES, "max_retries": 1})

    assert "cannot be used now" in str(trouble(monkeypatch, {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}))


def test_refused_keys_are_told_and_nobody_repeats_them(monkeypatch: pytest.MonkeyPatch, refusing_url: str) -> None:
    error = trouble(monkeypatch, {"AWS_ENDPOINT_URL": refusing_url})

    assert "refuses our keys" in str(error)
    assert error.detail["code"] == "InvalidAccessKeyId"
    assert error.__cause__ is None
    told = f"{error}{error.detail}{Settings.read()!r}"
    assert KEY not in told
    assert SECRET not in told


def test_a_bucket_that_is_taken_away_is_no_missing_recording(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in settings_of(fresh_bucket()).items():
        monkeypatch.setenv(name, value)
    blobs = open_blobs(Settings.read())
    monkeypatch.setattr(blobs._shelf, "store", blob_bucket.bucket_of(_elsewhere()).store)

    with pytest.raises(StoreError, match="There is no bucket"):
        blobs.put(b"sound")


def _elsewhere() -> Settings:
    return Settings.read().model_copy(update={"blobs_url": "s3://nowhere"})


@pytest.mark.parametrize("address", ["s3://", "s3://ab", "https://bucket", "s3://Name", "s3://key:secret@bucket"])
def test_an_address_that_is_no_bucket_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("AUDIOKIT_BLOBS_URL", address)

    with pytest.raises(NotConfigured, match="AUDIOKIT_BLOBS_URL: must look like") as caught:
        Settings.read()
    assert "secret" not in str(caught.value)


def test_a_file_that_changes_while_it_is_sent_is_not_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in settings_of(fresh_bucket()).items():
        monkeypatch.setenv(name, value)
    blobs, path = open_blobs(Settings.read()), tmp_path / "growing"
    path.write_bytes(os.urandom(9_000_000))
    pieces = blob_bucket._pieces_of

    def changed(path: Path, digest: str) -> Iterator[bytes]:
        path.write_bytes(b"another")
        return pieces(path, digest)

    monkeypatch.setattr(blob_bucket, "_pieces_of", changed)
    with pytest.raises(StoreError):
        blobs.put_file(path)

    assert list(blobs.all()) == []


# Copies


class Clock:
    """Seconds that pass when they are told to."""

    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def asked(copies: Copies, data: bytes) -> Path:
    return copies.path(digest_of(data), lambda: [data[:3], data[3:]])


def test_a_copy_is_fetched_once_and_gone_an_hour_after_it_was_last_used(tmp_path: Path, clock: Clock) -> None:
    copies, fetched = Copies(tmp_path, max_bytes=10**6, clock=clock), list[int]()

    def pieces() -> list[bytes]:
        fetched.append(1)
        return [b"sound"]

    for _ in range(3):
        assert copies.path(digest_of(b"sound"), pieces).read_bytes() == b"sound"
        clock.now += KEPT_S - 1
    copies.sweep()
    assert len(fetched) == 1
    clock.now += 2
    copies.sweep()

    assert list(tmp_path.iterdir()) == []


def test_copies_are_bounded_but_never_taken_from_who_just_asked(tmp_path: Path, clock: Clock) -> None:
    copies = Copies(tmp_path, max_bytes=250, clock=clock)
    for number in range(6):
        path = asked(copies, bytes([number]) * 100)
        clock.now += 601

    assert {one.stat().st_size for one in tmp_path.iterdir()} == {100}
    assert len(list(tmp_path.iterdir())) == 2
    assert path.exists()
    assert asked(copies, b"x" * 1000).exists()  # larger than all that may be kept


def test_a_copy_is_what_its_digest_says_or_there_is_none(tmp_path: Path, clock: Clock) -> None:
    copies = Copies(tmp_path, max_bytes=10**6, clock=clock)

    with pytest.raises(Damaged):
        copies.path(digest_of(b"sound"), lambda: [b"Sound"])

    assert list(tmp_path.iterdir()) == []


def test_many_who_want_the_same_copy_at_once_all_read_it_whole(tmp_path: Path) -> None:
    data, copies = os.urandom(300_000), Copies(tmp_path, max_bytes=10**7)

    with ThreadPoolExecutor(8) as crowd:
        read = list(crowd.map(lambda _: asked(copies, data).read_bytes(), range(40)))

    assert read == [data] * 40
    assert [path.name for path in tmp_path.iterdir()] == [digest_of(data)]
