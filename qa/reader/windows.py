"""Windows: how a question and a passage become the reader's input, in training and in answering alike.

One window is ``<s> question </s></s> title </s> passage </s>`` (the special tokens are the tokenizer's own). A passage
that is longer than a window is read in several that overlap by a stride. Only tokens of the passage can be part of an
answer.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

# Scripts written without spaces between words: a span may start and end anywhere in them.
_UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN")


@dataclass(frozen=True, slots=True)
class Passage:
    """What the reader reads: a text, a title that says where it is from, and where prose to quote begins."""

    text: str
    title: str = ""
    body_start: int = 0


@dataclass(frozen=True, slots=True)
class Window:
    """One input of the model and the way back from its tokens to the passage.

    ``offsets`` is (n, 2), the code points in the passage of the n passage tokens, which stand at positions
    ``first`` to ``first + n`` of ``input_ids``. ``starts`` and ``ends`` (n,) say where a span may start and end.
    """

    passage: int
    input_ids: list[int]
    first: int
    offsets: IntArray
    starts: BoolArray
    ends: BoolArray


@dataclass(frozen=True, slots=True)
class _Encoded:
    """A passage's tokens, before it is cut into windows."""

    ids: list[int]
    offsets: IntArray
    starts: BoolArray
    ends: BoolArray


class Featurizer:
    """Cuts questions and passages into windows with one tokenizer.

    ``window`` and ``stride`` are tokens: the length of a whole input, and the overlap of two neighbouring ones.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        *,
        window: int = 384,
        stride: int = 96,
        question_tokens: int = 64,
        title_tokens: int = 24,
    ) -> None:
        """Take the tokenizer over: its own truncation and padding are switched off."""
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._tokenizer = tokenizer
        self._window, self._stride = window, stride
        self._question_tokens, self._title_tokens = question_tokens, title_tokens
        frame = tokenizer.encode("", "").ids  # the special tokens alone: opening, those in between, closing
        self._opening, self._between, self._closing = frame[:1], frame[1:-1], frame[-1:]

    @classmethod
    def load(cls, folder: Path, *, window: int = 384, stride: int = 96) -> Featurizer:
        """The featurizer of a model folder, from its ``tokenizer.json``."""
        return cls(Tokenizer.from_file(str(folder / "tokenizer.json")), window=window, stride=stride)

    @property
    def padding(self) -> int:
        """The id that fills a short input up; it is masked out."""
        for name in ("<pad>", "[PAD]"):
            found = self._tokenizer.token_to_id(name)
            if found is not None:
                return int(found)
        return 0

    def windows(self, question: str, passages: Sequence[Passage]) -> list[Window]:
        """All windows of all passages, in order. A passage without a token of text has none."""
        head = self._encode([question])[0].ids[: self._question_tokens]
        titles = self._encode([passage.title for passage in passages])
        bodies = self._encode([passage.text for passage in passages])
        found: list[Window] = []
        for number, (passage, title, body) in enumerate(zip(passages, titles, bodies, strict=True)):
            frame = self._opening + head + self._between
            if title.ids:
                frame = frame + title.ids[: self._title_tokens] + self._closing
            found.extend(self._slide(number, frame, _without_head(body, passage.body_start)))
        return found

    def _encode(self, texts: Sequence[str]) -> list[_Encoded]:
        encodings = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        places = [np.array(found.offsets, dtype=np.int64).reshape(-1, 2) for found in encodings]
        return [
            _Encoded(found.ids, offsets, *_word_bounds(text, offsets))
            for text, found, offsets in zip(texts, encodings, places, strict=True)
        ]

    def _slide(self, number: int, frame: list[int], body: _Encoded) -> Iterator[Window]:
        room = self._window - len(frame) - len(self._closing)
        for start in range(0, max(len(body.ids) - self._stride, 1), room - self._stride):
            part = slice(start, start + room)
            if not body.ids[part]:
                return
            yield Window(
                passage=number,
                input_ids=frame + body.ids[part] + self._closing,
                first=len(frame),
                offsets=body.offsets[part],
                starts=body.starts[part],
                ends=body.ends[part],
            )


def _without_head(body: _Encoded, body_start: int) -> _Encoded:
    """Drop the tokens that begin before ``body_start``: a document's head is metadata, not prose to quote."""
    if body_start <= 0:
        return body
    first = int(np.searchsorted(body.offsets[:, 0], body_start))
    return _Encoded(body.ids[first:], body.offsets[first:], body.starts[first:], body.ends[first:])


def _word_bounds(text: str, offsets: IntArray) -> tuple[BoolArray, BoolArray]:
    """Where a span may start and where it may end: never inside a word."""
    starts = np.fromiter((not _joined(text, start) for start, _ in offsets), dtype=np.bool_, count=len(offsets))
    ends = np.fromiter((not _joined(text, end) for _, end in offsets), dtype=np.bool_, count=len(offsets))
    return starts, ends


def _joined(text: str, position: int) -> bool:
    """Whether the characters on both sides of a position belong to one word."""
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
