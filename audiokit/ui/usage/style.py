"""What the theme cannot say of this page: tiles side by side, a bar below an amount, the pill in the header."""

from __future__ import annotations

import streamlit as st

__all__ = ["PILL", "show"]

_PAGE = """<style>
.st-key-usage-tiles { display: grid; grid-template-columns: repeat(5, minmax(0, 1fr)); gap: 1rem; }
.st-key-usage-tiles > * { height: 100%; min-width: 0; }
.st-key-usage-tiles [data-testid=stMetricLabel] p { font-size: .875rem; }
.st-key-usage-tiles [data-testid=stMetricValue] { white-space: nowrap; }
.st-key-usage-tiles [data-testid=stMetricDelta] { flex-wrap: wrap; }
.st-key-usage-tiles :has(> [data-testid=stMetricDeltaDescription]) { flex-wrap: wrap; row-gap: .2rem; }
.st-key-usage-tiles [data-testid=stMetricDeltaDescription] { min-width: max-content; }
.usage-bar div { height: .4rem; border-radius: 99rem; overflow: hidden; background: rgb(109 93 246 / .16); }
.usage-bar i { display: block; height: 100%; border-radius: 99rem; background: #6D5DF6; }
.usage-bar.warn i { background: #d97706; }
.usage-bar.over i { background: #e5484d; }
.usage-note { font-size: .8125rem; line-height: 1.45; font-variant-numeric: tabular-nums; }
ul.usage-note { margin: 0; padding: 0; list-style: none; }
.usage-note, .usage-bar p { color: color-mix(in srgb, currentColor 76%, transparent); }
.usage-bar p { margin: .3rem 0 0; font-size: inherit; }
.usage-bar:is(.warn, .over) p { color: inherit; font-weight: 600; }
.st-key-usage-tiles [data-testid=stVerticalBlock] > :last-child:not(:first-child) { margin-top: auto; }
@media (max-width: 1180px) {
  .st-key-usage-tiles { grid-template-columns: repeat(6, minmax(0, 1fr)); }
  .st-key-usage-tiles > :nth-child(n) { grid-column: span 2; }
  .st-key-usage-tiles > :nth-child(-n + 2) { grid-column: span 3; }
}
@media (max-width: 640px) {
  .st-key-usage-tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .75rem; }
  .st-key-usage-tiles > :nth-child(n) { grid-column: span 1; }
  .st-key-usage-tiles > :first-child:first-child { grid-column: span 2; }
  .st-key-usage-tiles [data-testid=stMetricValue] { font-size: 1.3rem; }
}
</style>"""

PILL = """<style>
[data-testid=stLayoutWrapper]:has(> .st-key-budget-pill) {
  position: fixed; top: 1.05rem; right: 3.6rem; z-index: 999991; width: auto; min-height: 0;
}
.st-key-budget-pill { width: auto; gap: 0; }
.st-key-budget-pill a {
  padding: .2rem .8rem; border: 1px solid rgb(128 120 180 / .35); border-radius: 99rem; font-size: .8125rem;
}
.st-key-budget-pill a p { font-size: .8125rem; font-variant-numeric: tabular-nums; white-space: nowrap; }
@media (max-width: 640px) {
  [data-testid=stLayoutWrapper]:has(> .st-key-budget-pill) { right: 3.2rem; }
}
</style>"""
"""In the header, beside the navigation, on every page."""


def show() -> None:
    """Apply the style of this page."""
    st.html(_PAGE)
