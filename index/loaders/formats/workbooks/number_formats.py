"""Numbers and dates of a spreadsheet as it shows them: Excel's built-in formats, and others made of the same parts."""

from __future__ import annotations

import datetime
import re
from decimal import ROUND_HALF_UP, Decimal

_GENERAL_DIGITS = 15
_LITERAL = r'(?:"[^"]*"|\\.|[-+ €$£¥()]|\[\$[^\]-]*(?:-[0-9A-Fa-f]+)?\]|_.)*'
_NUMBER = re.compile(rf"({_LITERAL})(#,##0|0|#)(?:\.([0#]+))?(E\+0+)?(%)?({_LITERAL})(?:\*.)?")
_COLOUR = re.compile(r"\[(?:Black|Blue|Cyan|Green|Magenta|Red|White|Yellow|Color ?\d+)\]", re.IGNORECASE)
_LOCALE = re.compile(r"\[\$-[0-9A-Fa-f]+\]")
_DATE_PART = re.compile(r'"([^"]*)"|\\(.)|(AM/PM|A/P)|(y+|m+|d+|h+|s+)|(\[h+\])|(.)', re.IGNORECASE)
_PER_SYSTEM = {"mm-dd-yy", "m/d/yy h:mm", "m/d/yy", "m/d/yyyy"}  # shown as each computer is set: here as ISO dates

Moment = datetime.datetime | datetime.date | datetime.time


def shown_number(value: int | float, form: str) -> str:
    """A number in a format, rounded half up as shown; as it is stored if the format is not understood."""
    sections = _LOCALE.sub("", _COLOUR.sub("", form)).split(";")
    section, amount = sections[0], Decimal(repr(value))
    if amount < 0 and len(sections) > 1:
        section, amount = sections[1], -amount
    match = _NUMBER.fullmatch(section.strip())
    if match is None or not amount.is_finite():
        return stored_number(value)
    before, whole, decimals, exponent, percent, after = match.groups()
    if exponent:
        mantissa, _, power = f"{amount:.{len(decimals or '')}E}".partition("E")
        return f"{mantissa}E{int(power):+0{len(exponent) - 1}d}"
    amount *= 100 if percent else 1
    digits = amount.quantize(Decimal(1).scaleb(-len(decimals or "")), ROUND_HALF_UP)
    shown = f"{digits:,f}" if "," in whole else f"{digits:f}"
    if decimals and "#" in decimals:
        kept = len(decimals) - len(decimals.rstrip("#"))
        head, tail = shown[: len(shown) - kept], shown[len(shown) - kept :]
        shown = (head + tail.rstrip("0")).rstrip(".")
    sign = "-" if shown.startswith("-") else ""
    return f"{sign}{_literal(before)}{shown.removeprefix('-')}{percent or ''}{_literal(after)}".strip()


def stored_number(value: int | float) -> str:
    """A number with at most fifteen digits, as the format General shows it in a wide cell."""
    if isinstance(value, int):
        return str(value)
    return f"{value:.{_GENERAL_DIGITS}g}".replace("e+", "E+").replace("e-", "E-")


def shown_moment(value: Moment, form: str) -> str:
    """A date or time in a format; in ISO 8601 if the format depends on the computer or has names of other languages."""
    first = _LOCALE.sub("", _COLOUR.sub("", form)).split(";")[0]
    if first.lower() in _PER_SYSTEM or not re.search("[ymdhs]", first, re.IGNORECASE):
        return _iso(value)
    parts = [match.groups() for match in _DATE_PART.finditer(first)]
    half_day = any(clock for _, _, clock, *_ in parts)
    units = [unit.lower() if unit else "" for *_, unit, _, _ in parts]
    shown = []
    for position, (quoted, escaped, clock, unit, elapsed, other) in enumerate(parts):
        if clock:
            shown.append("PM" if getattr(value, "hour", 0) >= 12 else "AM")
        elif unit:
            minutes = unit.lower().startswith("m") and _is_minute(units, position)
            shown.append(_unit("n" * len(unit) if minutes else unit.lower(), value, half_day=half_day))
        else:
            shown.append(str(getattr(value, "hour", 0)) if elapsed else quoted or escaped or other or "")
    return "".join(shown).strip()


def _is_minute(units: list[str], position: int) -> bool:
    """Whether m means minutes: it follows hours or precedes seconds."""
    before = next((unit for unit in reversed(units[:position]) if unit), "")
    after = next((unit for unit in units[position + 1 :] if unit), "")
    return before.startswith("h") or after.startswith("s")


def _unit(unit: str, value: Moment, *, half_day: bool) -> str:
    """One part of a date; n stands for minutes."""
    hour = getattr(value, "hour", 0)
    number = {
        "y": getattr(value, "year", 0),
        "m": getattr(value, "month", 0),
        "d": getattr(value, "day", 0),
        "h": (hour % 12 or 12) if half_day else hour,
        "n": getattr(value, "minute", 0),
        "s": getattr(value, "second", 0),
    }[unit[0]]
    if unit[0] == "y":
        return f"{number:04d}" if len(unit) > 2 else f"{number % 100:02d}"
    if unit[0] in "md" and len(unit) > 2 and isinstance(value, datetime.date):
        name = value.strftime("%B" if unit[0] == "m" else "%A")
        return name if len(unit) == 4 else name[:3]
    return f"{number:02d}" if len(unit) > 1 else str(number)


def _iso(value: Moment) -> str:
    if isinstance(value, datetime.datetime):
        whole_day = value.time() == datetime.time()
        return value.date().isoformat() if whole_day else value.isoformat(" ", "seconds" if value.second else "minutes")
    return value.isoformat() if isinstance(value, datetime.date) else value.isoformat("seconds")


def _literal(text: str) -> str:
    """The characters that a format adds to a number."""
    text = re.sub(r"_.", "", text)
    text = re.sub(r"\[\$([^\]-]*)[^\]]*\]", r"\1", text)
    return re.sub(r'"([^"]*)"|\\(.)', r"\1\2", text)
