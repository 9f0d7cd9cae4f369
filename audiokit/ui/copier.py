"""A button that copies text: what stands in a field of the page at that moment, or else what it was given."""

from __future__ import annotations

from functools import cache

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from audiokit.ui.passing import as_it_is

__all__ = ["copier"]

_HTML = """
<button class="copier" type="button">
  <svg viewBox="0 0 24 24" aria-hidden="true">
    <rect x="8.5" y="8.5" width="11" height="11.5" rx="2" /><path d="M15.5 5.5v-.2a2 2 0 0 0-2-2H6.5a2 2 0 0 0-2 2v8a2 2 0 0 0 2 2h.2" />
  </svg>
  <span class="label"></span>
</button>
<span class="told" role="status"></span>
"""  # noqa: E501 - a drawing
_CSS = """
.copier {
  display: inline-flex; align-items: center; justify-content: center; gap: 0.5rem; width: 100%; min-height: 2.5rem;
  padding: 0.25rem 1rem; border: 1px solid var(--st-border-color); border-radius: 99rem; cursor: pointer;
  background: var(--st-background-color); color: var(--st-text-color); font: 0.875rem/1.6 var(--st-font);
}
.copier:hover { border-color: var(--st-primary-color); color: var(--st-primary-color); }
.copier:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
.told { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
svg { width: 1.15rem; height: 1.15rem; fill: none; stroke: currentColor; stroke-width: 1.7; stroke-linecap: round; }
"""
_JS = """
const SAYS_S = 2;

async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.body.appendChild(document.createElement("textarea"));
  field.value = text;
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (!done) throw new Error("refused");
}

export default function ({ data: [data], parentElement }) {
  const button = parentElement.querySelector(".copier");
  const label = button.querySelector(".label");
  const told = parentElement.querySelector(".told");
  let later;
  label.textContent ||= data.label;
  button.onclick = async () => {
    const field = data.field && document.querySelector(`.${CSS.escape(data.field)} textarea`);
    const isDone = await copy(field ? field.value : data.text).then(() => true, () => false);
    label.textContent = told.textContent = isDone ? data.copied : data.refused;
    clearTimeout(later);
    later = setTimeout(() => {
      label.textContent = data.label;
      told.textContent = "";
    }, SAYS_S * 1000);
  };
  return () => clearTimeout(later);
}
"""


def copier(text: str, *, key: str, field: str | None = None) -> None:
    """Show the button. ``field`` is the key of the text area whose words are copied as they stand."""
    shown = {
        "text": text,
        "field": None if field is None else f"st-key-{field.replace('.', '-')}",
        "label": "Copy",
        "copied": "Copied",
        "refused": "The browser refused; select and copy",
    }
    _component()(key=key, data=as_it_is(shown))


@cache
def _component() -> ComponentRenderer:
    return st.components.v2.component("audiokit_copier", html=_HTML, css=_CSS, js=_JS)
