"""What stands beside the transcript: moments, speakers, evidence, summary, and questions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import streamlit as st

from audiokit.catalog.models import Tier
from audiokit.sentiment.agreement import agreement, why
from audiokit.sentiment.kept import KeptRecording, KeptSegment
from audiokit.sentiment.passages import most_tokens
from audiokit.sentiment.readings import Agreement
from audiokit.sentiment.whole import Cited, Whole
from audiokit.ui import widgets
from audiokit.ui.sentiment import actions, exports, words
from audiokit.ui.sentiment.parts import part
from audiokit.ui.sentiment.speakers import speakers
from audiokit.ui.sentiment.visit import Asked, service, visit

__all__ = ["show"]

_MOST = 60  # statements in one list
_SUMMED = ("Summary", "Topics", "What is to be done")
_ROOM_TOKENS, _SIGNAL_TOKENS = 90_000, 120  # at most of one question; of what stands beside the words of a passage
_MOST_PLACES = 4  # of one statement


def show(recording: KeptRecording) -> None:
    """Show all sides; the browser changes between them by itself."""
    whole = recording.whole or Whole()
    moments, talk, evidence, summary, questions = st.tabs(["Moments", "Speakers", "Evidence", "Summary", "Ask"])
    with moments:
        _moments(recording, whole)
    with talk:
        speakers(recording)
    with evidence:
        _evidence(recording, whole)
    with summary:
        _summary(recording, whole)
    with questions:
        _ask(recording)


def _moments(recording: KeptRecording, whole: Whole) -> None:
    if not whole.moments:
        st.caption(_not_yet(recording, "No moment stands out: nothing turned, nothing contrasts, nothing is strong."))
        return
    items = [
        _item(
            one.sentence,
            label=words.KINDS[one.kind],
            note=_said(recording, one.segment_ids),
            places=[_place(one.start_s, one.segment_ids)],
        )
        for one in whole.moments[:_MOST]
    ]
    _cites(recording, "Moments", [{"title": "", "items": items}])
    exports.reel(recording, whole.moments)


def _said(recording: KeptRecording, segment_ids: Sequence[str]) -> str | None:
    """Return what was said in the first of these passages."""
    text = next((one.text for one in recording.segments if one.id in segment_ids), "")
    return f"“{_short(text)}”" if text else None


def _evidence(recording: KeptRecording, whole: Whole) -> None:
    """Say what the readings rest on, and list where they contrast."""
    for sentence in _rests_on(recording.segments, whole):
        st.markdown(f":small[{sentence}]")
    contrasts = [one for one in recording.segments if agreement(one.readings) is Agreement.CONTRASTING]
    if not contrasts:
        st.caption(_not_yet(recording, "No two readings contrast anywhere, as far as could be read."))
        return
    items = [
        _item(
            f"“{_short(one.text)}”",
            label=one.readings.tone.label if one.readings.voice else None,
            family=one.readings.tone.family.value if one.readings.voice else None,
            note=why(one.readings),
            places=[_place(one.start_s, (one.id,))],
        )
        for one in contrasts[:_MOST]
    ]
    _cites(recording, "Evidence", [{"title": "Where readings contrast", "items": items}])
    if len(contrasts) > _MOST:
        st.caption(f"The first {_MOST} of {len(contrasts)}. In the transcript, choose “Readings contrast” for all.")


def _rests_on(segments: Sequence[KeptSegment], whole: Whole) -> Iterable[str]:
    """Yield what was read, by whom, and how often a second opinion changed the first."""
    n = len(segments)
    said = sum(one.readings.words is not None for one in segments)
    heard = sum(one.readings.voice is not None for one in segments)
    measured = sum(one.readings.measured is not None for one in segments)
    yield (f"Of {words.many(n, 'passage')}, the words of {said} were read, the voices of {heard}; {measured} measured.")
    if by := _readers(segments):
        yield f"Read by {', '.join(map(widgets.plain, by))}."
    if whole.n_escalated:
        share = 100 * whole.n_escalated / max(1, heard)
        saved = f" Asking it of nothing else saved {words.dollars(whole.saved_nanousd)}." if whole.saved_nanousd else ""
        changed = "once" if whole.n_changed == 1 else f"{whole.n_changed} times"
        yield (
            f"The full model was asked about {whole.n_escalated} of them ({share:.0f} %), "
            f"and changed the first reading {changed if whole.n_changed else 'never'}.{saved}"
        )
    if corrected := sum(one.readings.correction is not None for one in segments):
        yield f"{words.many(corrected, 'passage')} corrected by hand."


def _readers(segments: Sequence[KeptSegment]) -> list[str]:
    """Return the models that read something, in the order in which they come."""
    names = dict[str, None]()
    for one in segments:
        for reading in (one.readings.words, one.readings.first, one.readings.second):
            if reading is not None and reading.model:
                names[reading.model] = None
    return list(names)


def _summary(recording: KeptRecording, whole: Whole) -> None:
    groups = [
        {"title": title, "items": [_cited(recording, one) for one in cited]}
        for title, cited in zip(_SUMMED, (whole.summary, whole.topics, whole.actions), strict=True)
        if cited
    ]
    if groups:
        _cites(recording, "Summary", groups)
    else:
        st.caption(_not_yet(recording, "There is no summary: there were too few words to write one from."))


def _ask(recording: KeptRecording) -> None:
    """Let a question be asked of this recording, or of all; answers name the places that they rest on."""
    scope, field = f"sentiment.scope.{recording.id}", f"sentiment.question.{recording.id}"
    of_all = st.segmented_control(
        "Look for the answer in",
        [False, True],
        format_func={False: "This recording", True: "All recordings"}.__getitem__,
        default=False,
        required=True,
        key=scope,
    )
    with st.form(f"sentiment.ask.{recording.id}", border=False, clear_on_submit=True):
        st.text_input("Your question", placeholder="When did the caller give up?", max_chars=1_000, key=field)
        st.form_submit_button(
            f"Ask · {_price(recording, of_all=bool(of_all))}",
            icon=":material/search:",
            on_click=actions.ask,
            args=(recording.id, field),
            kwargs={"of_all": bool(of_all)},
        )
    asked = visit().asked.get(recording.id, ())
    if asked:
        _cites(recording, "Answers", [{"title": one.question, "items": list(_answer(recording, one))} for one in asked])


def _answer(recording: KeptRecording, asked: Asked) -> Iterable[dict[str, Any]]:
    """Yield the sentences of an answer; a place in another recording opens that when it is pressed."""
    for text, places in asked.answer:
        told = [
            {
                "start": round(one.start_s, 2),
                "id": one.segment_id,
                "name": None if one.recording_id == recording.id else one.name,
                "recording": one.recording_id,
            }
            for one in places[:_MOST_PLACES]
        ]
        yield _item(text, places=told)


def _price(recording: KeptRecording, *, of_all: bool) -> str:
    """Return what an answer may cost; of all recordings, what has room in the model's context is read."""
    n_tokens = _ROOM_TOKENS if of_all else min(_ROOM_TOKENS, sum(map(_n_tokens, recording.segments)))
    high = service().making.estimates.sum_up(n_tokens, Tier.MINI).high_nanousd
    if high is None:
        return "price unknown"
    return "free" if high == 0 else f"up to {words.dollars(high)}"


