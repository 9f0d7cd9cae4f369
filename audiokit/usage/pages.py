"""What pages are called, by the name under which the ledger has them."""

from __future__ import annotations

from types import MappingProxyType

__all__ = ["PAGES", "page_name"]

PAGES = MappingProxyType(
    {
        "record_and_converse": "Record & Converse",
        "spoken_summaries": "Spoken Summaries",
        "sentiment_analysis": "Sentiment Analysis",
        "usage_and_cost": "Usage & Cost",
    }
)
"""Those that there are; what else stands in a ledger is called by its name."""


def page_name(page: str) -> str:
    """Return what a page is called: ``record_and_converse`` is Record & Converse."""
    return PAGES.get(page, page.replace("_", " ").capitalize())
