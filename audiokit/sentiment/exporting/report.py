"""A recording as one HTML page that needs nothing else, to be read, printed and kept: charts, moments, every reading.

It holds no script, loads nothing, and nothing that was said in the recording can become markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC

from audiokit import money
from audiokit.sentiment.exporting.charts import arc_chart, curve_key, family_key, strip_chart
from audiokit.sentiment.exporting.markup import element, safe, table
from audiokit.sentiment.exporting.proof import at, passages
from audiokit.sentiment.exporting.style import STYLE
from audiokit.sentiment.kept import KeptRecording, KeptSegment, Progress
from audiokit.sentiment.talk import Talk, talk
from audiokit.sentiment.timeline import arc, strip
from audiokit.sentiment.tone import Tone
from audiokit.sentiment.whole import Cited, Whole
from audiokit.sentiment.wording import KINDS, STANDING
from audiokit.words.clock import clock

__all__ = ["as_report"]

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STATES = {Progress.DONE: "", Progress.FAILED: "Not analysed to its end: "}
_WHAT_IT_IS = (
    "What the words say, what the voice suggests to a model that listened, and what was measured are three readings, "
    "kept apart. None of them says what a person feels. Measures are against what is usual for the same speaker in "
    "the same recording: one who is excited throughout is as usual."
)


def as_report(recording: KeptRecording) -> str:
    """Return the page."""
    title = safe(recording.name)
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{safe(_POLICY)}">'
        f"<title>{title}</title><style>{STYLE}</style>"
    )
    body = "\n".join(filter(None, _sections(recording)))
    page = f"<!doctype html>\n{element('html', element('head', head) + element('body', body), lang='en')}\n"
    return page.encode(errors="replace").decode()


def _sections(recording: KeptRecording) -> Iterator[str]:
    whole = recording.whole or Whole()
    yield _heading(recording)
    if not recording.segments:
        return
    yield _section("How it went", _charts(recording, whole))
    yield _section("Moments", _moments(recording, whole))
    yield _section("Summary", _statements(recording, whole.summary))
    yield _section("Topics", _statements(recording, whole.topics))
    yield _section("What is to be done", _statements(recording, whole.actions))
    yield _section("Speakers", _speakers(recording))
    yield _section("Second opinions", _second_opinions(whole))
    yield _section("Every passage, with its readings", passages(recording))


def _section(title: str, inside: str) -> str:
    return element("section", element("h2", safe(title)) + inside) if inside else ""


def _heading(recording: KeptRecording) -> str:
    cost = recording.spent_nanousd
    facts = (
        f"{recording.created_at.astimezone(UTC):%-d %B %Y}",
        clock(recording.duration_s) if recording.duration_s else "",
        f"language: {recording.language}" if recording.language else "",
        "cost not known" if cost is None else money.show(cost),
        "" if recording.options.reads_voice else "how voices sound was not read",
    )
    trouble = f"{_STATES.get(recording.state, 'Not analysed to its end. ')}{recording.trouble or ''}".strip()
    parts = (
        element("h1", safe(recording.name)),
        element("p", safe(" · ".join(filter(None, facts)))),
        element("p", safe(STANDING), class_="standing"),
        element("p", safe(_WHAT_IT_IS)),
        element("p", safe(trouble), class_="trouble") if trouble else "",
        *(element("p", safe(note), class_="quiet") for note in recording.notes),
    )
    return element("header", "".join(parts))


def _charts(recording: KeptRecording, whole: Whole) -> str:
    duration_s, tones = recording.duration_s or 0.0, strip(recording.segments)
    has_tones = any(Tone(tone) is not Tone.CANNOT_TELL for *_, tone in tones)
    families = [Tone(tone).family for *_, tone in tones]
    lane = strip_chart(tones, duration_s) + family_key(families)
    parts = [lane if has_tones else element("p", safe("No tone could be told from the voices here."), class_="quiet")]
    parts.append(curve_key(arc(recording.segments)))
    for number, speaker in enumerate(recording.speakers):
        own = [one for one in whole.turnings if one.speaker == speaker.number or (one.speaker is None and not number)]
        chart = arc_chart(arc(recording.segments, speaker.number), own, duration_s, f"Arc of {speaker.name}")
        parts.append(element("figure", element("figcaption", safe(speaker.name)) + chart))
    turned = (element("li", f"{at(one.at_s)} {safe(one.sentence)}") for one in whole.turnings)
    return "".join(parts) + _list(turned)


def _moments(recording: KeptRecording, whole: Whole) -> str:
    places = {segment.id: segment for segment in recording.segments}
    items = []
    for one in whole.moments:
        said = next((places[found].text for found in one.segment_ids if found in places), "")
        quote = element("q", safe(said)) if said else ""
        items.append(
            element("li", f"{at(one.start_s)} {element('b', safe(KINDS[one.kind]))} {safe(one.sentence)} {quote}")
        )
    return _list(items)


def _statements(recording: KeptRecording, statements: Sequence[Cited]) -> str:
    numbers = {segment.id: segment for segment in recording.segments}
    return _list(
        element("li", f"{safe(one.text)} {' '.join(_link(numbers[id_]) for id_ in one.segment_ids if id_ in numbers)}")
        for one in statements
    )


def _link(segment: KeptSegment) -> str:
    return element("a", safe(clock(segment.start_s)), href=f"#p{segment.position + 1}")


def _speakers(recording: KeptRecording) -> str:
    names = {speaker.number: speaker.name for speaker in recording.speakers}
    heads = ("Speaker", "Share", "Speaking", "Turns", "Words a minute", "Longest turn", "Interruptions", "Questions")
    rows = [_part(one, names) for one in talk(recording.segments, recording.duration_s or 0.0)]
    assumed = "Nobody told voices apart here: all that is said is taken for one speaker."
    told = element("p", safe(assumed), class_="quiet") if any(one.is_assumed for one in recording.speakers) else ""
    return told + table(heads, rows)


def _part(one: Talk, names: dict[int, str]) -> list[str]:
    cells = (
        names.get(one.speaker, str(one.speaker)),
        f"{100 * one.share:.0f} %",
        clock(one.speaking_s),
        one.n_turns,
        "" if one.words_per_minute is None else f"{one.words_per_minute:.0f}",
        f"{clock(one.longest_s)} at {clock(one.longest_at_s)}",
        one.n_interruptions,
        "" if one.n_questions is None else one.n_questions,
    )
    return [safe(cell) for cell in cells]


def _second_opinions(whole: Whole) -> str:
    if not whole.n_escalated:
        return ""
    changed = "once" if whole.n_changed == 1 else f"{whole.n_changed} times" if whole.n_changed else "never"
    told = f"The full model was asked about {whole.n_escalated}, and changed the first reading {changed}."
    saved = f" Asking it of nothing else saved {money.show(whole.saved_nanousd)}." if whole.saved_nanousd else ""
    return element("p", safe(told + saved))


def _list(items: Iterable[str]) -> str:
    inside = "".join(items)
    return element("ul", inside) if inside else ""
