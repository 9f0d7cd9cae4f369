"""The parts of this page that run in the browser: a table that is sorted and pressed, and budgets edited in place."""

from __future__ import annotations

from audiokit.ui.parts import Parts

__all__ = ["part"]

part = Parts("usage", styles=("usage/browser/usage_table.css",)).show
