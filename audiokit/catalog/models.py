"""The catalog: every model we know, found by any of its names, and who lives where on a given day."""

from __future__ import annotations

import functools
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from importlib import resources
from itertools import combinations

from audiokit.catalog.facts import (
    Confidence,
    Evidence,
    Lifecycle,
    Limits,
    Modality,
    Model,
    Price,
    Provider,
    Role,
    Tier,
)
from audiokit.catalog.reading import Preference, read
from audiokit.catalog.tables import CatalogMistake

__all__ = [
    "Catalog",
    "CatalogMistake",
    "Confidence",
    "Evidence",
    "Lifecycle",
    "Limits",
    "Modality",
    "Model",
    "Price",
    "Provider",
    "Role",
    "Tier",
]

_SNAPSHOT = re.compile(r"-\d{4}-\d{2}-\d{2}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """All that is known of models, as of ``checked_on``.

    Raises:
        CatalogMistake: two models share a name, a name refers to no model, or two prices hold on one day.
    """

    checked_on: date
    models: tuple[Model, ...]
    preferences: tuple[Preference, ...] = ()
    voice_characters: tuple[tuple[str, str], ...] = ()
    _by_name: dict[str, Model] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _refuse_shared_names(self.models)
        object.__setattr__(self, "_by_name", {name: model for model in self.models for name in model.names})
        _refuse_unknown_names(self)
        _refuse_two_prices_on_one_day(self.models)

    @classmethod
    def load(cls) -> Catalog:
        """Return the catalog that ships with the program; it is read once."""
        return _shipped()

    @classmethod
    def parse(cls, text: str) -> Catalog:
        """Return the catalog written in ``text``, in the form that ``models.toml`` explains."""
        contents = read(text)
        return cls(
            checked_on=contents.checked_on,
            models=contents.models,
            preferences=contents.preferences,
            voice_characters=contents.voice_characters,
        )

    def find(self, name: str) -> Model | None:
        """Return the model with this id, alias, or dated snapshot, such as a reply names it; None if unknown.

        A snapshot that has facts of its own has its own entry; any other is taken to be the model without its date.
        """
        return self._by_name.get(name) or self._by_name.get(_SNAPSHOT.sub("", name))

    def living(self, on: date, provider: Provider) -> tuple[Model, ...]:
        """Return the models that can be had there on that day."""
        return tuple(model for model in self.models if model.lives(on, provider))

    def preferred(self, role: Role, tier: Tier) -> tuple[Model, ...]:
        """Return who may play the role, best first, dead or alive."""
        lists = (p.model_ids for p in self.preferences if p.role is role and p.tier is tier)
        return tuple(self._by_name[name] for name in next(lists, ()))

    def price(self, price_id: str) -> Price | None:
        """Return a dated price by the id that a ledger entry keeps."""
        return next((price for model in self.models for price in model.prices if price.id == price_id), None)

    def voice_character(self, voice: str) -> str | None:
        """Return what a voice is like in a line; None for those that nobody describes."""
        return dict(self.voice_characters).get(voice)


@functools.cache
def _shipped() -> Catalog:
    return Catalog.parse(resources.files(__package__).joinpath("models.toml").read_text(encoding="utf-8"))


def _refuse_shared_names(models: tuple[Model, ...]) -> None:
    counts = Counter(name for model in models for name in model.names)
    if shared := [name for name, count in counts.items() if count > 1]:
        raise CatalogMistake(f"The model catalog is wrong: two models are called {', '.join(shared)}.")


def _refuse_unknown_names(catalog: Catalog) -> None:
    by_id = {model.id: model for model in catalog.models}
    for model in catalog.models:
        for life in model.lifecycles:
            if life.replacement is not None and life.replacement not in by_id:
                raise CatalogMistake(
                    f"The model catalog is wrong: {model.id} gives way to {life.replacement}, unlisted."
                )
    for preference in catalog.preferences:
        for name in preference.model_ids:
            if name not in by_id or preference.role not in by_id[name].roles:
                raise CatalogMistake(f"The model catalog is wrong: nobody called {name} can {preference.role}.")


def _refuse_two_prices_on_one_day(models: tuple[Model, ...]) -> None:
    for model in models:
        for one, other in combinations(model.prices, 2):
            meet = set(one.providers) & set(other.providers)
            later = max(one.from_day, other.from_day)
            if meet and all(price.until_day is None or later < price.until_day for price in (one, other)):
                raise CatalogMistake(f"The model catalog is wrong: {model.id} has two prices on {later}.")
