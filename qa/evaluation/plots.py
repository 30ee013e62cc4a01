"""Plots as SVG text: lines, dots and bars over two axes, from the template ``plot.svg``.

All text is escaped; nothing is fetched and no script runs. Text and axes are drawn in ``currentColor``, so a plot fits
light and dark pages.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

Point = tuple[float, float]
Bar = tuple[float, float, float]  # left, right and height of a bar that stands on the x axis

COLOURS = ("#2f6fed", "#d9822b", "#2a9d6f")
_PLOT = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
).get_template("plot.svg")


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


def round_up(value: float) -> float:
    """The next round number: 1, 2, 2.5, 5 or 10 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value)) if value > 0 else 0.1
    return next((step * power for step in (1, 2, 2.5, 5) if value <= step * power), 10 * power)


def draw(title: str, x: Axis, y: Axis, lines: Sequence[Line], *, bars: Sequence[Bar] = ()) -> str:
    """One plot as an ``<svg>`` element; every line that is no guide has its own colour, every named line a legend."""
    colours = cycle(COLOURS)
    coloured = [(line, None if line.guide else next(colours)) for line in lines]
    return _PLOT.render(title=title, x=x, y=y, lines=coloured, bars=bars, bar_colour=COLOURS[0])
