"""The charts of a report as SVG that needs nothing around it: the tones along a recording, and each voice's arc.

A family of tones has a colour and a pattern, so that it can be told without the one or the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from audiokit.sentiment.exporting.markup import element, safe
from audiokit.sentiment.timeline import Point, Strip
from audiokit.sentiment.tone import Family, Tone
from audiokit.sentiment.whole import Turning
from audiokit.words.clock import clock

__all__ = ["CURVES", "FAMILIES", "arc_chart", "curve_key", "family_key", "strip_chart"]

_WIDTH, _LANE, _HEIGHT, _FOOT, _EDGE = 1000, 18, 120, 18, 8
_GAP_S = 45.0  # a curve is not drawn over a longer silence of its voice
_MOST_Z = 3.0  # deviations that fill the height
_TICKS_S = (1, 5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)
_MOST_TICKS = 10


@dataclass(frozen=True, slots=True)
class _Family:
    means: str
    colour: str
    pattern: str  # a path in a box of six by six


FAMILIES = {
    Family.BRIGHT: _Family("excited and pleasant", "#dba400", "M-1 7 7-1M-1 1 1-1M5 7 7 5"),
    Family.WARM: _Family("calm and pleasant", "#22abd6", "M3 2v1.5"),
    Family.HEATED: _Family("excited and unpleasant", "#c23a00", "M1.5-1v8M4.5-1v8"),
    Family.LOW: _Family("calm and unpleasant", "#3b4bc8", "M-1 3h8"),
    Family.EVEN: _Family("neither", "#8a8797", ""),
    Family.UNKNOWN: _Family("no tone was perceived for sure", "#e4e4ea", ""),
}


@dataclass(frozen=True, slots=True)
class _Curve:
    title: str
    ends: str
    colour: str
    dashes: str
    of: Callable[[Point], float | None]


def _measured(point: Point) -> float | None:
    return None if point.activation is None else max(-1.0, min(1.0, point.activation / _MOST_Z))


CURVES = (
    _Curve("Words", "negative to positive", "#1b1b24", "", lambda point: point.sentiment),
    _Curve("Voice, as a model hears it", "calm to excited", "#c23a00", "7 3", lambda point: point.arousal),
    _Curve("Voice, as measured", "calmer to more excited than usual", "#22779b", "2 3", _measured),
)


def strip_chart(strip: Strip, duration_s: float) -> str:
    """Return the tones along a recording, each with its name to be read out."""
    boxes = "".join(_box(start_s, end_s, Tone(tone), duration_s) for start_s, end_s, tone in strip)
    return _svg(_patterns() + boxes, _LANE, "The tone of the voice along the recording")


def arc_chart(points: Sequence[Point], turnings: Iterable[Turning], duration_s: float, label: str) -> str:
    """Return one voice's arc: a curve for each reading, with gaps where nothing is known, and where it turned."""
    marks = "".join(_mark(turning, duration_s) for turning in turnings)
    curves = "".join(path for curve in CURVES for path in _paths(curve, points, duration_s))
    middle = element("path", d=f"M0 {_y(0):.1f}H{_WIDTH}", class_="middle")
    return _svg(middle + marks + curves + _axis(duration_s), _HEIGHT + _FOOT, label)


def family_key(families: Iterable[Family]) -> str:
    """Return what each family's colour and pattern stand for."""
    entries = (
        _entry(_swatch(family), family.value.capitalize() if family is not Family.UNKNOWN else "Cannot tell", of.means)
        for family, of in FAMILIES.items()
        if family in set(families)
    )
    return element("ul", "".join(entries), class_="key")


def curve_key(points: Sequence[Point]) -> str:
    """Return what each curve stands for, of those that there are."""
    there = (curve for curve in CURVES if any(curve.of(point) is not None for point in points))
    return element("ul", "".join(_entry(_line(curve), curve.title, curve.ends) for curve in there), class_="key")


def _svg(inside: str, height: int, label: str) -> str:
    return element("svg", inside, viewBox=f"0 0 {_WIDTH} {height}", role="img", aria_label=label)


