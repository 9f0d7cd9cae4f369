"""What is looked at on this page, which stands in the address: whose calls, which days, and narrowed to what."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final, TypeVar

import streamlit as st

from audiokit.converse.trial import SideBySide
from audiokit.errors import AudiokitError, NotAllowed
from audiokit.ui import state, widgets
from audiokit.ui.usage.periods import MOST_DAYS, Preset, period_of
from audiokit.usage.reports import Period, Scope
from audiokit.usage.repricing import Difference
from audiokit.usage.views import UsageService, View

__all__ = [
    "Tried",
    "UsagePage",
    "Whose",
    "for_a_minute",
    "go",
    "may_see_all",
    "person_id",
    "service",
    "tell",
    "told",
    "view",
    "visit",
]

_PAGE: Final = "usage"
_MAX_CHARS: Final = 200
_A_MINUTE_S: Final = 60.0
_T = TypeVar("_T")


class Whose(StrEnum):
    """Whose calls are looked at, as it stands in the address."""

    ME = "me"
    ALL = "all"
    TEAM = "team"
    PERSON = "person"
    PAGE = "page"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class Tried:
    """What a model that ends, and the one that takes its place, made of the same."""

    heir: str
    results: tuple[SideBySide, ...]


@dataclass(slots=True)
class UsagePage:
    """``trouble`` and ``said`` are sentences on the last press of a button, until they have been shown."""

    trouble: str | None = None
    said: str | None = None
    recent: dict[Hashable, tuple[float, Any]] = field(default_factory=dict)  # what is asked once a minute, until when
    mispriced: tuple[Difference, ...] | None = None  # calls that would cost something else, until that is written
    tried: Tried | None = None  # until one of both is chosen
    n_put: int = 0  # budgets that came from the browser: it is told that they have arrived

    @property
    def whose(self) -> Whose:
        """Whose calls."""
        asked = st.query_params.get("view")
        return next((one for one in Whose if one.value == asked), Whose.ME)

    @property
    def preset(self) -> Preset:
        """Which days, by name."""
        asked = st.query_params.get("period")
        return next((one for one in Preset if one.value == asked), Preset.MONTH)

    @property
    def day(self) -> date | None:
        """The one day whose calls are shown below the bars."""
        return _day("day")

    def period(self, today: date) -> Period:
        """Return the days; an address with days that make no sense is as good as one without."""
        usual = period_of(self.preset, today)
        first, last = _day("from"), _day("to")
        if self.preset is not Preset.CUSTOM or first is None or last is None or last < first:
            return usual
        return usual if (last - first).days >= MOST_DAYS else Period(first, last)

    def named(self, name: str) -> str | None:
        """Return the team, person, page or model that the address names."""
        return (st.query_params.get(name) or "")[:_MAX_CHARS] or None

    def scope(self, person_id: str) -> Scope:
        """Return whose calls are meant; one's own may be narrowed to a page or a model as well."""
        page, model = self.named("page"), self.named("model")
        match self.whose:
            case Whose.ME:
                return Scope(person_id=person_id, page=page, model=model)
            case Whose.PERSON:
                return Scope(person_id=self.named("person"), page=page, model=model)
            case Whose.TEAM:
                return Scope(team=self.named("team"), page=page, model=model)
            case _:
                return Scope(page=page, model=model)


def go(**address: str | None) -> None:
    """Look at something else from the next run on; ``None`` takes a name out of the address."""
    for name, value in address.items():
        if value is None:
            st.query_params.pop(name, None)
        else:
            st.query_params[name] = value


def visit() -> UsagePage:
    """Return what this page remembers of this visit."""
    if _PAGE not in st.session_state:
        st.session_state[_PAGE] = UsagePage()
    page: UsagePage = st.session_state[_PAGE]
    return page


def service() -> UsageService:
    """Return the service that knows usage and cost."""
    return state.studio().usage


def person_id() -> str:
    """Return who is here."""
    return state.person().id


def may_see_all() -> bool:
    """Whether who is here may look at others and change budgets; the service asks again."""
    return service().may_see_all(person_id())


def for_a_minute(key: Hashable, ask: Callable[[], _T]) -> _T:
    """Return what ``ask`` says, or what it said less than a minute ago: for lists that hardly change."""
    known, now = visit().recent, time.monotonic()
    if key not in known or known[key][0] <= now:
        known[key] = now + _A_MINUTE_S, ask()
    found: _T = known[key][1]
    return found


def view(page: UsagePage) -> View:
    """Return the numbers that are looked at; an address that asks for others' closes itself.

    Raises:
        NotAllowed: they are not this person's to see.
    """
    try:
        return service().view(person_id(), page.scope(person_id()), page.period(service().today()))
    except NotAllowed:
        go(view=None, person=None, team=None)
        raise


@contextmanager
def told() -> Iterator[None]:
    """Make an error of ours the page's trouble, to be shown with the next run."""
    try:
        yield
    except AudiokitError as error:
        visit().trouble = str(error)


def tell(page: UsagePage) -> None:
    """Show what became of the last press of a button, once; what stands below keeps its place, and the focus."""
    with st.container():
        if page.trouble is not None:
            st.error(widgets.plain(page.trouble), icon=":material/error:")
    if page.said is not None:
        st.toast(widgets.plain(page.said), icon=":material/check_circle:")
    page.trouble = page.said = None


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(st.query_params.get(name) or "")
    except ValueError:
        return None
