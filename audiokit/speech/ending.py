"""When a model ends at an endpoint, and who takes over: what the endpoint itself says goes before the catalog."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from audiokit.catalog.models import Catalog, Model, Provider
from audiokit.catalog.picking import Ask, heir
from audiokit.catalog.roles import Choice
from audiokit.errors import AudiokitError
from audiokit.speech.place import Choosing
from audiokit.speech.served import Served

__all__ = ["Ends"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """The ends of models at one endpoint; ``transports`` are what it can be asked over."""

    served: Served
    catalog: Catalog
    provider: Provider
    transports: frozenset[str]
    today: Callable[[], date]

    def day(self, name: str) -> date | None:
        """Return the first day without a model, None where none is known.

        ``shutdown_date`` of the endpoint's own list counts; else what the catalog knows of this provider. Of a
        compatible server the catalog knows nothing: OpenAI ends its own.
        """
        told, known = self.served.ends(), self.catalog.find(name)
        names = (name, *(known.names if known else ()))
        said = next((told[one] for one in names if one in told), None)
        if said is not None or known is None or self.provider is Provider.COMPATIBLE:
            return said
        return known.shuts_down_on(self.provider)

    def heir(self, name: str, choose: Choosing) -> Choice | None:
        """Return who takes over from a model, if it can be asked for today; None where nobody is known."""
        known = self.catalog.find(name)
        if known is None or not known.roles or (found := self._heir(known, name)) is None:
            return None
        try:
            choice = choose(known.roles[0], known.tier, found)
        except AudiokitError:
            return None
        return choice if choice.model_name == found else None

    def _heir(self, model: Model, name: str) -> str | None:
        ask = Ask(
            catalog=self.catalog,
            role=model.roles[0],
            tier=model.tier,
            on=self.day(name) or self.today(),
            provider=self.provider,
            transports=self.transports,
        )
        follower = heir(model, ask)
        return None if follower is None or follower.model is model else follower.model_name
