"""A conversation as one archive over HTTP: signed, expiring, another person's refused, nothing left behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from audiokit.api.exports import export_routes
from audiokit.errors import NotFound, StoreError
from audiokit.people.addresses import Signer, export_url, live_url

SECRET = b"s" * 32
LARGE = b"PK" + bytes(range(256)) * 40_000  # more than is kept in memory


@dataclass
class Source:
    """Ada's one conversation. ``open_files`` are those that were handed out and not closed."""

    signer: Signer = field(default_factory=lambda: Signer(SECRET))
    handed_out: list[BinaryIO] = field(default_factory=list)
    fails: bool = False

    def write_export(self, person_id: str, conversation_id: str, to: BinaryIO) -> str:
        self.handed_out.append(to)
        if (person_id, conversation_id) != ("ada", "c"):
            raise NotFound("This conversation is not here any more.")
        if self.fails:
            raise StoreError("There is no room on the disk.")
        to.write(LARGE)
        return "Çay & talk.zip"


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def client(source: Source) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=export_routes(lambda: source))) as client:
        yield client


def test_the_archive_comes_whole_under_its_name_and_is_kept_nowhere(client: TestClient, source: Source) -> None:
    answer = client.get(export_url(source.signer, "ada", "c"))

    assert answer.status_code == 200
    assert answer.content == LARGE
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-length"] == str(len(LARGE))
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert "%C3%87ay%20%26%20talk.zip" in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"
    assert all(file.closed for file in source.handed_out)


def test_another_persons_conversation_is_not_there(client: TestClient, source: Source) -> None:
    answer = client.get(export_url(source.signer, "bob", "c"))
    assert answer.status_code == 404
    assert all(file.closed for file in source.handed_out)


@pytest.mark.parametrize(
    "address",
    [
        "/api/export/made-up",
        export_url(Signer(b"x" * 32), "ada", "c"),
        export_url(Signer(SECRET), "ada", "c", lifetime_s=-1),
        live_url(Signer(SECRET), "ada", "c").replace("/api/media/live/", "/api/export/"),
    ],
    ids=["made up", "another secret", "expired", "for something else"],
)
def test_an_address_that_is_not_ours_or_not_for_this_gets_nothing(
    client: TestClient, source: Source, address: str
) -> None:
    assert client.get(address).status_code == 403
    assert source.handed_out == []


def test_another_sites_page_is_refused(client: TestClient, source: Source) -> None:
    headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert client.get(export_url(source.signer, "ada", "c"), headers=headers).status_code == 403


def test_a_full_disk_is_a_sentence_and_leaves_nothing_open(client: TestClient, source: Source) -> None:
    source.fails = True
    answer = client.get(export_url(source.signer, "ada", "c"))
    assert answer.status_code == 500
    assert answer.json()["error"]["message"] == "There is no room on the disk."
    assert all(file.closed for file in source.handed_out)
