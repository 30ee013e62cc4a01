"""Reading Rich Text Format: groups, control words, code pages, and the places that text belongs to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

from index.errors import UnreadableFileError
from index.loaders.formats.blocks import Run
from index.loaders.formats.open_xml.symbol_fonts import is_symbol_font, symbols
from index.loaders.formats.rich_text.flow import Flow, RowDefinition
from index.loaders.formats.rich_text.words import CODE_PAGES, FLOWS, IGNORED, INFORMATION, KEPT, LABELS, SYMBOLS
from index.loaders.scripts import superscript

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)|\\"
)
_LONGEST_NAME, _DEEPEST = 200, 20  # characters of a font's name; notes and text boxes in each other


@dataclass(slots=True)
class _State:
    """What a group may change, and takes back at its end."""

    destination: str = ""
    ignored: bool = False
    left_out: str = ""  # why its text is left out
    script: str = ""
    font: int = 0
    fallback: int = 1  # characters after a Unicode one for programs that do not know it
    level: int = 0  # of a heading, from 1
    in_table: bool = False
    listed: bool = False
    flow: Flow | None = None  # one that ends with this group


class RtfReader:
    """A reader of one file, from its start to its end."""

    def __init__(self, content: bytes) -> None:
        if not content.lstrip().startswith(b"{\\rtf"):
            raise UnreadableFileError("damaged, or not an RTF file")
        self.body = Flow("body")
        self.left_out: Counter[str] = Counter()
        self.information: dict[str, str] = {}
        self.dates: dict[str, str] = {}
        self._content = content
        self._state = _State()
        self._states: list[_State] = []
        self._flows = [self.body]
        self._margins: list[Flow] = []
        self._code_page = "cp1252"
        self._fonts: dict[int, tuple[str, str]] = {}  # name and code page by number
        self._bytes = bytearray()  # of text that is not decoded yet
        self._skip = 0  # characters that stand for a Unicode one
        self._may_ignore = False  # after \\*
        self._row = RowDefinition()
        self._note = 1  # the number of the next note
        self._passed, self.passed = "", list[str]()  # why the last text was left out, and all that was

    def read(self) -> None:
        """Read the file to its end."""
        place = 0
        while match := _TOKEN.match(self._content, place):
            place = match.end()
            word, number, code, sign, brace, text = match.groups()
            if code:
                self._add_bytes(bytes([int(code, 16)]))
                continue
            if text:
                self._add_bytes(text)
                continue
            self._flush()
            if brace:
                self._open() if brace == b"{" else self._close()
            elif word == b"bin":
                place += max(int(number or 0), 0)
            elif word:
                self._word(word.decode(), int(number) if number else None)
            elif sign == b"*":
                self._may_ignore = True
            elif sign in (b"\n", b"\r"):
                self._end_paragraph()
            elif sign:
                self._add(SYMBOLS.get(sign.decode("latin-1"), ""))
        self._flush()
        for flow in self._flows[:0:-1]:  # a file that is cut off
            self._end_flow(flow)
        self._state = _State()
        self._end_paragraph()
        self.body.end_table()

    def margins(self, kind: str) -> list[Flow]:
        """The headers or the footers that differ."""
        found: dict[str, Flow] = {}
        for flow in self._margins:
            if flow.kind.startswith(kind):
                found.setdefault(str(flow.blocks), flow)
        return list(found.values())

    def _open(self) -> None:
        self._states.append(replace(self._state))
        self._state.flow = None

    def _close(self) -> None:
        if self._state.flow is not None:
            self._end_flow(self._state.flow)
        if self._states:
            self._state = self._states.pop()
        self._skip, self._may_ignore = 0, False

    def _word(self, word: str, number: int | None) -> None:
        may_ignore, self._may_ignore = self._may_ignore, False
        state = self._state
        if word == "u" and number is not None:
            self._add(chr(number % 65536))
            self._skip = state.fallback
        elif word in SYMBOLS:
            self._add(SYMBOLS[word])
        elif action := _ACTIONS.get(word):
            action(self, number)
        elif word in FLOWS and not state.ignored:
            self._begin_flow(word)
        elif word == "pict" and not state.ignored:
            self.left_out["image(s) without text"] += 1
            state.ignored = True
        elif word == "annotation":
            self.left_out["comment(s)"] += 1
            state.ignored = True
        elif word in INFORMATION or word in LABELS or word in ("fonttbl", "info", "creatim", "revtim"):
            state.destination = word
        elif word in IGNORED or (may_ignore and word not in KEPT):
            state.ignored = True

    def _add_bytes(self, content: bytes) -> None:
        if self._skip:
            dropped = min(self._skip, len(content))
            self._skip -= dropped
            content = content[dropped:]
        if not self._state.ignored:
            self._bytes += content

    def _flush(self) -> None:
        """Decode the text so far, in the code page of its font."""
        if not self._bytes:
            return
        name, code_page = self._fonts.get(self._state.font, ("", self._code_page))
        text = self._bytes.decode("latin-1" if is_symbol_font(name) else code_page or self._code_page, "replace")
        self._bytes.clear()
        self._skip = 0
        self._add(symbols(name, text) if is_symbol_font(name) else text)

    def _add(self, text: str) -> None:
        state = self._state
        if state.ignored or not text:
            return
        if state.destination == "fonttbl":
            name, code_page = self._fonts.get(state.font, ("", ""))
            self._fonts[state.font] = f"{name}{text[:_LONGEST_NAME]}".rstrip(";")[:_LONGEST_NAME], code_page
        elif state.destination in INFORMATION:
            self.information[state.destination] = self.information.get(state.destination, "") + text
        elif state.left_out:
            self.passed.append(text)
            if self._passed != state.left_out and text.strip():
                self.left_out[f"{state.left_out} passage(s)"] += 1
                self._passed = state.left_out
        elif not state.destination or state.destination in LABELS:
            self._passed = ""
            text = text.replace("\t", " ") if state.destination else text
            self._flows[-1].runs.append(Run(text, state.script))

    def _begin_flow(self, kind: str) -> None:
        if len(self._flows) > _DEEPEST:
            self._state.ignored = True
            return
        self._state.flow = Flow(kind)
        self._state.in_table = False
        self._flows.append(self._state.flow)

    def _end_flow(self, flow: Flow) -> None:
        while flow in self._flows[1:]:
            ended = self._flows.pop()
            ended.end_paragraph(0, listed=False, in_table=False)
            ended.end_table()
            outer = self._flows[-1]
            if ended.kind == "footnote":
                outer.notes.append(ended.text)
                self._note += 1
            elif ended.kind == "shptxt":
                outer.boxes += ended.blocks
            else:
                self._margins.append(ended)

    def _end_paragraph(self, _: int | None = None) -> None:
        if not self._state.ignored:
            self._flows[-1].end_paragraph(self._state.level, listed=self._state.listed, in_table=self._state.in_table)

    def _end_cell(self, _: int | None) -> None:
        self._state.in_table = True
        self._end_paragraph()
        self._flows[-1].end_cell(self._row)

    def _define_row(self, _: int | None) -> None:
        self._row = RowDefinition()

    def _reset_paragraph(self, _: int | None) -> None:
        self._state.level, self._state.in_table, self._state.listed = 0, False, False

    def _reset_characters(self, _: int | None) -> None:
        self._state.script, self._state.left_out = "", ""

    def _set_character_set(self, number: int | None) -> None:
        if self._state.destination == "fonttbl":
            self._fonts[self._state.font] = "", CODE_PAGES.get(number or 0, "")

    def _set_code_page(self, number: int | None) -> None:
        try:
            b"".decode(f"cp{number}")
            self._code_page = f"cp{number}"
        except LookupError:
            self._code_page = "utf-8" if number == 65001 else "cp1252"

    def _set_date(self, part: str, number: int | None) -> None:
        name = self._state.destination
        if name in ("creatim", "revtim") and number:
            self.dates[name] = f"{number:04d}" if part == "yr" else f"{self.dates.get(name, '')}-{number:02d}"

    def _set_level(self, number: int | None) -> None:
        self._state.level = min((number or 0) + 1, 6) if (number or 0) < 9 else 0

    def _note_mark(self, _: int | None) -> None:
        self._add(superscript(str(self._note)) if not self._state.script else str(self._note))


Action = Callable[[RtfReader, int | None], None]


def _left_out(reason: str) -> Action:
    def switch(reader: RtfReader, number: int | None) -> None:
        state = reader._state
        state.left_out = reason if number != 0 else "" if state.left_out == reason else state.left_out

    return switch


def _script(script: str) -> Action:
    def switch(reader: RtfReader, number: int | None) -> None:
        reader._state.script = "" if number == 0 else script

    return switch


def _merge(kind: str) -> Action:
    def merge(reader: RtfReader, _: int | None) -> None:
        reader._row.merge = kind

    return merge


def _date(part: str) -> Action:
    return lambda reader, number: reader._set_date(part, number)


_ACTIONS: dict[str, Action] = {
    "strike": _left_out("struck-out"),
    "striked": _left_out("struck-out"),
    "v": _left_out("hidden"),
    "deleted": _left_out("deleted"),
    "super": _script("superscript"),
    "sub": _script("subscript"),
    "up": _script("superscript"),
    "dn": _script("subscript"),
    "nosupersub": _script(""),
    "clmrg": _merge("clmrg"),
    "clvmrg": _merge("clvmrg"),
    "yr": _date("yr"),
    "mo": _date("mo"),
    "dy": _date("dy"),
    **dict.fromkeys(("par", "sect", "page", "column"), RtfReader._end_paragraph),
    **dict.fromkeys(("cell", "nestcell"), RtfReader._end_cell),
    "row": lambda reader, _: reader._flows[-1].end_row(reader._row),
    "trowd": RtfReader._define_row,
    "trhdr": lambda reader, _: setattr(reader._row, "header", True),
    "cellx": lambda reader, _: reader._row.end_cell(),
    "intbl": lambda reader, _: setattr(reader._state, "in_table", True),
    "pard": RtfReader._reset_paragraph,
    "plain": RtfReader._reset_characters,
    "f": lambda reader, number: setattr(reader._state, "font", number or 0),
    "fcharset": RtfReader._set_character_set,
    "ansicpg": RtfReader._set_code_page,
    "mac": lambda reader, _: setattr(reader, "_code_page", "mac_roman"),
    "pc": lambda reader, _: reader._set_code_page(437),
    "pca": lambda reader, _: reader._set_code_page(850),
    "uc": lambda reader, number: setattr(reader._state, "fallback", min(max(number or 0, 0), 10)),
    "outlinelevel": RtfReader._set_level,
    "ls": lambda reader, _: setattr(reader._state, "listed", True),
    "chftn": RtfReader._note_mark,
}
