"""The address of a person's private podcast feed: to be copied into an app, taken anew, and closed."""

from __future__ import annotations

import streamlit as st

from audiokit.summaries.feed_keys import FeedKeys
from audiokit.ui import state
from audiokit.ui.copier import copier
from audiokit.ui.summaries.visit import person_id

__all__ = ["feed"]


def feed() -> None:
    """Offer the feed where the studio serves one."""
    keys = _keys()
    if keys is None:
        return
    with st.expander("Listen in your podcast app", icon=":material/podcasts:"):
        st.markdown(
            "Everything that is ready, as a private feed with chapters and transcripts. "
            "Whoever has its address can listen, so give it to your app only."
        )
        path = keys.path(person_id())
        if path is None:
            st.button("Make an address", icon=":material/add_link:", key="summaries.feed.make", on_click=_renew)
            return
        address = f"{_site()}{path}"
        with st.container(horizontal=True, vertical_alignment="center"):
            st.code(address, language=None, wrap_lines=True)
        with st.container(horizontal=True):
            copier(address, key="summaries.feed.copy")
            st.button(
                "Take a new address",
                icon=":material/autorenew:",
                help="The one there is stops working, wherever it was given to.",
                key="summaries.feed.renew",
                on_click=_renew,
            )
            st.button("Close the feed", icon=":material/link_off:", key="summaries.feed.close", on_click=_revoke)


def _keys() -> FeedKeys | None:
    feeds = getattr(state.studio(), "feeds", None)
    keys = getattr(feeds, "keys", None)
    return keys if isinstance(keys, FeedKeys) else None


def _site() -> str:
    """Return where the page was asked for, such as https://example.org."""
    scheme, _, rest = (st.context.url or "").partition("://")
    return f"{scheme}://{rest.partition('/')[0]}" if rest else ""


def _renew() -> None:
    if (keys := _keys()) is not None:
        keys.renew(person_id())


def _revoke() -> None:
    if (keys := _keys()) is not None:
        keys.revoke(person_id())