def _box(start_s: float, end_s: float, tone: Tone, duration_s: float) -> str:
    x, width = _x(start_s, duration_s), max(1.0, _x(end_s, duration_s) - _x(start_s, duration_s) - 0.5)
    title = element("title", safe(f"{clock(start_s)} to {clock(end_s)}: {tone.label}"))
    at = {"x": f"{x:.1f}", "y": "0", "width": f"{width:.1f}", "height": str(_LANE)}
    of = FAMILIES[tone.family]
    hatch = element("rect", fill=f"url(#p-{tone.family.value})", **at) if of.pattern else ""
    return element("g", title + element("rect", fill=of.colour, **at) + hatch)


def _patterns() -> str:
    return element("defs", "".join(_pattern(family) for family in FAMILIES if FAMILIES[family].pattern))


def _pattern(family: Family) -> str:
    path = element("path", d=FAMILIES[family].pattern, class_="hatch")
    box = {"width": "6", "height": "6", "patternUnits": "userSpaceOnUse"}
    return element("pattern", path, id=f"p-{family.value}", **box)


def _paths(curve: _Curve, points: Sequence[Point], duration_s: float) -> Iterator[str]:
    """Yield a line for each run of points that are known, and a dot for one that stands alone."""
    style = {"stroke": curve.colour, "fill": "none", "stroke-width": "2", "stroke-dasharray": curve.dashes or "none"}
    for run in _runs(curve, points):
        places = [f"{_x(at_s, duration_s):.1f} {_y(value):.1f}" for at_s, value in run]
        if len(places) > 1:
            yield element("path", d=f"M{'L'.join(places)}", **style)
        else:
            x, y = places[0].split()
            yield element("circle", cx=x, cy=y, r=3, fill=curve.colour)


def _runs(curve: _Curve, points: Sequence[Point]) -> Iterator[list[tuple[float, float]]]:
    run, last_s = list[tuple[float, float]](), 0.0
    for point in points:
        value = curve.of(point)
        if run and (value is None or point.at_s - last_s > _GAP_S):
            yield run
            run = []
        if value is not None:
            run.append((point.at_s, value))
        last_s = point.at_s
    if run:
        yield run


def _mark(turning: Turning, duration_s: float) -> str:
    title = element("title", safe(f"{clock(turning.at_s)}: {turning.sentence}"))
    line = element("path", d=f"M{_x(turning.at_s, duration_s):.1f} 0V{_HEIGHT}", class_="turning")
    return element("g", title + line)


def _axis(duration_s: float) -> str:
    step_s = next((step for step in _TICKS_S if duration_s / step <= _MOST_TICKS), _TICKS_S[-1])
    ticks = range(0, max(1, int(duration_s) + 1), step_s)
    return "".join(_tick(at_s, duration_s) for at_s in ticks)


def _tick(at_s: float, duration_s: float) -> str:
    x = _x(at_s, duration_s)
    anchor = "start" if x < _WIDTH / 20 else "end" if x > _WIDTH * 19 / 20 else "middle"
    return element("text", safe(clock(at_s)), x=f"{x:.1f}", y=_HEIGHT + _FOOT - 4, text_anchor=anchor)


def _entry(picture: str, name: str, means: str) -> str:
    return element("li", f"{picture} {element('b', safe(name))} {safe(means)}")


def _swatch(family: Family) -> str:
    of = FAMILIES[family]
    hatch = element("path", d="M2 12 12 2M6 14 14 6" if of.pattern else "", class_="hatch")
    return element("svg", element("rect", width=14, height=14, fill=of.colour) + hatch, viewBox="0 0 14 14")


def _line(curve: _Curve) -> str:
    style = {"stroke": curve.colour, "stroke-width": "3", "stroke-dasharray": curve.dashes or "none"}
    return element("svg", element("path", d="M0 7h28", **style), viewBox="0 0 28 14")


def _x(at_s: float, duration_s: float) -> float:
    return _WIDTH * min(1.0, max(0.0, at_s / duration_s)) if duration_s else 0.0


def _y(value: float) -> float:
    return _EDGE + (_HEIGHT - 2 * _EDGE) * (1 - value) / 2
