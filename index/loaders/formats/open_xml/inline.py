"""The text of one paragraph of Word, with the text boxes in it and its references to notes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Protocol

from index.loaders.formats.blocks import Block, Paragraph, Run
from index.loaders.formats.open_xml.diagrams import diagram_lines
from index.loaders.formats.open_xml.equation_fields import equation_text, literal
from index.loaders.formats.open_xml.equations import linear
from index.loaders.formats.open_xml.fields import Field
from index.loaders.formats.open_xml.notes import Note, Notes
from index.loaders.formats.open_xml.package import Element, Package, qualified
from index.loaders.formats.open_xml.styles import Format, Styles, format_of, is_on, switch, value
from index.loaders.formats.open_xml.symbol_fonts import is_symbol_font, symbol, symbols
from index.loaders.scripts import subscript, superscript

_VALUE = qualified("w:val")
_PRIVATE = re.compile("[\uf000-\uf0ff]")
_WORD = re.compile(r"[^\W\d_]+")
_TICKED, _EMPTY = "☒", "☐"
_SCRIPTS = {"superscript": superscript, "subscript": subscript}
_FIXED = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_DELETED = frozenset(qualified(f"w:{name}") for name in ("del", "moveFrom"))


class Host(Protocol):
    """The reader of the story that a paragraph stands in."""

    package: Package
    part: str
    styles: Styles
    notes: Notes
    left_out: Counter[str]
    fields: list[Field]

    def blocks(self, container: Element) -> list[Block]:
        """The paragraphs and tables in a text box."""


class Inline:
    """A reader of one paragraph."""

    def __init__(self, host: Host, style: Format, runs: list[Run]) -> None:
        """Read on after ``runs``, with the format of the paragraph's style."""
        self.runs = runs
        self.boxes: list[Block] = []  # paragraphs and tables in its text boxes
        self.notes: list[tuple[str, Note]] = []  # each with its mark
        self._host = host
        self._style = style
        self._format = style
        self._passed = ""  # the reason for which the last run was left out
        self._gap = False  # whether something was left out after the last run
        self._page_numbers = 0
        self._handlers: dict[str, Callable[[Element], None]] = {
            qualified(f"w:{name}"): getattr(self, f"_{name}") for name in ("r", "t", "sym", "sdt", "ruby")
        } | {
            qualified("w:fldChar"): self._field_character,
            qualified("w:fldSimple"): self._simple_field,
            qualified("w:instrText"): self._field_code,
            qualified("w:footnoteReference"): self._note,
            qualified("w:endnoteReference"): self._note,
            qualified("w:drawing"): self._graphic,
            qualified("w:pict"): self._graphic,
            qualified("w:object"): self._graphic,
            qualified("w16se:symEx"): self._emoji,
            qualified("mc:AlternateContent"): self._alternatives,
            qualified("m:oMath"): self._equation,
            qualified("m:oMathPara"): self._equation,
            **{qualified(f"w:{name}"): self._deleted for name in ("del", "moveFrom")},
            **{qualified(f"w:{name}"): self._fixed for name in _FIXED},
            **{qualified(f"w:{name}"): self._nothing for name in ("pPr", "rPr", "sdtPr", "delText", "rt")},
        }

    def read(self, paragraph: Element) -> None:
        """Read a paragraph to its end, where the codes of unfinished fields end too."""
        self._children(paragraph)
        self._host.fields[:] = [field for field in self._host.fields if field.result]

    @property
    def only_page_number(self) -> bool:
        """Whether the paragraph is a page number: "Page 3 of 12"."""
        words = _WORD.findall("".join(run.text for run in self.runs))
        return self._page_numbers > 0 and len(words) <= 2

    def _children(self, element: Element) -> None:
        for child in element:
            self._handlers.get(child.tag, self._children)(child)

    def _nothing(self, element: Element) -> None:
        """Properties are no text."""

    def _r(self, run: Element) -> None:
        properties = run.find(qualified("w:rPr"))
        self._format = format_of(properties)
        if style := value(properties, "w:rStyle"):
            self._format = self._format.over(self._host.styles.get(style).format)
        self._format = self._format.over(self._style)
        self._children(run)

    def _t(self, element: Element) -> None:
        text, font = element.text or "", self._format.font or ""
        self._add(symbols(font, text) if is_symbol_font(font) or _PRIVATE.search(text) else text)

    def _fixed(self, element: Element) -> None:
        self._add(_FIXED[element.tag.rpartition("}")[2]])

    def _sym(self, element: Element) -> None:
        code = element.get(qualified("w:char"), "")
        if re.fullmatch("[0-9A-Fa-f]{1,6}", code):
            self._add(symbol(element.get(qualified("w:font"), ""), int(code, 16)))

    def _emoji(self, element: Element) -> None:
        code = element.get(qualified("w16se:char"), "")
        if re.fullmatch("[0-9A-Fa-f]{1,5}", code):
            self._add(symbol("", int(code, 16)))

    def _equation(self, element: Element) -> None:
        self._add(linear(element))

    def _ruby(self, element: Element) -> None:
        self._children(element)
        texts = (text for above in element.iter(qualified("w:rt")) for text in above.iter(qualified("w:t")))
        reading = "".join(text.text or "" for text in texts)
        self._add(f"({reading})" if reading else "")

    def _deleted(self, element: Element) -> None:
        if next(element.iter(qualified("w:delText"), qualified("w:t")), None) is not None:
            self._host.left_out["deleted passage(s)"] += 1
            self._gap = True

    def _sdt(self, control: Element) -> None:
        properties, content = control.find(qualified("w:sdtPr")), control.find(qualified("w:sdtContent"))
        before = len(self.runs)
        if switch(properties, "w:showingPlcHdr"):
            self._host.left_out["unfilled field(s)"] += 1
        elif content is not None:
            self._children(content)
        box = None if properties is None else properties.find(qualified("w14:checkbox"))
        if box is not None and len(self.runs) == before:
            ticked = box.find(qualified("w14:checked"))
            self._add(_TICKED if ticked is not None and is_on(ticked, "w14:val") else _EMPTY)

    def _simple_field(self, element: Element) -> None:
        self._host.fields.append(Field(element.get(qualified("w:instr"), ""), result=True))
        self._children(element)
        self._end_field()

    def _field_code(self, element: Element) -> None:
        if self._host.fields and not self._host.fields[-1].result:
            script = _SCRIPTS.get(self._format.script or "")
            self._host.fields[-1].code += literal(script(element.text or "")) if script else element.text or ""

    def _field_character(self, element: Element) -> None:
        fields = self._host.fields
        match element.get(qualified("w:fldCharType")):
            case "begin":
                shown = _form_field(element)
                self._add(shown)
                fields.append(Field(done=bool(shown)))
            case "separate" if fields:
                fields[-1].result = True
            case "end" if fields:
                self._end_field()

    def _end_field(self) -> None:
        """End the innermost field; an equation, which has no result of its own, is written here."""
        field = self._host.fields.pop()
        if field.equation is None or field.shown:
            return
        text = equation_text(field.equation)
        joins = bool(self.runs) and self.runs[-1].text[-1:].isdigit() and text[:1].isdigit()
        self._add(f" {text}" if joins else text)

    def _add_to_code(self, text: str) -> None:
        """Add a symbol, or the result of a field, to the code of the equation in which it stands."""
        waiting = next((field for field in reversed(self._host.fields) if not field.result), None)
        if waiting is not None and waiting.equation is not None:
            waiting.code += literal(text)

    def _note(self, element: Element) -> None:
        found = self._host.notes.reference(element)
        if found is None or self._passed_over():
            return
        mark, note = found
        if mark:
            self.runs += [Run(" ")] * bool(self.runs and self.runs[-1].script) + [Run(mark, "superscript")]
        self.notes.append((mark, note))

    def _alternatives(self, element: Element) -> None:
        for branch in chosen(element):
            before = self._progress()
            self._children(branch)
            if self._progress() != before:
                return

    def _progress(self) -> tuple[int, int, int]:
        return len(self.runs), len(self.boxes), self._host.left_out.total()

    def _graphic(self, element: Element) -> None:
        """Read the text boxes in a drawing, and count its pictures."""
        for child in element:
            match child.tag:
                case Tags.ALTERNATIVES:
                    self._graphic_alternatives(child)
                case Tags.BOX:
                    fields, self._host.fields = self._host.fields, []
                    self.boxes += self._host.blocks(child)
                    self._host.fields = fields
                case Tags.DIAGRAM:
                    lines = diagram_lines(self._host.package, self._host.part, child)
                    self.boxes += (Paragraph(line, listed=True) for line in lines)
                case Tags.WORD_ART:
                    self.boxes += [Paragraph(words)] if (words := child.get("string", "").strip()) else []
                case Tags.PICTURE | Tags.OLD_PICTURE:
                    self._host.left_out["image(s) without text"] += 1
                case Tags.CHART:
                    self._host.left_out["chart(s)"] += 1
                case _:
                    self._graphic(child)

    def _graphic_alternatives(self, element: Element) -> None:
        for branch in chosen(element):
            before = self._progress()
            self._graphic(branch)
            if self._progress() != before:
                return

    def _add(self, text: str) -> None:
        if self._host.fields and text:
            self._add_to_code(text)
        if not text or self._passed_over(blank=text.isspace()):
            return
        for field in self._host.fields:
            field.shown |= not text.isspace()
        if self._gap and text.startswith(" ") and (not self.runs or self.runs[-1].text.endswith((" ", "\n"))):
            text = text[1:]  # one of the two spaces around what was left out
        self._gap = False
        self._page_numbers += sum(field.is_page_number for field in self._host.fields)
        self.runs.append(Run(text, self._format.script or ""))

    def _passed_over(self, *, blank: bool = False) -> bool:
        """Whether the current run is not shown; each passage that is left out is counted once."""
        if not all(field.result and not field.done for field in self._host.fields):
            return True
        reason = "struck-out" if self._format.struck else "hidden" if self._format.hidden else ""
        if reason and reason != self._passed and not blank:
            self._host.left_out[f"{reason} passage(s)"] += 1
        self._passed = self._passed if blank else reason
        self._gap = self._gap or bool(reason)
        return bool(reason)


