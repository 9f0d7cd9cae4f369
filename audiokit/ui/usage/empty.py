"""What the page will look like, before there is anything to show: shapes that are clearly marked as an example."""

from __future__ import annotations

from datetime import date, timedelta
from math import sin

import streamlit as st

from audiokit.ui.usage import daily, words
from audiokit.ui.usage.visit import go
from audiokit.usage.reports import Day, Sums

__all__ = ["never", "nothing_then"]

_N_DAYS = 21
_SHARES = (
    ("cost_audio_in_nanousd", 0.34),
    ("cost_audio_out_nanousd", 0.42),
    ("cost_text_nanousd", 0.16),
    ("cost_cached_nanousd", 0.08),
)


def never(today: date) -> None:
    """Tell who has not called anything yet what will stand here, with an example."""
    with st.container(border=True):
        st.subheader("Nothing has been called yet", anchor=False)
        st.markdown(
            "Speak, have something read aloud or analyse a recording: each call is written down here with what it "
            "cost, by day, model and page, the moment it ends."
        )
        with st.container(horizontal=True):
            st.page_link("pages/record_and_converse.py", label="Record & Converse", icon=":material/mic:")
            st.page_link("pages/spoken_summaries.py", label="Spoken Summaries", icon=":material/headphones:")
            st.page_link(
                "pages/sentiment_analysis.py", label="Sentiment Analysis", icon=":material/sentiment_satisfied:"
            )
    with st.container(border=True, key="usage-example"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.subheader("Cost by day", anchor=False, width="content")
            st.badge("Example, not your numbers", icon=":material/visibility:", color="orange")
        bars = daily.bars_of([_example(today - timedelta(days=_N_DAYS - 1 - n)) for n in range(_N_DAYS)])
        spec = daily.spec_of(bars, (), None) | {"animation": False}
        for series in spec["series"]:
            series["itemStyle"] = series.get("itemStyle", {}) | {"opacity": 0.35}
            series["selectedMode"] = False
        st.echarts_chart(
            spec, height=280, key="usage.example", alt="An example of what will stand here; not your numbers."
        )


def nothing_then(first: date, last: date) -> None:
    """Tell that there was no call in these days."""
    with st.container(border=True):
        st.subheader("No calls in these days", anchor=False)
        st.markdown(
            f"From {words.period(first, last)} nothing was called here. Look at other days, or at all of the last year."
        )
        st.button("Show the last year", icon=":material/calendar_month:", key="usage.year", on_click=_show_year)


def _show_year() -> None:
    go(period="year", day=None)


def _example(day: date) -> Day:
    amount = (2.0 + sin(day.toordinal() / 3)) * (0.35 if day.weekday() > 4 else 1) * 10**9
    parts = {name: round(amount * share) for name, share in _SHARES}
    return Day(day=day, sums=Sums(n_calls=1, cost_nanousd=sum(parts.values()), **parts))
