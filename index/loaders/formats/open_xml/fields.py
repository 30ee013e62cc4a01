"""Fields of Word, such as page numbers, references and equations."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PAGE_FIELDS = ("PAGE", "NUMPAGES", "SECTIONPAGES")
_EQUATION = re.compile(r"(?i:\s*EQ\b)\s*(.*)", re.DOTALL)


@dataclass(slots=True)
class Field:
    """A field that is being read, such as a page number or a reference."""

    code: str = ""
    result: bool = False  # whether its result has begun, which is what is shown
    done: bool = False  # whether it has its text from elsewhere
    shown: bool = False  # whether its result has text

    @property
    def is_page_number(self) -> bool:
        """Whether its result is the number of a page or of pages."""
        return self.code.split(maxsplit=1)[:1] in [[name] for name in _PAGE_FIELDS]

    @property
    def equation(self) -> str | None:
        """The code of an equation after its name; None for other fields."""
        match = _EQUATION.match(self.code)
        return match[1] if match else None