class Tags:
    """The elements of drawings that are read, or counted."""

    ALTERNATIVES = qualified("mc:AlternateContent")
    BOX = qualified("w:txbxContent")
    DIAGRAM = qualified("dgm:relIds")
    PICTURE = qualified("a:blip")
    OLD_PICTURE = qualified("v:imagedata")
    WORD_ART = qualified("v:textpath")
    CHART = qualified("c:chart")


def chosen(alternatives: Element) -> list[Element]:
    """The branches of alternative content, in order of preference."""
    fallback = qualified("mc:Fallback")
    return sorted(alternatives, key=lambda branch: bool(branch.tag == fallback))


def _form_field(begin: Element) -> str:
    """What a check box or a list of an old form shows; empty for other fields."""
    box = next(begin.iter(qualified("w:checkBox")), None)
    if box is not None:
        state = box.find(qualified("w:checked"))
        state = box.find(qualified("w:default")) if state is None else state
        return _TICKED if state is not None and is_on(state, default="1") else _EMPTY
    choices = next(begin.iter(qualified("w:ddList")), None)
    entries = [] if choices is None else choices.findall(qualified("w:listEntry"))
    number = value(choices, "w:result") or value(choices, "w:default") or "0"
    return entries[int(number)].get(_VALUE, "") if number.isdecimal() and int(number[:4]) < len(entries) else ""
