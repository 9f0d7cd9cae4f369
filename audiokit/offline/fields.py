"""Fields of a JSON body, each asked for by kind; whatever is of another kind is refused and never trips anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from audiokit.offline.refusals import Refused, invalid_value, missing_parameter, unknown_parameter

__all__ = ["a_list", "a_mapping", "a_model", "a_text", "one_of", "only"]

_NO_MODEL = "you must provide a model parameter"


def a_model(body: Mapping[str, Any]) -> str:
    """Return the model that is named."""
    if not isinstance(model := body.get("model"), str) or not model:
        raise Refused(_NO_MODEL, code=None)
    return model


def a_mapping(value: object, param: str, *, default: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
    """Return an object; without a default, it must be there."""
    found: Mapping[str, Any] = _kind(value, Mapping, param, "an object", default)
    return found


def a_list(value: object, param: str, *, default: Sequence[Any] | None = None) -> Sequence[Any]:
    """Return an array; without a default, it must be there."""
    found: Sequence[Any] = _kind(value, list, param, "an array", default)
    return found


def a_text(value: object, param: str) -> str:
    """Return a string, which must be there."""
    found: str = _kind(value, str, param, "a string", None)
    return found


def one_of(value: object, supported: Sequence[str], param: str) -> str:
    """Return one of a few strings, which must be there."""
    if value is None:
        raise missing_parameter(param)
    if not isinstance(value, str) or value not in supported:
        raise invalid_value(param, value, tuple(supported))
    return value


def only(given: Mapping[str, Any], known: Sequence[str], param: str) -> None:
    """Refuse an object that has a field which has no place in it."""
    for name in given:
        if name not in known:
            raise unknown_parameter(f"{param}.{name}")


def _kind(value: object, kind: type, param: str, called: str, default: Any) -> Any:
    if value is None and default is not None:
        return default
    if value is None:
        raise missing_parameter(param)
    if not isinstance(value, kind):
        raise Refused(f"Invalid type for '{param}': expected {called}.", param=param, code="invalid_type")
    return value
