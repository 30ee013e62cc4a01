"""Windows: the reader's input for a question and a passage, the same in training and in answering.

One window is ``<s> question </s></s> title — context </s> passage </s>``, with the tokenizer's own special tokens; only
the rows of a table have a context. A passage that is longer than a window becomes several windows that overlap by a
stride (Devlin et al. 2019). Only tokens of the passage can be part of an answer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

# Scripts without spaces between words, in which a span may start and end at any character.
_UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN")

# What is quoted whole or not at all: numbers and times ("23,500", "10:30"), the day and month of a German date,
# mail addresses. Half of "23,500" would be another number.
_WHOLE = re.compile(
    r"""(?<!\d)\d+(?:[.:]\d+|,\d{1,3}(?!\d))+
    |\b\d{1,2}\.[ ](?:Jan(?:uar|\.)|Feb(?:ruar|\.)|März|Apr(?:il|\.)|Mai|Juni|Juli|Aug(?:ust|\.)|Sep(?:tember|t?\.)
        |Okt(?:ober|\.)|Nov(?:ember|\.)|Dez(?:ember|\.))
    |(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+""",
    re.VERBOSE,
)


class CellRange(NamedTuple):
    """A cell of a table as a possible answer: its range in the passage's text, without footnote marks.

    ``prior`` is added to the margin of the cell: what is known about it besides the reader's logits.
    """

    start: int
    end: int
    prior: float = 0.0


@dataclass(frozen=True, slots=True)
class Passage:
    """The reader's input besides the question: a text, its title, and the offset at which quotable text begins."""

    text: str
    title: str = ""
    body_start: int = 0
    context: str = ""  # read after the title, never quoted: a table's caption and the sentence before it
    cells: tuple[CellRange, ...] = ()  # in order and disjoint; if there are any, only they can be answers


@dataclass(frozen=True, slots=True)
class Window:
    """One input of the model, with the offsets that map its tokens back to the passage.

    ``passage`` is the position of the passage. ``offsets`` (n, 2) holds the code point ranges in the passage of its n
    tokens in this window, which are ``input_ids[first : first + n]``. ``starts`` and ``ends`` (n,) tell at which of
    them a span may start and end.
    """

    passage: int
    input_ids: list[int]
    first: int
    offsets: IntArray
    starts: BoolArray
    ends: BoolArray


@dataclass(frozen=True, slots=True)
class _Encoded:
    """The tokens of a text, before they are split into windows."""

    ids: list[int]
    offsets: IntArray
    starts: BoolArray
    ends: BoolArray

    def __getitem__(self, part: slice) -> _Encoded:
        return _Encoded(self.ids[part], self.offsets[part], self.starts[part], self.ends[part])


class Featurizer:
    """Makes windows of questions and passages with one tokenizer.

    ``window`` is the length of a whole input in tokens, ``stride`` the overlap of two consecutive windows in tokens.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        *,
        window: int = 384,
        stride: int = 96,
        question_tokens: int = 64,
        title_tokens: int = 24,
        context_tokens: int = 40,
    ) -> None:
        """Switches off the truncation and padding of the tokenizer that it is given."""
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._tokenizer = tokenizer
        self._window, self._stride = window, stride
        self._question_tokens, self._title_tokens, self._context_tokens = question_tokens, title_tokens, context_tokens
        frame = tokenizer.encode("", "").ids  # the special tokens alone: opening, those in between, closing
        self._opening, self._between, self._closing = frame[:1], frame[1:-1], frame[-1:]

    @classmethod
    def load(cls, folder: Path, *, window: int = 384, stride: int = 96) -> Featurizer:
        """The featurizer of a model folder, from its ``tokenizer.json``."""
        return cls(Tokenizer.from_file(str(folder / "tokenizer.json")), window=window, stride=stride)

    @property
    def padding(self) -> int:
        """The id of the padding token."""
        for name in ("<pad>", "[PAD]"):
            token_id = self._tokenizer.token_to_id(name)
            if token_id is not None:
                return int(token_id)
        return 0

    def windows(self, question: str, passages: Sequence[Passage]) -> list[Window]:
        """The windows of all passages, in order; a passage without tokens has none."""
        head = self._encode([question])[0].ids[: self._question_tokens]
        titles = self._encode([passage.title for passage in passages])
        contexts = self._encode([_after_title(passage) for passage in passages])
        bodies = self._encode([passage.text for passage in passages])
        windows: list[Window] = []
        for number, (passage, title, context, body) in enumerate(zip(passages, titles, contexts, bodies, strict=True)):
            frame = self._opening + head + self._between
            named = title.ids[: self._title_tokens] + context.ids[: self._context_tokens]
            if named:
                frame = frame + named + self._closing
            windows.extend(self._slide(number, frame, _without_head(body, passage.body_start)))
        return windows

    def _encode(self, texts: Sequence[str]) -> list[_Encoded]:
        encodings = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        ranges = [np.array(encoding.offsets, dtype=np.int64).reshape(-1, 2) for encoding in encodings]
        return [
            _Encoded(encoding.ids, offsets, *_word_bounds(text, offsets))
            for text, encoding, offsets in zip(texts, encodings, ranges, strict=True)
        ]

    def _slide(self, number: int, frame: list[int], body: _Encoded) -> Iterator[Window]:
        room = self._window - len(frame) - len(self._closing)
        for start in range(0, max(len(body.ids) - self._stride, 1), room - self._stride):
            part = body[start : start + room]
            if not part.ids:
                return
            input_ids = frame + part.ids + self._closing
            yield Window(number, input_ids, len(frame), part.offsets, part.starts, part.ends)


def _after_title(passage: Passage) -> str:
    return f" — {passage.context}" if passage.title and passage.context else passage.context


def _without_head(body: _Encoded, body_start: int) -> _Encoded:
    """Leave out the tokens that begin before ``body_start``: a document's head is metadata and is not quoted."""
    if body_start <= 0:
        return body
    return body[int(np.searchsorted(body.offsets[:, 0], body_start)) :]


def _word_bounds(text: str, offsets: IntArray) -> tuple[BoolArray, BoolArray]:
    """At which tokens a span may start and at which it may end: never inside a word or ``_WHOLE``."""
    starts = np.fromiter((not _joined(text, start) for start, _ in offsets), dtype=np.bool_, count=len(offsets))
    ends = np.fromiter((not _joined(text, end) for _, end in offsets), dtype=np.bool_, count=len(offsets))
    for first, last in (found.span() for found in _WHOLE.finditer(text)):
        starts &= (offsets[:, 0] <= first) | (offsets[:, 0] >= last)
        ends &= (offsets[:, 1] <= first) | (offsets[:, 1] >= last)
    return starts, ends


def _joined(text: str, position: int) -> bool:
    """Whether the characters before and after a position belong to one word."""
    if position <= 0 or position >= len(text):
        return False
    before, after = text[position - 1], text[position]
    if before.isascii() and after.isascii():
        return before.isalnum() and after.isalnum()
    return _wordlike(before) and _wordlike(after)


def _wordlike(character: str) -> bool:
    if not (character.isalnum() or unicodedata.category(character).startswith("M")):
        return False
    return not unicodedata.name(character, "").startswith(_UNSPACED)
