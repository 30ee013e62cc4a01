"""What is written onto a PDF page beside its own text: form fields, free text, and notes."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from index.loaders.decoding import canonical
from index.loaders.pdf.layout import Box

TICKED, NOT_TICKED = "☒", "☐"

_MOST = 5_000  # annotations of a page
_COMMENTS = (
    pdfium_c.FPDF_ANNOT_TEXT, pdfium_c.FPDF_ANNOT_HIGHLIGHT, pdfium_c.FPDF_ANNOT_UNDERLINE,
    pdfium_c.FPDF_ANNOT_SQUIGGLY, pdfium_c.FPDF_ANNOT_STRIKEOUT, pdfium_c.FPDF_ANNOT_CARET, pdfium_c.FPDF_ANNOT_INK,
    pdfium_c.FPDF_ANNOT_LINE, pdfium_c.FPDF_ANNOT_SQUARE, pdfium_c.FPDF_ANNOT_CIRCLE, pdfium_c.FPDF_ANNOT_POLYGON,
    pdfium_c.FPDF_ANNOT_POLYLINE, pdfium_c.FPDF_ANNOT_STAMP,
)  # fmt: skip
_BOXES = (pdfium_c.FPDF_FORMFIELD_CHECKBOX, pdfium_c.FPDF_FORMFIELD_RADIOBUTTON)
_VALUES = (pdfium_c.FPDF_FORMFIELD_TEXTFIELD, pdfium_c.FPDF_FORMFIELD_COMBOBOX, pdfium_c.FPDF_FORMFIELD_LISTBOX)
_PASSWORD = 1 << 13  # flag of a text field
_HIDDEN = pdfium_c.FPDF_ANNOT_FLAG_HIDDEN | pdfium_c.FPDF_ANNOT_FLAG_NOVIEW


@dataclass(frozen=True, slots=True)
class Annotation:
    """A text that is written onto a page; its name is for where no label is printed beside it."""

    text: str
    box: Box
    name: str = ""
    is_tick: bool = False
    is_note: bool = False  # a comment, not part of the page


def read_annotations(page: pdfium.PdfPage) -> list[Annotation]:
    """The filled form fields, tick boxes, free texts and notes of a page; those on marked words are notes too."""
    form = page.formenv.raw if page.formenv else None
    found: list[Annotation] = []
    for position in range(min(pdfium_c.FPDFPage_GetAnnotCount(page), _MOST)):
        annotation = pdfium_c.FPDFPage_GetAnnot(page, position)
        if annotation:
            found += _read(annotation, form)
            pdfium_c.FPDFPage_CloseAnnot(annotation)
    return found


def _read(annotation: pdfium_c.FPDF_ANNOTATION, form: pdfium_c.FPDF_FORMHANDLE | None) -> Iterator[Annotation]:
    kind = pdfium_c.FPDFAnnot_GetSubtype(annotation)
    if kind not in (pdfium_c.FPDF_ANNOT_WIDGET, pdfium_c.FPDF_ANNOT_FREETEXT, *_COMMENTS):
        return
    if pdfium_c.FPDFAnnot_GetFlags(annotation) & _HIDDEN:
        return
    if kind == pdfium_c.FPDF_ANNOT_WIDGET:
        if form is not None:
            yield from _field(annotation, form)
        return
    text = _string(lambda *rest: pdfium_c.FPDFAnnot_GetStringValue(annotation, b"Contents", *rest))
    if text:
        yield Annotation(text, _box(annotation), is_note=kind in _COMMENTS)


def _field(annotation: pdfium_c.FPDF_ANNOTATION, form: pdfium_c.FPDF_FORMHANDLE) -> Iterator[Annotation]:
    kind = pdfium_c.FPDFAnnot_GetFormFieldType(form, annotation)
    name = _string(lambda *rest: pdfium_c.FPDFAnnot_GetFormFieldAlternateName(form, annotation, *rest))
    name = name or _string(lambda *rest: pdfium_c.FPDFAnnot_GetFormFieldName(form, annotation, *rest))
    if kind in _BOXES:
        mark = TICKED if pdfium_c.FPDFAnnot_IsChecked(form, annotation) else NOT_TICKED
        yield Annotation(mark, _box(annotation), name, is_tick=True)
    elif kind in _VALUES:
        secret = kind == pdfium_c.FPDF_FORMFIELD_TEXTFIELD and (
            pdfium_c.FPDFAnnot_GetFormFieldFlags(form, annotation) & _PASSWORD
        )
        value = _string(lambda *rest: pdfium_c.FPDFAnnot_GetFormFieldValue(form, annotation, *rest))
        if value and not secret:
            yield Annotation(value, _box(annotation), name)


def _string(read: Callable[..., int]) -> str:
    """A string that pdfium writes into a buffer of UTF-16, on one line."""
    size = read(None, 0)
    if size <= 2:
        return ""
    buffer = (ctypes.c_ushort * (size // 2))()
    read(buffer, size)
    return " ".join(canonical(bytes(buffer).decode("utf-16-le", "replace")).replace("\0", "").split())


def _box(annotation: pdfium_c.FPDF_ANNOTATION) -> Box:
    rectangle = pdfium_c.FS_RECTF()
    pdfium_c.FPDFAnnot_GetRect(annotation, rectangle)
    low, high = sorted((rectangle.bottom, rectangle.top))
    return Box(rectangle.left, low, rectangle.right, high)
