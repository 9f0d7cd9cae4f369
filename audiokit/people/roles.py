"""Who may do what. Today: the one person of this machine looks after it."""

from __future__ import annotations

from audiokit.people.persons import LOCAL, Person

__all__ = ["may_see_all"]


def may_see_all(person: Person) -> bool:
    """Whether a person may see everybody's numbers and change budgets; everybody else sees their own."""
    return person.id == LOCAL.id
