"""What people call the columns of a table of questions. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Words that the name of a column may have among others, in the order in which columns are looked for.
_WORDS = {
    "answers": (
        *("answers", "answer", "expected", "gold", "truth", "correct", "right", "ideal", "reference", "target"),
        *("response", "reply", "solution", "a", "antwort", "antworten", "réponse", "respuesta"),
    ),
    "question": ("question", "questions", "query", "prompt", "asked", "ask", "q", "frage", "fragen", "pregunta"),
    "document": ("document", "doc", "file", "filename", "path", "source"),
    "context": ("context", "paragraph", "passage"),
    "title": ("title",),
    "id": ("id", "key"),
}


def column_names(header: Sequence[str]) -> tuple[list[str], bool]:
    """For each cell of a header the field that it names ("question", "answers" ...; "" for none); and that it is one.

    Two cells of which the first is a question are no header: they are named by their order.
    """
    words = [re.findall(r"[^\W\d_]+", cell.casefold()) for cell in header]
    names = [""] * len(header)
    for name in _WORDS:
        _assign(names, name, [at for at, cell in enumerate(words) if cell == [name]])
    for name, known in _WORDS.items():
        ranked = [(known.index(word), at) for at, cell in enumerate(words) for word in cell if word in known]
        _assign(names, name, [at for _, at in sorted(ranked)])
    if len(header) == 2 and header[0].rstrip().endswith("?") and not {"question", "answers"} <= set(names):
        return ["question", "answers"], False
    return names, True


def _assign(names: list[str], name: str, places: Sequence[int]) -> None:
    """Give a name to the first of the places that has none yet, unless another has it."""
    free = [at for at in places if not names[at]]
    if free and name not in names:
        names[free[0]] = name
