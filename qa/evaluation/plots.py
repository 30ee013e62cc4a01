"""Plots as SVG text: lines, dots and bars over two axes. All text is escaped; nothing is fetched and no script runs.

Text and axes are drawn in ``currentColor``, so a plot fits light and dark pages.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

Point = tuple[float, float]

COLOURS = ("#2f6fed", "#d9822b", "#2a9d6f")
_WIDTH, _HEIGHT = 440, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 14, 34, 64  # margins around the plot area, for its labels


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis, from ``low`` to ``high``; ``form`` is the format of its numbers."""

    label: str
    low: float = 0.0
    high: float = 1.0
    form: str = "{:.0%}"
    ticks: int = 5

    def tick_values(self) -> list[float]:
        """The values with a label."""
        return [self.low + (self.high - self.low) * k / self.ticks for k in range(self.ticks + 1)]

    def share(self, value: float) -> float:
        """The position of a value between the ends, 0 to 1; a value beyond an end is drawn at the end."""
        return min(max((value - self.low) / ((self.high - self.low) or 1.0), 0.0), 1.0)


@dataclass(frozen=True, slots=True)
class Line:
    """Points joined in order."""

    points: Sequence[Point]
    name: str = ""
    dots: bool = False
    guide: bool = False  # dashed and grey, for comparison


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars that stand on the x axis: (left, right, height) each."""

    bars: Sequence[tuple[float, float, float]]


def round_up(value: float) -> float:
    """The next round number: 1, 2, 2.5, 5 or 10 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value)) if value > 0 else 0.1
    return next((step * power for step in (1, 2, 2.5, 5) if value <= step * power), 10 * power)


def draw(title: str, x: Axis, y: Axis, shapes: Iterable[Line | Bars]) -> str:
    """One plot as an ``<svg>`` element; every line that is no guide has its own colour, every named line a legend."""
    drawn = list(shapes)
    lines = [shape for shape in drawn if isinstance(shape, Line)]
    colours = dict(zip((id(line) for line in lines if not line.guide), COLOURS * len(lines), strict=False))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{escape(title)}" font-family="system-ui, sans-serif" font-size="11" fill="currentColor">',
        _text(_LEFT, 16, title, "start", 'font-size="13" font-weight="600"'),
        *_axes(x, y),
    ]
    for shape in drawn:
        parts += _bars(shape, x, y) if isinstance(shape, Bars) else _line(shape, x, y, colours.get(id(shape)))
    named = [line for line in lines if line.name]
    room = (_WIDTH - _LEFT - _RIGHT) / max(len(named), 1)
    parts += (_legend(_LEFT + room * k, line.name, colours.get(id(line))) for k, line in enumerate(named))
    return "\n".join([*parts, "</svg>"])


def _axes(x: Axis, y: Axis) -> Iterator[str]:
    for value in x.tick_values():
        across = _across(x, value)
        yield _text(across, _HEIGHT - _BOTTOM + 16, x.form.format(value), "middle")
    for value in y.tick_values():
        down = _down(y, value)
        yield f'<path d="M{_LEFT} {down:.1f}H{_WIDTH - _RIGHT}" stroke="currentColor" stroke-opacity=".15"/>'
        yield _text(_LEFT - 6, down + 4, y.form.format(value), "end")
    yield _text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 28, x.label, "middle")
    middle = (_TOP + _HEIGHT - _BOTTOM) / 2
    yield _text(12, middle, y.label, "middle", f'transform="rotate(-90 12 {middle})"')


def _line(line: Line, x: Axis, y: Axis, colour: str | None) -> Iterator[str]:
    places = [(_across(x, a), _down(y, b)) for a, b in line.points]
    if not places:
        return
    path = "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in places)
    yield f'<path d="{path}" fill="none" {_stroke(colour)}/>'
    if line.dots:
        yield from (f'<circle cx="{a:.1f}" cy="{b:.1f}" r="4" fill="{colour or COLOURS[0]}"/>' for a, b in places)


def _bars(shape: Bars, x: Axis, y: Axis) -> Iterator[str]:
    for left, right, height in shape.bars:
        start, end, top = _across(x, left), _across(x, right), _down(y, height)
        size = f'width="{max(end - start - 1, 0.5):.1f}" height="{_HEIGHT - _BOTTOM - top:.1f}"'
        yield f'<rect x="{start:.1f}" y="{top:.1f}" {size} fill="{COLOURS[0]}" fill-opacity=".75"/>'


def _legend(across: float, name: str, colour: str | None) -> str:
    text = _text(across + 18, _HEIGHT - 6, name, "start", 'font-size="10"')
    return f'<path d="M{across:.1f} {_HEIGHT - 10}h14" {_stroke(colour)}/>{text}'


def _stroke(colour: str | None) -> str:
    guide = 'stroke="currentColor" stroke-opacity=".5" stroke-dasharray="4 4"'
    return f'stroke="{colour}" stroke-width="2"' if colour else guide


def _text(across: float, down: float, text: str, anchor: str, more: str = "") -> str:
    return f'<text x="{across:.1f}" y="{down:.1f}" text-anchor="{anchor}" {more}>{escape(text)}</text>'


def _across(axis: Axis, value: float) -> float:
    return _LEFT + axis.share(value) * (_WIDTH - _LEFT - _RIGHT)


def _down(axis: Axis, value: float) -> float:
    return _HEIGHT - _BOTTOM - axis.share(value) * (_HEIGHT - _TOP - _BOTTOM)
