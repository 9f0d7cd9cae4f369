"""A private podcast feed over HTTP: what podcast apps need is there, words stay text, and it can be closed."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote, urlsplit
from uuid import UUID
from xml.etree import ElementTree as ET

import feedparser
import mutagen.mp3
import pytest
from clips import tone
from hypothesis import given, settings
from hypothesis import strategies as st
from recorded_programmes import CHAPTERS, TEXTS, programme
from starlette.applications import Starlette
from starlette.testclient import TestClient

from audiokit.api.feed import feed_routes
from audiokit.audio.clip import Clip
from audiokit.audio.encode import SoundFormat, encode
from audiokit.errors import NotFound
from audiokit.people.addresses import Signer, clip_url, export_url
from audiokit.people.persons import Persons
from audiokit.people.preferences import Preferences
from audiokit.store.database import open_database
from audiokit.store.files import Files
from audiokit.store.flights import open_flights
from audiokit.store.tables import person
from audiokit.summaries.exporting import ExportFormat, export
from audiokit.summaries.exports import Exports
from audiokit.summaries.feed import Channel, Episode, chapters_json, rss
from audiokit.summaries.feed_keys import FeedKeys
from audiokit.summaries.feeds import Feeds, episode_size_bytes
from audiokit.summaries.labels import cover_of
from audiokit.summaries.marks import ChapterStart
from audiokit.summaries.shape import Persona
from audiokit.summaries.view import ProgrammeView

NAMES = {
    "atom": "http://www.w3.org/2005/Atom",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "podcast": "https://podcastindex.org/namespace/1.0",
}
HOSTILE = "</title><script>alert('1')</script> & ]]> \x00\x0b\ufffe ”"
CHANNEL = Channel(
    title="Spoken Summaries",
    description="Private.",
    author="audiokit",
    address="https://example.org/api/feed/t",
    home="https://example.org",
    owner="ada",
)


@dataclass
class Shelf:
    """Programmes of persons, and their recordings. ``n_read`` counts how often one was taken out."""

    views: dict[str, list[ProgrammeView]]
    recording: bytes
    n_read: int = 0

    def made(self, person_id: str) -> Sequence[ProgrammeView]:
        return self.views.get(person_id, [])

    def one(self, person_id: str, programme_id: str) -> ProgrammeView:
        for view in self.made(person_id):
            if view.id == programme_id:
                return view
        raise NotFound("This programme is not here any more.")

    def write_master(self, person_id: str, view: ProgrammeView, to: BinaryIO) -> None:
        self.one(person_id, view.id)
        self.n_read += 1
        to.write(self.recording)


@dataclass
class Cupboard:
    """Keeps bytes, until it is emptied."""

    kept: dict[str, bytes] = field(default_factory=dict)

    def get(self, key: str) -> bytes | None:
        return self.kept.get(key)

    def put(self, key: str, data: bytes) -> None:
        self.kept[key] = data


@pytest.fixture(scope="module")
def talk() -> tuple[ProgrammeView, bytes]:
    return programme()


@pytest.fixture
def feeds(talk: tuple[ProgrammeView, bytes], tmp_path: Path) -> Iterator[Feeds]:
    view, recording = talk
    later = replace(view, id="later", title="Tea & <b>cake</b>", created_at=view.created_at + timedelta(days=1))
    database = open_database(None, tmp_path)
    Persons(database).local()
    with database.write() as connection:
        at = datetime(2026, 11, 21, tzinfo=UTC)
        connection.execute(person.insert(), [{"id": one, "name": one, "created_at": at} for one in ("ada", "bob")])
    keys = FeedKeys(Signer(b"s" * 32), Preferences(database))
    views = {"ada": [later, view], "bob": [replace(view, id="bobs")]}
    files = Files(tmp_path / "exports", max_bytes=50_000_000, flights=open_flights(None, tmp_path))
    yield Feeds(keys=keys, exports=Exports(Shelf(views, recording), files), kept=Cupboard())
    database.close()


def shelf_of(feeds: Feeds) -> Shelf:
    assert isinstance(feeds.exports.shelf, Shelf)
    return feeds.exports.shelf


@pytest.fixture
def client(feeds: Feeds) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=feed_routes(lambda: feeds)), base_url="https://example.org") as client:
        yield client


@pytest.fixture
def address(feeds: Feeds) -> str:
    return feeds.keys.renew("ada")


def items(data: bytes) -> list[ET.Element]:
    return ET.fromstring(data).findall("channel/item")  # noqa: S314 - our own feed


def text_of(element: ET.Element, path: str) -> str:
    found = element.findtext(path, namespaces=NAMES)
    assert found, path
    return found


def attribute(element: ET.Element, path: str, name: str) -> str:
    found = element.find(path, NAMES)
    assert found is not None, path
    return found.attrib[name]


def test_a_second_library_reads_the_feed_and_finds_nothing_wrong(client: TestClient, address: str) -> None:
    answer = client.get(address)
    assert answer.headers["content-type"] == "application/rss+xml; charset=utf-8"
    read: Any = feedparser.parse(answer.content, response_headers={"content-type": answer.headers["content-type"]})
    assert not read.bozo
    assert read.version == "rss20"
    assert read.feed.title == "Spoken Summaries"
    assert read.feed.language == "en"
    assert read.feed.image.href == f"https://example.org{address}/cover.jpg"
    assert [entry.id for entry in read.entries] == ["audiokit:later", "audiokit:0a1b2c"]
    entry = read.entries[1]
    assert entry.title == "The river report"
    assert entry.published_parsed[:5] == (2026, 11, 21, 14, 3)
    assert entry.itunes_duration == "20"
    assert entry.authors[0].name == "Ada, Ben"
    assert entry.enclosures[0].type == "audio/mpeg"
    assert "report.pdf" in entry.summary


def test_the_feed_has_what_rss_and_podcast_apps_require(client: TestClient, address: str) -> None:
    channel = ET.fromstring(client.get(address).content).find("channel")  # noqa: S314 - our own feed
    assert channel is not None
    for path in ("title", "link", "description", "language", "itunes:author", "itunes:explicit", "podcast:guid"):
        assert text_of(channel, path)
    assert attribute(channel, "itunes:image", "href").endswith("/cover.jpg")
    assert attribute(channel, "itunes:category", "text")
    assert attribute(channel, "atom:link", "href") == f"https://example.org{address}"
    assert text_of(channel, "itunes:block") == "Yes"
    assert text_of(channel, "podcast:locked") == "yes"
    guids = [text_of(item, "guid") for item in channel.findall("item")]
    assert len(set(guids)) == len(guids) == 2
    for item in channel.findall("item"):
        assert parsedate_to_datetime(text_of(item, "pubDate")).tzinfo
        assert attribute(item, "guid", "isPermaLink") == "false"
        assert int(text_of(item, "itunes:duration")) > 0
        assert [one.attrib["type"] for one in item.findall("podcast:transcript", NAMES)] == [
            *("text/vtt", "application/x-subrip")
        ]
        assert attribute(item, "podcast:chapters", "type") == "application/json+chapters"
        for one in item.iter():
            for url in (one.attrib.get("url"), one.attrib.get("href")):
                assert url is None or (url == quote(url, safe=":/") and urlsplit(url).scheme == "https")


def test_every_address_in_the_feed_leads_to_what_it_says(client: TestClient, address: str) -> None:
    item = items(client.get(address).content)[1]
    for path, name in (("enclosure", "url"), ("podcast:chapters", "url"), ("itunes:image", "href")):
        answer = client.get(attribute(item, path, name))
        assert answer.status_code == 200, path
    for transcript in item.findall("podcast:transcript", NAMES):
        answer = client.get(transcript.attrib["url"])
        assert answer.headers["content-type"] == f"{transcript.attrib['type']}; charset=utf-8"
        assert TEXTS[0] in answer.text.replace("\n", " ")
    told = client.get(attribute(item, "podcast:chapters", "url")).json()
    assert told["version"] == "1.2.0"
    assert [chapter["title"] for chapter in told["chapters"]] == list(CHAPTERS)
    assert told["chapters"][0]["startTime"] == 0
    assert client.get(f"{address}/cover.jpg").content.startswith(b"\xff\xd8")


def test_an_episode_is_a_tagged_mp3_of_exactly_the_size_that_the_feed_said(client: TestClient, address: str) -> None:
    item = items(client.get(address).content)[1]
    answer = client.get(attribute(item, "enclosure", "url"))
    assert answer.headers["content-type"] == attribute(item, "enclosure", "type")
    assert len(answer.content) == int(attribute(item, "enclosure", "length"))
    read: Any = mutagen.mp3.MP3(io.BytesIO(answer.content))  # type: ignore[no-untyped-call]
    assert str(read.tags["TIT2"]) == "The river report"
    assert read.info.length == pytest.approx(19.65, abs=0.06)


@settings(max_examples=6)
@given(n_frames=st.integers(1, 120_000))
def test_the_size_is_known_before_there_is_an_mp3(n_frames: int) -> None:
    view, recording = of_length(n_frames)
    file = io.BytesIO()
    export(view, ExportFormat.MP3, lambda: recording).write(file)
    assert episode_size_bytes(view, cover_of(view)) == len(file.getvalue())


def of_length(n_frames: int) -> tuple[ProgrammeView, bytes]:
    sound = Clip(tone(300, seconds=n_frames / 24_000), 24_000)
    view = ProgrammeView(
        id="0a1b2c", title="T", master="d", duration_s=sound.duration_s, created_at=datetime(2026, 11, 21, tzinfo=UTC)
    )
    return view, encode(sound, SoundFormat.FLAC)


def test_parts_of_an_episode_are_sent_and_it_is_made_once(client: TestClient, feeds: Feeds, address: str) -> None:
    url = attribute(items(client.get(address).content)[1], "enclosure", "url")
    whole = client.get(url)
    part = client.get(url, headers={"Range": "bytes=1000-1999", "If-Range": whole.headers["etag"]})
    assert part.status_code == 206
    assert part.content == whole.content[1000:2000]
    assert part.headers["content-range"] == f"bytes 1000-1999/{len(whole.content)}"
    assert client.get(url, headers={"Range": "bytes=-10"}).content == whole.content[-10:]
    assert client.get(url, headers={"Range": "bytes=5-9", "If-Range": '"old"'}).status_code == 200
    beyond = client.get(url, headers={"Range": f"bytes={len(whole.content)}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(whole.content)}")
    head = client.head(url)
    assert (head.content, head.headers["content-length"]) == (b"", str(len(whole.content)))
    assert shelf_of(feeds).n_read == 1


def test_what_has_vanished_from_the_cupboard_is_made_again_byte_for_byte(
    client: TestClient, feeds: Feeds, address: str
) -> None:
    url = attribute(items(client.get(address).content)[1], "enclosure", "url")
    once = client.get(url).content
    assert isinstance(feeds.kept, Cupboard)
    feeds.kept.kept.clear()
    feeds.exports.forget("0a1b2c")
    assert client.get(url).content == once
    assert shelf_of(feeds).n_read == 2


def test_an_edited_programme_is_another_file(client: TestClient, feeds: Feeds, address: str) -> None:
    once = client.get(f"{address}/0a1b2c/episode.mp3")
    shelf_of(feeds).views["ada"][1] = replace(shelf_of(feeds).views["ada"][1], title="The other report")
    again = client.get(f"{address}/0a1b2c/episode.mp3", headers={"If-None-Match": once.headers["etag"]})
    assert again.status_code == 200
    assert b"The other report" in again.content[:2000]


def test_an_app_that_has_the_newest_episode_is_told_so_without_its_being_made_again(
    client: TestClient, feeds: Feeds, address: str
) -> None:
    etag = client.get(f"{address}/0a1b2c/episode.mp3").headers["etag"]
    feeds.exports.forget("0a1b2c")
    answer = client.get(f"{address}/0a1b2c/episode.mp3", headers={"If-None-Match": etag})
    assert (answer.status_code, answer.content, shelf_of(feeds).n_read) == (304, b"", 1)


def test_an_app_that_has_the_newest_feed_is_told_so(client: TestClient, address: str) -> None:
    etag = client.get(address).headers["etag"]
    answer = client.get(address, headers={"If-None-Match": etag})
    assert (answer.status_code, answer.content) == (304, b"")


def test_players_on_other_sites_may_read_it_and_no_search_engine_keeps_it(client: TestClient, address: str) -> None:
    answer = client.get(address, headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://player.example"})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_behind_a_proxy_with_tls_all_addresses_are_https(feeds: Feeds, address: str) -> None:
    with TestClient(Starlette(routes=feed_routes(lambda: feeds)), base_url="http://desk.example") as client:
        plain = client.get(address).text
        behind = client.get(address, headers={"X-Forwarded-Proto": "https"}).text
    assert "http://desk.example/api/feed/" in plain
    assert "https://desk.example/api/feed/" in behind
    assert "http://desk.example" not in behind


def test_a_new_address_closes_the_old_one_with_all_that_is_under_it(
    client: TestClient, feeds: Feeds, address: str
) -> None:
    assert feeds.keys.path("ada") == address
    renewed = feeds.keys.renew("ada")
    assert renewed != address
    assert client.get(renewed).status_code == 200
    for path in ("", "/cover.jpg", "/0a1b2c/episode.mp3", "/0a1b2c/transcript.vtt"):
        answer = client.get(f"{address}{path}")
        assert answer.status_code == 404
        assert "Copy the new one" in answer.json()["error"]["message"]
    feeds.keys.revoke("ada")
    assert feeds.keys.path("ada") is None
    assert client.get(renewed).status_code == 404


def test_one_feed_is_never_another_persons(client: TestClient, feeds: Feeds, address: str) -> None:
    bobs = feeds.keys.renew("bob")
    assert client.get(f"{bobs}/bobs/transcript.vtt").status_code == 200
    assert client.get(f"{bobs}/0a1b2c/transcript.vtt").status_code == 404
    assert client.get(f"{address}/bobs/episode.mp3").status_code == 404
    assert [text_of(item, "guid") for item in items(client.get(bobs).content)] == ["audiokit:bobs"]
    feeds.keys.renew("bob")
    assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    "token",
    [
        "made-up",
        Signer(b"x" * 32).sign({"use": "feed", "person": "ada", "key": "k"}, 3600),
        Signer(b"s" * 32).sign({"use": "feed", "person": "ada", "key": ""}, 3600),
        Signer(b"s" * 32).sign({"use": "feed", "person": "nobody", "key": "None"}, 3600),
        clip_url(Signer(b"s" * 32), "ada", "d", "audio/wav").rpartition("/")[2],
        export_url(Signer(b"s" * 32), "ada", "c").rpartition("/")[2],
    ],
    ids=["made up", "another secret", "no key", "nobody's", "a clip's", "an export's"],
)
def test_an_address_that_is_not_a_feeds_leads_nowhere(client: TestClient, address: str, token: str) -> None:
    assert client.get(f"/api/feed/{token}").status_code == 404
    assert client.get(f"/api/feed/{token}/0a1b2c/episode.mp3").status_code == 404
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("name", ["episode.wav", "..%2fsecret", "chapters.json%00", "constructor"])
def test_there_are_no_other_files(client: TestClient, address: str, name: str) -> None:
    assert client.get(f"{address}/0a1b2c/{name}").status_code == 404
    assert client.get(f"{address}/{name}").status_code == 404


def test_script_in_a_title_stays_text_everywhere(talk: tuple[ProgrammeView, bytes]) -> None:
    view = replace(
        talk[0],
        title=HOSTILE,
        personas=(Persona(name=HOSTILE, voice="alloy"), Persona(name="Ben", voice="onyx")),
        source_names={"s1": HOSTILE},
        chapters=(ChapterStart(title=HOSTILE, start_s=0),),
    )
    data = rss(CHANNEL, [Episode(view=view, size_bytes=1)])
    assert b"<script" not in data
    (item,) = items(data)
    assert text_of(item, "title").startswith("</title><script>alert('1')</script> & ]]> ")
    assert "<script" not in text_of(item, "description")  # which apps show as HTML
    read: Any = feedparser.parse(data)
    assert not read.bozo
    assert "<script" not in read.entries[0].summary
    assert json.loads(chapters_json(view))["chapters"][0]["title"].startswith("</title><script>")


ANYTHING = st.text(max_size=60)


@given(title=ANYTHING, name=ANYTHING, chapter=ANYTHING, identity=st.text(min_size=1, max_size=12))
def test_whatever_people_write_the_feed_is_well_formed(title: str, name: str, chapter: str, identity: str) -> None:
    view = ProgrammeView(
        id=identity,
        title=title,
        master="d",
        duration_s=3.0,
        created_at=datetime(2026, 11, 21, tzinfo=UTC),
        chapters=(ChapterStart(title=chapter, start_s=0),),
        source_names={"s": name},
    )
    (item,) = items(rss(CHANNEL, [Episode(view=view, size_bytes=1)]))
    assert text_of(item, "title")
    url = attribute(item, "enclosure", "url")
    assert url == quote(url, safe=":/%")
    json.loads(chapters_json(view))


def test_a_feed_is_the_same_podcast_after_its_address_was_renewed_and_another_on_another_site() -> None:
    def guid(channel: Channel) -> str:
        return ET.fromstring(rss(channel, [])).findtext("channel/podcast:guid", namespaces=NAMES) or ""  # noqa: S314 - our own feed

    assert UUID(guid(CHANNEL)).version == 5
    assert guid(replace(CHANNEL, address="https://example.org/api/feed/u")) == guid(CHANNEL)
    assert guid(replace(CHANNEL, home="http://example.org")) == guid(CHANNEL)
    assert guid(replace(CHANNEL, home="https://example.com")) != guid(CHANNEL)
    assert guid(replace(CHANNEL, owner="bob")) != guid(CHANNEL)


def test_an_empty_feed_is_a_feed(feeds: Feeds, client: TestClient) -> None:
    path = feeds.keys.renew("local")
    read: Any = feedparser.parse(client.get(path).content)
    assert not read.bozo
    assert (read.feed.title, read.entries) == ("Spoken Summaries", [])
