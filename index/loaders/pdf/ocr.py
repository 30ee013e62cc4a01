"""Text recognition in scanned pages, by Tesseract from the extra ``formats`` with this machine's language data."""

from __future__ import annotations

import asyncio
import importlib.util
import io
import os
from pathlib import Path

import pypdfium2 as pdfium

LANGUAGE = "eng"
_SCALE = 200 / 72  # 200 dots per inch, a good resolution for Tesseract
_MAX_SIDE = 4000.0  # pixels; limits pages that declare a huge size
_FOLDERS = (
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
)


def missing() -> str:
    """What must be installed before scans can be read, for a message; empty when nothing is missing."""
    if importlib.util.find_spec("xberg") is None:
        return "the extra `formats` (pip install 'quoth[formats]') and Tesseract's data (apt install tesseract-ocr-eng)"
    return "" if _language_data() else "Tesseract's data (apt install tesseract-ocr-eng)"


def lines_on(page: pdfium.PdfPage) -> list[str]:
    """The recognised lines of text in a scanned page; none when there is no text.

    Call it only when ``missing()`` is empty: without language data the library tries to download it.
    """
    from xberg import ExtractInput, ExtractionConfig, OcrConfig, TesseractConfig, extract

    tesseract = TesseractConfig(language=[LANGUAGE], output_format="text", use_cache=False)
    recognition = OcrConfig(language=[LANGUAGE], tesseract_config=tesseract, tessdata_path=str(_language_data()))
    config = ExtractionConfig(use_cache=False, output_format="plain", ocr=recognition)
    source = ExtractInput(kind="bytes", bytes=_rendered(page), mime_type="image/png", filename="page.png")
    try:
        results = asyncio.run(extract(source, config)).results
    except RuntimeError:  # only this page fails
        return []
    return [line for result in results for line in result.content.splitlines()]


def _rendered(page: pdfium.PdfPage) -> bytes:
    """A page as a greyscale PNG."""
    scale = min(_SCALE, _MAX_SIDE / max(page.get_size()))
    file = io.BytesIO()
    page.render(scale=scale, grayscale=True).to_pil().save(file, "PNG")
    return file.getvalue()


def _language_data() -> Path | None:
    """The folder with the language data; None when there is none."""
    folders = (os.environ.get("TESSDATA_PREFIX", ""), *_FOLDERS)
    return next((Path(f) for f in folders if f and Path(f, f"{LANGUAGE}.traineddata").is_file()), None)
