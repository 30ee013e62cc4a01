"""HTML from templates, which escape every value they print, and the filters that they use."""

from __future__ import annotations

import calendar
import re
from datetime import date
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from markupsafe import Markup, escape

from ui.text import chance, counted, one_line, visible

TEMPLATES = Path(__file__).parent / "templates"
BETWEEN_TAGS = re.compile(r"(?<=[>}])\s*\n\s*(?=[<{])")
LINE_BREAK = re.compile(r"\s*\n\s*")


def escaped(value: object) -> Markup:
    """``value`` as HTML text or attribute value on one line; markup stays as it is.

    Controls and direction controls in either are replaced by visible characters.
    """
    if hasattr(value, "__html__"):
        return Markup(visible(escape(value)))  # noqa: S704 (escape leaves markup as it is)
    one_liner = visible(escape(str(value))).replace("\n", Markup("&#10;")).replace("\t", Markup("&#9;"))
    return Markup(one_liner)  # noqa: S704 (escaped above)


class OneLine(Extension):
    """Joins the lines of a template, because Gradio's Markdown leaves only HTML without line breaks unchanged.

    A line break between tags, values and statements is removed; one beside words becomes a space.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """The template's source on one line."""
        return LINE_BREAK.sub(" ", BETWEEN_TAGS.sub("", source.strip()))


def spoken_date(iso: str) -> str:
    """An ISO date as people write it: "8 April 2025", "April 2025" or "2025"; anything else unchanged."""
    if not re.fullmatch(r"\d{4}(-\d{2}){0,2}", iso):
        return iso
    try:
        day = date.fromisoformat(iso + "-01" * (2 - iso.count("-")))
    except ValueError:
        return iso
    month = calendar.month_name[day.month]
    return (f"{day.year}", f"{month} {day.year}", f"{day.day} {month} {day.year}")[iso.count("-")]


def percent(share: float, digits: int = 0) -> str:
    """A share from 0 to 1 in percent: "93%"."""
    return f"{share:.{digits}%}"


def short_path(path: str) -> str:
    """A relative path as it is; of an absolute one the last folder and the name, to show less of the server."""
    return "…/" + "/".join(path.split("/")[-2:]) if path.startswith("/") else path


def grouped(number: int) -> str:
    """A number with its digits in groups of three: "7,400"."""
    return f"{number:,}"


def render(template: str, **values: object) -> str:
    """The HTML of ``template``, a path below ``templates/``, on one line.

    Raises ``jinja2.UndefinedError`` when a value is missing.
    """
    return _ENVIRONMENT.get_template(template).render(values)


_ENVIRONMENT = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    finalize=escaped,
    undefined=StrictUndefined,
    extensions=[OneLine],
    auto_reload=False,
)
_ENVIRONMENT.filters.update(
    chance=chance,
    counted=counted,
    grouped=grouped,
    one_line=one_line,
    percent=percent,
    short_path=short_path,
    spoken_date=spoken_date,
)
