"""What the cost is made of, as a ring."""

from __future__ import annotations

from typing import Any

import streamlit as st

from audiokit.money import NANOUSD_PER_USD
from audiokit.ui.usage import words
from audiokit.usage.reports import Sums

__all__ = ["show", "spec_of"]


def show(sums: Sums) -> None:
    """Show the ring, with its words for who does not see it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("What it went to", anchor=False, width="content")
    if not sums.cost_nanousd:
        st.caption("Nothing was paid for in these days.")
        return
    told = ", ".join(f"{name} {words.usd(amount)}" for name, amount in _parts(sums))
    st.echarts_chart(spec_of(sums), height=330, key="usage.share", alt=f"Ring: {told}.")


def spec_of(sums: Sums) -> dict[str, Any]:
    """Return the chart."""
    parts = [{"name": name, "value": round(amount / NANOUSD_PER_USD, 6)} for name, amount in _parts(sums)]
    ring = {
        "type": "pie",
        "radius": ["52%", "76%"],
        "center": ["50%", "44%"],
        "padAngle": 2,
        "itemStyle": {"borderRadius": 6},
        "label": {"show": False},
        "data": parts,
    }
    middle = {
        "text": words.usd(sums.cost_nanousd),
        "left": "center",
        "top": "40%",
        "textStyle": {"fontSize": 20, "fontWeight": 650},
    }
    return {
        "title": middle,
        "tooltip": {"trigger": "item", "valueFormatter": "dollar"},
        "legend": {"bottom": 0, "left": "center", "icon": "circle", "itemWidth": 10},
        "series": [ring],
        "animationDuration": 300,
    }


def _parts(sums: Sums) -> list[tuple[str, int]]:
    kinds = sums.cost
    amounts = {name: getattr(kinds, f"{kind}_nanousd") for kind, name in words.KINDS.items()}
    return [(name.capitalize(), amount) for name, amount in amounts.items() if amount > 0]
