r"""Equations in the code of an EQ field of Word as a line of text: ``\f(1,2)`` is 1/2, ``\r(3,x)`` is ³√x."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from index.loaders.scripts import subscript, superscript

_MOST_PARTS = 200  # opening brackets of a code that is read; any other is shown as it is
_FORMATS = re.compile(r'\\\*\s*(?:"[^"]*"|[^\s\\]+)\s*')  # "\* MERGEFORMAT", and those for readings above Japanese
_SWITCH = re.compile(r"\\\s*([abdfilorsx])(?![a-z])", re.IGNORECASE)
_OPTION = re.compile(r"\s*\\\s*(?:([lrbfv]c)\s*\\(.)|([a-z]{2})\s*(\d*))", re.IGNORECASE | re.DOTALL)
_OPENING = re.compile(r"\s*\(")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_PAIRS = {"(": ")", "[": "]", "{": "}", "<": ">"}
_LITERAL = "\\"  # before a bracket, a comma or another backslash that is text

Options = dict[str, str]  # what follows each option: a number, or the character of a bracket


def equation_text(code: str) -> str:
    """The linear text of a field's code after ``EQ``."""
    code = _FORMATS.sub("", code).strip()
    if code.count("(") > _MOST_PARTS:
        return code
    text, _ = _read(code, 0, "")
    return text[0].strip()


def literal(text: str) -> str:
    """A text as it stands in a code."""
    return re.sub(r"([\\(),;])", r"\\\1", text)


def operand(text: str) -> str:
    """A part that must stay together: in brackets unless it is one number or one name."""
    is_whole = len(text) < 2 or text.isalnum() or _NUMBER.fullmatch(text) or (text[0] == "(" and text[-1] == ")")
    return text if is_whole else f"({text})"


def _read(code: str, place: int, end: str) -> tuple[list[str], int]:
    """The parts of a code from a place up to the bracket that is its ``end``, and the place after that.

    Parts are divided by commas, or by semicolons where there are any.
    """
    parts: list[list[str]] = [[]]
    signs: list[str] = []
    while place < len(code) and code[place] != (end or None):
        switch = _SWITCH.match(code, place)
        found = _read_switch(code, switch) if switch else None
        if found is not None:
            text, place = found
            parts[-1].append(text)
        elif end and code[place] in ",;":
            signs.append(code[place])
            parts.append([])
            place += 1
        else:
            is_literal = code[place] == _LITERAL and place + 1 < len(code)
            inner = code[place] == "(" and not is_literal
            if inner:
                texts, place = _read(code, place + 1, ")")
                parts[-1].append(f"({','.join(texts)})")
            else:
                parts[-1].append(code[place + is_literal])
                place += 1 + is_literal
    return _divided(["".join(part) for part in parts], signs), place + 1


def _divided(parts: Sequence[str], signs: Sequence[str]) -> list[str]:
    """The parts between semicolons if there are any, whose commas are decimal ones; else those between commas."""
    if ";" not in signs:
        return list(parts)
    whole = [parts[0]]
    for sign, part in zip(signs, parts[1:], strict=True):
        if sign == ";":
            whole.append(part)
        else:
            whole[-1] += f",{part}"
    return whole


def _read_switch(code: str, switch: re.Match[str]) -> tuple[str, int] | None:
    """The text of a switch with its options and parts, and the place after it; None if no bracket follows."""
    options: Options = {}
    place = switch.end()
    while option := _OPTION.match(code, place):
        options[(option[1] or option[3]).lower()] = option[2] or option[4] or ""
        place = option.end()
    opening = _OPENING.match(code, place)
    if opening is None:
        return None
    parts, place = _read(code, opening.end(), ")")
    return _WRITERS[switch[1].lower()]([part.strip() for part in parts], options), place


def _fraction(parts: Sequence[str], options: Options) -> str:
    return "/".join(map(operand, parts))


def _root(parts: Sequence[str], options: Options) -> str:
    degree = superscript(parts[0]) if len(parts) > 1 and parts[0] else ""
    return f"{degree}√{operand(parts[-1])}"


def _scripts(parts: Sequence[str], options: Options) -> str:
    if len(parts) > 1:
        above, below = parts[0], parts[-1]
    else:
        above, below = ("", parts[0]) if "do" in options else (parts[0], "")
    return f"{superscript(above) if above else ''}{subscript(below) if below else ''}"


def _brackets(parts: Sequence[str], options: Options) -> str:
    both = options.get("bc", "(")
    left = options.get("lc", "" if "rc" in options and "bc" not in options else both)
    right = options.get("rc", "" if "lc" in options and "bc" not in options else _PAIRS.get(both, both))
    return f"{left}{','.join(parts)}{right}"


def _array(parts: Sequence[str], options: Options) -> str:
    columns = max(1, int(options.get("co") or 1))
    rows = [", ".join(parts[start : start + columns]) for start in range(0, len(parts), columns)]
    return "; ".join(rows) if columns == 1 else f"[{'; '.join(rows)}]"


def _integral(parts: Sequence[str], options: Options) -> str:
    sign = options.get("fc") or options.get("vc") or ("∑" if "su" in options else "∏" if "pr" in options else "∫")
    below, above, body = (*parts, "", "", "")[:3]
    return f"{sign}{f'_({below})' if below else ''}{f'^({above})' if above else ''} {body}"


def _over(parts: Sequence[str], options: Options) -> str:
    """Parts drawn over each other; a raised one is the reading of the word below it, in brackets as of a ruby."""
    raised = [part for part in parts if part[:2] == "^("]
    return "".join([part for part in parts if part not in raised] + [part[1:] for part in raised])


_WRITERS: dict[str, Callable[[Sequence[str], Options], str]] = {
    "a": _array,
    "b": _brackets,
    "d": lambda parts, options: " ",
    "f": _fraction,
    "i": _integral,
    "l": lambda parts, options: ", ".join(parts),
    "o": _over,
    "r": _root,
    "s": _scripts,
    "x": lambda parts, options: ", ".join(parts),
}
