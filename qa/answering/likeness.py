"""How much a question resembles the headers and the rows of a table: by words, by words with typos, by meaning. Pure.

The reader tells apart cells by their contexts; these measures tell apart rows and columns by themselves. A word of the
question counts the more, the fewer rows (or headers) have it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from index import stem_words
from qa.words import FUNCTION_WORDS

FloatArray = npt.NDArray[np.float64]

_LEAST_RATIO = 80.0  # similarity, in percent, from which two words are one word with a typo
_SHORTEST_TYPO = 4  # letters of the shortest word in which a typo is told from another word
_SAME_STEM = 0.95  # similarity of two words with one stem
_ALIKE = 0.8  # similarity from which a row or header is said to have a word
_LONGEST_TOKEN = 40  # letters; what follows them does not count
_WORD_START = re.compile(r"_|(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")  # "position_end", "EndYear", "VATRate"
_TOKEN = re.compile(r"\d+(?:[.,:/]\d+)*|[^\W\d_]+")


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """The likeness of a question to each cell's row and to each column's header."""

    rows: FloatArray  # (rows, columns): to the other cells of the row; 0 to 1, and 1 for the most similar
    headers: FloatArray  # (columns,): to the header by words; 0 to 1, and 1 for the most similar
    meanings: FloatArray  # (columns,): cosine with the header, minus that of the most similar header; at most 0


def table_likeness(
    question: str,
    columns: Sequence[Sequence[str]],
    rows: Sequence[Sequence[str]],
    cosines: npt.NDArray[np.floating] | None = None,
) -> Likeness:
    """Compare a question with the header paths of ``columns`` and the texts of the cells in ``rows``.

    ``cosines`` (columns,) are those of question and headers; without them all headers mean the same.
    """
    words = list(dict.fromkeys(token for token in _tokens(question) if token not in FUNCTION_WORDS))
    headers = [_tokens(spaced(" ".join(path))) for path in columns]
    cells = [[_tokens(cell) for cell in row] for row in rows]
    vocabulary = list(dict.fromkeys(token for line in (headers, *cells) for tokens in line for token in tokens))
    number = {token: position for position, token in enumerate(vocabulary)}
    similar = np.hstack([_similarities(words, vocabulary), np.zeros((len(words), 1))])

    def best(tokens: Sequence[str]) -> FloatArray:  # (words,), the most that each word resembles one of the tokens
        found: FloatArray = similar[:, [*(number[token] for token in tokens), -1]].max(axis=1)
        return found

    in_headers = np.stack([best(tokens) for tokens in headers], axis=1)
    in_cells = np.stack([np.stack([best(tokens) for tokens in row], axis=1) for row in cells], axis=1)
    in_rows = _of_other_columns(in_cells)
    found = np.einsum("i,irc->rc", _rarity(in_cells.max(axis=2)), in_rows)
    meanings = np.zeros(len(columns)) if cosines is None else np.asarray(cosines, dtype=np.float64)
    return Likeness(_relative(found), _relative(_rarity(in_headers) @ in_headers), meanings - meanings.max())


def spaced(name: str) -> str:
    """A header's name with its words apart: "PositionEndYear" as "Position End Year"."""
    return _WORD_START.sub(" ", name)


def _tokens(text: str) -> list[str]:
    return [token[:_LONGEST_TOKEN].lower() for token in _TOKEN.findall(text)]


def _similarities(words: Sequence[str], vocabulary: Sequence[str]) -> FloatArray:
    """The similarity of each word with each token, 0 to 1, (words, tokens); numbers are equal or different."""
    if not words or not vocabulary:
        return np.zeros((len(words), len(vocabulary)))
    percent = process.cdist(words, vocabulary, scorer=fuzz.ratio, score_cutoff=_LEAST_RATIO, dtype=np.float32)
    asked, held = np.array(words)[:, None], np.array(vocabulary)[None, :]
    shorter = np.minimum(np.char.str_len(asked), np.char.str_len(held))
    shorter[np.char.isdecimal(asked.astype("U1")) | np.char.isdecimal(held.astype("U1"))] = 0
    similar = np.where(shorter >= _SHORTEST_TYPO, percent / 100.0, 0.0)
    stems = np.array(stem_words(words))[:, None] == np.array(stem_words(vocabulary))[None, :]
    similar = np.where(stems, np.maximum(similar, _SAME_STEM), similar)
    return np.where(asked == held, 1.0, similar)


def _rarity(found: FloatArray) -> FloatArray:
    """The weight of each word, (words,), from its similarities (words, n) to n rows or headers."""
    count = (found >= _ALIKE).sum(axis=1)
    rarity: FloatArray = np.log((found.shape[1] + 1) / (count + 0.5)) * (count > 0)
    return rarity


def _of_other_columns(in_cells: FloatArray) -> FloatArray:
    """For each cell the highest similarity in the other cells of its row; all arrays are (words, rows, columns)."""
    if in_cells.shape[2] < 2:
        return np.zeros_like(in_cells)
    second, highest = np.partition(in_cells, -2, axis=2)[:, :, -2:].transpose(2, 0, 1)
    own = np.arange(in_cells.shape[2]) == in_cells.argmax(axis=2)[:, :, None]
    others: FloatArray = np.where(own, second[:, :, None], highest[:, :, None])
    return others


def _relative(values: FloatArray) -> FloatArray:
    highest = values.max(initial=0.0)
    return values / highest if highest > 0 else np.zeros_like(values)
