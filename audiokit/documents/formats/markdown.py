"""Markdown: rendered to HTML by a CommonMark parser, and read as such, so that no mark of it is spoken."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt

from audiokit.documents.blocks import Found, by_sections
from audiokit.documents.formats import plain
from audiokit.documents.formats.html_blocks import blocks_of
from audiokit.documents.limits import Limits
from audiokit.documents.markup import decoded, html_tree
from audiokit.documents.tidy import clean

__all__ = ["read", "read_text", "resembles"]

_NEVER = frozenset({"script", "style", "head", "img", "svg", "del", "template"})
_FRONT_MATTER = re.compile(r"\A---[ ]*\n(?P<fields>.*?)\n(?:---|\.\.\.)[ ]*(?:\n|\Z)", re.DOTALL)
_TITLE = re.compile(r"^title:[ ]*(?P<quote>[\"']?)(?P<title>.+?)(?P=quote)[ ]*$", re.MULTILINE)
_SIGNS = re.compile(r"^#{1,6} \S|^```|\*\*\S[^*\n]*\*\*|\[[^\]\n]+\]\(\S+\)|^> \S|^\|.+\|[ ]*$", re.MULTILINE)
_LEAST_SIGNS, _LOOKED_AT = 2, 20_000
_MOST_BRACKETS = 200_000  # in four million characters; ten times as many are half a minute's work, and no text


def read(data: bytes, limits: Limits) -> Found:
    """Return the sections of a text, by its headings."""
    return read_text(clean(decoded(data)), limits)


def read_text(text: str, limits: Limits) -> Found:
    """Return the sections of a text that was cleaned."""
    text, notes = limits.cut(text)
    titles = list[str]()
    if (front := _FRONT_MATTER.match(text)) is not None:
        titles += [told["title"] for told in _TITLE.finditer(front["fields"])]
        text = text[front.end() :]
    if text.count("[") > _MOST_BRACKETS:
        return plain.read_text(text, limits)
    rendered = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text)
    if not rendered.strip():
        return Found(passages=[], notes=notes)
    tree = html_tree(f"<html><body>{rendered}</body></html>")
    titles += [heading.text_content() for heading in tree.iter("h1")][:1]
    return Found(titles=titles, passages=by_sections(blocks_of(tree, _NEVER)), notes=notes)


def resembles(text: str) -> bool:
    """Whether a text of unknown kind is written in Markdown."""
    return len(_SIGNS.findall(text[:_LOOKED_AT])) >= _LEAST_SIGNS
