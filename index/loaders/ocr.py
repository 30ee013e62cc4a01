"""Text in scanned pages, by the Tesseract of the extra ``formats`` with this machine's language data."""

from __future__ import annotations

import asyncio
import importlib.util
import io
import os
from pathlib import Path

import pypdfium2 as pdfium

LANGUAGE = "eng"
_SCALE = 200 / 72  # 200 dots per inch, which Tesseract reads well
_LARGEST = 4000.0  # pixels on the longer side, whatever size the page declares
_FOLDERS = (
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
)


def missing() -> str:
    """What must be installed before scans can be read, in words; empty when nothing is missing."""
    if importlib.util.find_spec("xberg") is None:
        return "the extra `formats` (pip install 'quoth[formats]') and Tesseract's data (apt install tesseract-ocr-eng)"
    return "" if _language_data() else "Tesseract's data (apt install tesseract-ocr-eng)"


def lines_on(page: pdfium.PdfPage) -> list[str]:
    """The lines of text in a scanned page; none when no text is recognised.

    Call it only when ``missing()`` is empty: without language data the library would try to download it.
    """
    from xberg import ExtractInput, ExtractionConfig, OcrConfig, TesseractConfig, extract

    tesseract = TesseractConfig(language=[LANGUAGE], output_format="text", use_cache=False)
    recognition = OcrConfig(language=[LANGUAGE], tesseract_config=tesseract, tessdata_path=str(_language_data()))
    config = ExtractionConfig(use_cache=False, output_format="plain", ocr=recognition)
    source = ExtractInput(kind="bytes", bytes=_rendered(page), mime_type="image/png", filename="page.png")
    try:
        results = asyncio.run(extract(source, config)).results
    except RuntimeError:  # concerns this page only
        return []
    return [line for result in results for line in result.content.splitlines()]


def _rendered(page: pdfium.PdfPage) -> bytes:
    """A page as a grey PNG."""
    scale = min(_SCALE, _LARGEST / max(page.get_size()))
    file = io.BytesIO()
    page.render(scale=scale, grayscale=True).to_pil().save(file, "PNG")
    return file.getvalue()


def _language_data() -> Path | None:
    """The folder with the language data."""
    folders = (os.environ.get("TESSDATA_PREFIX", ""), *_FOLDERS)
    return next((Path(f) for f in folders if f and Path(f, f"{LANGUAGE}.traineddata").is_file()), None)
