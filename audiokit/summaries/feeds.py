"""Each person's programmes as a private podcast: answers what podcast apps ask for, and makes it when it is asked for.

What was made is kept where it may vanish; an episode's size is known before there is an MP3 of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from audiokit.audio.writing.id3 import id3
from audiokit.audio.writing.tags import Cover
from audiokit.errors import NotFound
from audiokit.summaries.captions import captions
from audiokit.summaries.exports import Exports
from audiokit.summaries.feed import FILES, Channel, Episode, chapters_json, rss
from audiokit.summaries.feed_keys import FeedKeys
from audiokit.summaries.labels import ALBUM, cover_of, labels
from audiokit.summaries.marks import SAMPLE_RATE_HZ
from audiokit.summaries.sendable import Sendable, of_bytes
from audiokit.summaries.view import ProgrammeView, name_of
from audiokit.words.captions import as_srt, as_vtt

__all__ = ["Feeds", "Kept", "cover_key", "episode_size_bytes"]

_DESCRIPTION = (
    "Programmes made from your documents, spoken by synthetic voices. This feed is private: whoever has its address "
    "can listen to it. Take a new address on the Spoken Summaries page, and the old one is closed."
)
_AUTHOR = "audiokit"
_VERSION = "1"  # of what is kept: another one, and everything is made anew
_FRAME_BYTES, _FRAME_FRAMES = 192, 576  # of MP3 at 64 kbit/s and 24 kHz (ISO/IEC 13818-3)
_FRAMES_MORE = 3  # the one that says how long it is, and what LAME begins and ends with
_NO_FILE = "There is no such file in this feed."


class Kept(Protocol):
    """Bytes that may vanish, and are made again then."""

    def get(self, key: str) -> bytes | None:
        """Return what was put, or None."""

    def put(self, key: str, data: bytes) -> object:
        """Keep bytes under a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feeds:
    """All feeds. ``kept`` has covers at hand; ``heard`` is told whose programme a podcast app has asked for."""

    keys: FeedKeys
    exports: Exports
    kept: Kept
    heard: Callable[[str, str], object] = lambda _person_id, _programme_id: None

    def feed(self, token: str, site: str) -> bytes:
        """Return the feed; ``site`` is where it was asked for, such as https://example.org.

        Raises:
            NotFound: this is no feed's address any more.
        """
        person_id = self.keys.open(token)
        views = self.exports.shelf.made(person_id)
        episodes = [Episode(view=view, size_bytes=self._size_bytes(view)) for view in views]
        return rss(_channel(person_id, site, token), episodes)

    def feed_file(self, token: str, programme_id: str | None, name: str) -> Sendable:
        """Return a file of an episode; without ``programme_id``, of the feed itself: its cover.jpg.

        Raises:
            NotFound: this is no feed's address any more, or there is no such episode or file.
        """
        person_id = self.keys.open(token)
        if name not in FILES or (programme_id is None and name != "cover.jpg"):
            raise NotFound(_NO_FILE)
        if programme_id is None:
            return of_bytes(name, FILES[name], self._front(person_id).data)
        view = self.exports.shelf.one(person_id, programme_id)
        if name == "episode.mp3":
            self.heard(person_id, programme_id)
            return self.exports.of_view(person_id, view, "mp3")
        return of_bytes(name, FILES[name], self._made(view, name))

    def _made(self, view: ProgrammeView, name: str) -> bytes:
        if name == "cover.jpg":
            return self._cover(view).data
        if name == "chapters.json":
            return chapters_json(view)
        cues = captions(view)
        return (as_vtt(cues) if name == "transcript.vtt" else as_srt(cues)).encode(errors="replace")

    def _size_bytes(self, view: ProgrammeView) -> int:
        return episode_size_bytes(view, self._cover(view))

    def _front(self, person_id: str) -> Cover:
        from audiokit.summaries.cover import cover  # noqa: PLC0415 - the same

        return cover(ALBUM, person_id)

    def _cover(self, view: ProgrammeView) -> Cover:
        key = cover_key(view.id, view.title)
        if (made := self.kept.get(key)) is not None:
            return Cover(made, FILES["cover.jpg"])
        picture = cover_of(view)
        self.kept.put(key, picture.data)
        return picture


def episode_size_bytes(view: ProgrammeView, picture: Cover) -> int:
    """Return how many bytes a programme has as MP3, exactly: the bit rate is constant, and no frame is padded."""
    n_frames = math.ceil(round(view.duration_s * SAMPLE_RATE_HZ) / _FRAME_FRAMES) + _FRAMES_MORE
    return len(id3(labels(view, picture))) + n_frames * _FRAME_BYTES


def _channel(person_id: str, site: str, token: str) -> Channel:
    site = site.rstrip("/")
    return Channel(
        title=ALBUM,
        description=_DESCRIPTION,
        author=_AUTHOR,
        address=f"{site}/api/feed/{token}",
        home=site,
        owner=person_id,
    )


def cover_key(programme_id: str, title: str) -> str:
    """Return under which name the picture of a programme is at hand."""
    return _key("cover", programme_id, name_of(title))


def _key(*parts: str) -> str:
    return "feed/" + sha256("\x1f".join((_VERSION, *parts)).encode(errors="replace")).hexdigest()
