"""Programmes as a podcast: RSS 2.0 with the namespaces of Apple Podcasts and of podcastindex.org, and JSON chapters.

By the RSS 2.0 specification (rssboard.org), what Apple Podcasts requires of feeds, and the podcast namespace
(github.com/Podcastindex-org/podcast-namespace: docs/1.0.md, examples/chapters/jsonChapters.md; looked up 2026-11-21).
"""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import quote, urlsplit
from uuid import UUID, uuid5
from xml.etree import ElementTree as ET

from audiokit.summaries.transcripts import clock, disclosure, sources_of
from audiokit.summaries.view import ProgrammeView
from audiokit.words.plain_text import one_line

__all__ = ["AUDIO_TYPE", "CHAPTERS_TYPE", "FILES", "SRT_TYPE", "Channel", "Episode", "chapters_json", "rss"]

AUDIO_TYPE = "audio/mpeg"
CHAPTERS_TYPE = "application/json+chapters"
SRT_TYPE = "application/x-subrip"
FILES = {
    "episode.mp3": AUDIO_TYPE,
    "chapters.json": CHAPTERS_TYPE,
    "transcript.vtt": "text/vtt; charset=utf-8",
    "transcript.srt": f"{SRT_TYPE}; charset=utf-8",
    "cover.jpg": "image/jpeg",
}
"""What there is of each episode, beside the feed, and as which type."""

_NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "podcast": "https://podcastindex.org/namespace/1.0",
}
_PODCASTS = UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")  # podcastindex.org: podcast:guid
_CHAPTERS_VERSION = "1.2.0"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2: Char
_DEFAULT_LANGUAGE = "en"

for _prefix, _uri in _NAMESPACES.items():
    ET.register_namespace(_prefix, _uri)


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """The feed itself. ``address`` is its own, whole; ``home`` where the site is.

    ``owner`` stays when the address is renewed.
    """

    title: str
    description: str
    author: str
    address: str
    home: str
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """A programme in a feed; ``size_bytes`` is that of its MP3."""

    view: ProgrammeView
    size_bytes: int


def rss(channel: Channel, episodes: Sequence[Episode]) -> bytes:
    """Return the feed. Everything that people wrote is text in it; the same episodes give the same bytes."""
    root = ET.Element("rss", {"version": "2.0"})
    top = ET.SubElement(root, "channel")
    picture = f"{channel.address}/cover.jpg"
    languages = Counter(episode.view.language for episode in episodes)
    _add(top, "title", channel.title)
    _add(top, "link", channel.home)
    _add(top, "description", channel.description)
    _add(top, "language", languages.most_common(1)[0][0] if languages else _DEFAULT_LANGUAGE)
    _add(top, "generator", "audiokit")
    if episodes:
        _add(top, "lastBuildDate", _date(max(episode.view.created_at for episode in episodes)))
    _add(top, "atom:link", rel="self", type="application/rss+xml", href=channel.address)
    _add(top, "itunes:author", channel.author)
    _add(top, "itunes:image", href=picture)
    _add(top, "itunes:category", text="Education")
    _add(top, "itunes:explicit", "false")
    _add(top, "itunes:block", "Yes")  # in no directory: this feed is private
    _add(top, "itunes:type", "episodic")
    _add(top, "podcast:guid", str(uuid5(_PODCASTS, f"{urlsplit(channel.home).netloc}/{channel.owner}")))
    _add(top, "podcast:locked", "yes")
    _add(top, "podcast:medium", "podcast")
    image = _add(top, "image")
    for name, text in (("url", picture), ("title", channel.title), ("link", channel.home)):
        _add(image, name, text)
    for episode in episodes:
        _add_episode(_add(top, "item"), channel, episode)
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def chapters_json(view: ProgrammeView) -> bytes:
    """Return the chapters as podcast apps read them (podcast-namespace, JSON Chapters 1.2)."""
    told = {
        "version": _CHAPTERS_VERSION,
        "title": view.name,
        "chapters": [
            {"startTime": round(chapter.start_s, 3), "endTime": round(end_s, 3), "title": one_line(chapter.title)}
            for chapter, end_s in view.chapter_spans()
        ],
    }
    return json.dumps(told, ensure_ascii=False, allow_nan=False).encode(errors="replace")


def _add_episode(item: ET.Element, channel: Channel, episode: Episode) -> None:
    view, at = episode.view, f"{channel.address}/{quote(episode.view.id, safe='')}"
    _add(item, "title", view.name)
    _add(item, "description", "".join(_described(view)))
    _add(item, "guid", f"audiokit:{view.id}", isPermaLink="false")
    _add(item, "pubDate", _date(view.created_at))
    _add(item, "enclosure", url=f"{at}/episode.mp3", length=str(episode.size_bytes), type=AUDIO_TYPE)
    _add(item, "itunes:title", view.name)
    _add(item, "itunes:author", ", ".join(view.voices) or channel.author)
    _add(item, "itunes:duration", str(round(view.duration_s)))
    _add(item, "itunes:image", href=f"{at}/cover.jpg")
    _add(item, "itunes:explicit", "false")
    _add(item, "itunes:episodeType", "full")
    _add(item, "podcast:chapters", url=f"{at}/chapters.json", type=CHAPTERS_TYPE)
    for name, media_type in (("transcript.vtt", "text/vtt"), ("transcript.srt", SRT_TYPE)):
        _add(item, "podcast:transcript", url=f"{at}/{name}", type=media_type, language=view.language, rel="captions")


def _described(view: ProgrammeView) -> Iterator[str]:
    """Yield HTML, which is what apps take a description for; times at the beginning of a line become links there."""
    yield f"<p>{_html(disclosure(view))}</p>"
    if names := sources_of(view):
        yield f"<p>From: {_html(', '.join(names))}</p>"
    if view.chapters:
        rows = (f"{clock(chapter.start_s)} {_html(chapter.title)}" for chapter in view.chapters)
        yield f"<p>{'<br>'.join(rows)}</p>"


def _html(text: str) -> str:
    return html.escape(one_line(text))


def _date(at: datetime) -> str:
    """Return an instant as RSS has them (RFC 2822, 3.3)."""
    return format_datetime(at.astimezone(UTC))


def _add(parent: ET.Element, name: str, said: str | None = None, **attributes: str) -> ET.Element:
    prefix, _, local = name.rpartition(":")
    tag = f"{{{_NAMESPACES[prefix]}}}{local}" if prefix else local
    element = ET.SubElement(parent, tag, {key: _NOT_XML.sub("", value) for key, value in attributes.items()})
    element.text = None if said is None else _NOT_XML.sub("", said)
    return element