def _n_tokens(segment: KeptSegment) -> int:
    return _SIGNAL_TOKENS + most_tokens(segment.text)


def _cited(recording: KeptRecording, cited: Cited) -> dict[str, Any]:
    starts = {segment.id: segment.start_s for segment in recording.segments}
    known = [segment_id for segment_id in cited.segment_ids if segment_id in starts]
    places = [_place(starts[segment_id], (segment_id,)) for segment_id in known[:_MOST_PLACES]]
    return _item(cited.text, places=places)


def _place(start_s: float, segment_ids: Sequence[str]) -> dict[str, Any]:
    return {"start": round(start_s, 2), "id": segment_ids[0] if segment_ids else None, "name": None, "recording": None}


def _item(
    text: str,
    *,
    places: list[dict[str, Any]],
    label: str | None = None,
    family: str | None = None,
    note: str | None = None,
) -> dict[str, Any]:
    return {"text": text, "label": label, "family": family, "note": note, "places": places}


def _cites(recording: KeptRecording, label: str, groups: list[dict[str, Any]]) -> None:
    key = f"sentiment.{label.lower()}.{recording.id}"

    def opened() -> None:
        if told := st.session_state[key].get("open"):
            actions.open_recording(recording.batch_id, str(told))

    data = {"label": label, "digest": recording.clip_digest, "recording": recording.id, "groups": groups}
    part("cites", key=key, data=data, on_open_change=opened)


def _not_yet(recording: KeptRecording, nothing: str) -> str:
    return "It stands here once the recording is analysed." if recording.state.is_under_way else nothing


def _short(text: str) -> str:
    most = 140
    return text if len(text) <= most else f"{text[:most].rsplit(' ', 1)[0]} …"
