"""Which failures permit another endpoint. What was billed is never sent twice."""

from __future__ import annotations

from collections.abc import Sequence

from audiokit.errors import (
    KeyRefused,
    ModelRetired,
    ProviderBusy,
    ProviderError,
    ProviderRefused,
    ProviderUnreachable,
    QuotaExhausted,
)
from audiokit.speech.failures import may_be_billed

__all__ = ["may_go_elsewhere", "none_worked"]

# The endpoint itself is at fault: its key, its credit, its models, its load, or the way to it.
_OF_THE_ENDPOINT = (KeyRefused, QuotaExhausted, ModelRetired, ProviderBusy, ProviderUnreachable)
# So is a wrong address, or a route that a server does not have; None is a request that could not even be made of its
# settings. Every other refusal is of what was said, and would be the same elsewhere.
_REFUSED_BY_THE_ENDPOINT = frozenset({None, 404, 405})
_TIMED_OUT = 408  # by the standard the request never came whole; Azure also says so after working on it


def may_go_elsewhere(error: ProviderError) -> bool:
    """Return whether the same may be sent to another endpoint after ``error``.

    Two things must hold. Nothing can have been billed (:func:`audiokit.speech.failures.may_be_billed`): not after a
    request that was taken and fell silent, a stream that broke off, an empty or withheld answer. And another endpoint
    may do better: the fault is the endpoint's own and not that of what was sent, which a content filter, a limit or a
    wrong value would meet again. An answer that was forgotten is sent again in words, to the endpoint that forgot it.
    """
    if may_be_billed(error) or error.detail.get("status") == _TIMED_OUT:
        return False
    if isinstance(error, _OF_THE_ENDPOINT):
        return True
    return isinstance(error, ProviderRefused) and error.detail.get("status") in _REFUSED_BY_THE_ENDPOINT


def none_worked(first: ProviderError, others: Sequence[str]) -> ProviderError:
    """Return the failure of the preferred endpoint, the one that a person would mend, with word of the others.

    ``others`` are their names for people, one at least.
    """
    names = [f"the{name[3:]}" if name.startswith("The ") and n else name for n, name in enumerate(others)]
    tried = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
    return type(first)(f"{first} {tried} {'was' if len(names) == 1 else 'were'} tried too, in vain.", **first.detail)
