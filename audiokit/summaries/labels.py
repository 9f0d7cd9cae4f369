"""What the files of a programme say of themselves: tags, chapters, cover."""

from __future__ import annotations

import re
from datetime import UTC

from audiokit.audio.writing.tags import Chapter, Cover, Tags
from audiokit.summaries.cover import cover
from audiokit.summaries.transcripts import disclosure, sources_of
from audiokit.summaries.view import ProgrammeView
from audiokit.words.plain_text import one_line

__all__ = ["ALBUM", "chapters_of", "cover_of", "labels"]

ALBUM = "Spoken Summaries"

_GENRE = "Podcast"
_MOST_CHAPTERS = 999  # audiokit.audio.writing.tags
_MOST_CHARS = 2000

# ISO 639-1 to ISO 639-2/T (Library of Congress, checked 2026-11-21): what models speak, and a little more.
_THREE_LETTERS = dict(
    re.findall(
        r"(\w\w):(\w{3})",
        "af:afr ar:ara az:aze be:bel bg:bul bn:ben bs:bos ca:cat cs:ces cy:cym da:dan de:deu el:ell en:eng es:spa "
        "et:est eu:eus fa:fas fi:fin fr:fra ga:gle gl:glg he:heb hi:hin hr:hrv hu:hun hy:hye id:ind is:isl it:ita "
        "ja:jpn ka:kat kk:kaz kn:kan ko:kor la:lat lt:lit lv:lav mi:mri mk:mkd mr:mar ms:msa ne:nep nl:nld no:nor "
        "pl:pol pt:por ro:ron ru:rus sk:slk sl:slv sq:sqi sr:srp sv:swe sw:swa ta:tam te:tel th:tha tl:tgl tr:tur "
        "uk:ukr ur:urd vi:vie zh:zho",
    )
)


def labels(view: ProgrammeView, picture: Cover | None = None) -> Tags:
    """Return the tags, with ``picture`` or the programme's own; a language without three letters is left out."""
    return Tags(
        title=_fit(view.name),
        artist=_fit(", ".join(view.voices)) or None,
        album=ALBUM,
        genre=_GENRE,
        date=f"{view.created_at.astimezone(UTC):%Y-%m-%d}",
        comment=_fit(_comment(view)),
        language=_THREE_LETTERS.get(view.language[:2].lower()),
        chapters=chapters_of(view),
        cover=picture or cover_of(view),
    )


def chapters_of(view: ProgrammeView) -> tuple[Chapter, ...]:
    """Return the chapters, the first 999."""
    spans = list(view.chapter_spans())[:_MOST_CHAPTERS]
    return tuple(
        Chapter(start_s=chapter.start_s, end_s=end_s, title=_fit(one_line(chapter.title))) for chapter, end_s in spans
    )


def cover_of(view: ProgrammeView) -> Cover:
    """Return the picture on its front; it stays the same when lines are edited."""
    return cover(view.name, view.id)


def _comment(view: ProgrammeView) -> str:
    names = ", ".join(sources_of(view))
    return f"{disclosure(view)} From: {names}" if names else disclosure(view)


def _fit(text: str) -> str:
    """Return as much of the text as a tag should hold; half of a surrogate pair is no letter."""
    return text[:_MOST_CHARS].encode(errors="replace").decode()
