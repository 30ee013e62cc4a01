"""Text of documents as HTML that can only be text: the one place where anything is escaped."""

from __future__ import annotations

import calendar
import html
import re
from datetime import date

from ui.text import visible


def text(value: str) -> str:
    """``value`` as HTML text or attribute value on one line: no markup, no controls, no overrides, no blank lines."""
    return html.escape(visible(value), quote=True).replace("\n", "&#10;").replace("\t", "&#9;")


def spoken_date(iso: str) -> str:
    """An ISO date as people write it: "8 April 2025", "April 2025" or "2025"; anything else as it stands."""
    if not re.fullmatch(r"\d{4}(-\d{2}){0,2}", iso):
        return iso
    try:
        day = date.fromisoformat(iso + "-01" * (2 - iso.count("-")))
    except ValueError:
        return iso
    month = calendar.month_name[day.month]
    return (f"{day.year}", f"{month} {day.year}", f"{day.day} {month} {day.year}")[iso.count("-")]
