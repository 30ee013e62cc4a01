"""What each role may do: ``ask`` may use the routes listed here, ``admin`` all routes. A new route is for ``admin``."""

from __future__ import annotations

import re
from enum import StrEnum

PUBLIC_PATHS = frozenset({"/healthz", "/readyz"})  # they tell only whether the service works, and its revision


class Role(StrEnum):
    """The role of someone who was admitted."""

    ASK = "ask"  # questions, search, reading, sheets and verdicts
    ADMIN = "admin"  # all else too: uploads, removals, rebuilds, evaluations, metrics


# The page and its parts, questions, and reading. Paths are matched whole.
_READ = (
    r"/|/(static|assets)/.*|/theme\.css|/favicon\.ico|/gradio_api/(app_id|queue/data)",
    r"/healthz|/readyz|/openapi\.json",
    r"/v1/documents(/\d+(/text)?)?|/v1/collections(/.*)?|/v1/sheets(/.*)?|/v1/models(/.*)?|/mcp",
    r"/ui/(welcome|examples|process|library(/cards/.*)?|source/.*|sheets(/.*)?)",
)
_POST = (
    r"/gradio_api/queue/join",
    r"/v1/(answer|search|converse|sheets(/.*)?|verify-quote|chat/completions)|/mcp",
    r"/ui/(verdicts|notebook/.*|sheets(/.*)?)",
)
_DELETE = (r"/ui/turns/[^/]*", r"/(v1|ui)/sheets/.*", r"/mcp")
_ASK = {
    "GET": re.compile("|".join(_READ)),
    "HEAD": re.compile("|".join(_READ)),
    "OPTIONS": re.compile(r".*", re.DOTALL),
    "POST": re.compile("|".join(_POST)),
    "DELETE": re.compile("|".join(_DELETE)),
}


def may(role: Role, method: str, path: str) -> bool:
    """Whether a role may send this request."""
    return role is Role.ADMIN or (method in _ASK and _ASK[method].fullmatch(path) is not None)
