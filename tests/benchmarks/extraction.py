"""How much of the text on which two other programs agree is read, and in the same order.

    apt-get install poppler-utils pandoc mupdf-tools docx2txt odt2txt w3m
    python -m tests.benchmarks.extraction FOLDER

Of each format at most ``--most`` files of the folder are taken, evenly spread over their sorted paths. Two programs
read each: pdftotext and mutool a PDF, pandoc and docx2txt, odt2txt or w3m the others; of plain text the words are
known. The longest sequence of words that both have is what they agree on, and the share of it that Quoth's text has
in the same order is printed for each file and format, with Quoth's own ``coverage``. A file of which under 90% is
read without a warning is named at the end; then the exit code is 1. Of long files the first 20,000 words are
compared.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import tempfile
import unicodedata
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz.distance import LCSseq

from index import Document, QuothError, load

LEAST_WORDS, MOST_WORDS = 30, 20_000
LEAST_SHARE = 0.9  # of the agreed words, below which a file needs a warning
_WORD = re.compile(r"[^\W_]+")
_DIVIDED = re.compile(r"[-\u00ad\u2010]\s*\n\s*|\u00ad")

Words = list[str]
Reader = Callable[[Path], str]


@dataclass(frozen=True, slots=True)
class Result:
    """What was read of one file."""

    path: Path
    agreed: int  # words
    read: int  # of them, in the same order
    document: Document

    @property
    def share(self) -> float:
        """The share of the agreed words that was read."""
        return self.read / self.agreed


def words(text: str) -> Words:
    """The words of a text as they are compared: in NFKC and small letters, without hyphens at the ends of lines."""
    return _WORD.findall(unicodedata.normalize("NFKC", _DIVIDED.sub("", text)).casefold())


def output(*command: str | Path) -> str:
    """What a program prints. Raises CalledProcessError."""
    done = subprocess.run(list(map(str, command)), capture_output=True, check=True, timeout=300)
    return done.stdout.decode("utf-8", "replace")


def pandoc(path: Path) -> str:
    """The text of a file by pandoc."""
    return output("pandoc", "--to=plain", "--wrap=none", path)


def w3m(path: Path) -> str:
    """The text of a page by w3m."""
    return output("w3m", "-dump", "-cols", "10000", "-T", "text/html", "-O", "utf-8", path)


def chapters(path: Path) -> str:
    """The text of an e-book by w3m, page by page in the order of the archive."""
    with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as folder:
        pages = [name for name in archive.namelist() if name.endswith(("html", "htm"))]
        return "\n".join(w3m(Path(archive.extract(name, folder))) for name in pages)


def pdftotext(path: Path) -> str:
    """The text of a PDF by poppler."""
    return output("pdftotext", path, "-")


def mutool(path: Path) -> str:
    """The text of a PDF by MuPDF."""
    return output("mutool", "draw", "-q", "-F", "txt", path)


READERS: dict[str, tuple[Reader, Reader]] = {
    ".pdf": (pdftotext, mutool),
    ".docx": (pandoc, lambda path: output("docx2txt", path, "-")),
    ".odt": (pandoc, lambda path: output("odt2txt", "--encoding=UTF-8", path)),
    ".html": (pandoc, w3m),
    ".epub": (pandoc, chapters),
    ".txt": (Path.read_text, Path.read_text),
}


def in_common(one: Words, other: Words) -> Words:
    """The longest sequence of words that both have."""
    return [
        word
        for block in LCSseq.opcodes(one, other)
        if block.tag == "equal"
        for word in one[block.src_start : block.src_end]
    ]


def measure(path: Path) -> Result | None:
    """What was read of a file; None if the two programs agree on fewer than 30 words."""
    first, second = (words(read(path))[:MOST_WORDS] for read in READERS[path.suffix])
    agreed = in_common(first, second)
    if len(agreed) < LEAST_WORDS:
        return None
    document = load(path)
    return Result(path, len(agreed), LCSseq.similarity(agreed, words(document.text)[: 2 * MOST_WORDS]), document)


def chosen(folder: Path, suffix: str, most: int) -> list[Path]:
    """At most so many files of a type, evenly spread over their sorted paths."""
    found = sorted(path for path in folder.rglob(f"*{suffix}") if path.is_file())
    return found[:: max(1, -(-len(found) // most))]


def shown(result: Result) -> str:
    """A line about a file."""
    document = result.document
    coverage = "" if document.coverage is None else f"{document.coverage:.1%}"
    warnings = "; ".join(document.warnings)[:100]
    return f"{result.share:7.1%} {coverage:>7} {result.agreed:6} words {result.path.name} {warnings}"


def total(name: str, results: Sequence[Result]) -> str:
    """A line about several files."""
    read, agreed = sum(one.read for one in results), sum(one.agreed for one in results)
    least = min(one.share for one in results)
    return f"{name}: {read / agreed:.2%} of {agreed:,} words in {len(results)} files, of one at least {least:.1%}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the shares; 1 if much of a file was lost in silence."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--most", type=int, default=15, help="files of a format (default: 15)")
    options = parser.parse_args(arguments)
    results: dict[str, list[Result]] = {suffix: [] for suffix in READERS}
    for suffix, measured in results.items():
        for path in chosen(options.folder, suffix, options.most):
            try:
                result = measure(path)
            except (QuothError, subprocess.SubprocessError, OSError, UnicodeDecodeError) as error:
                print(f"not compared: {path.name}: {error}")
                continue
            if result:
                measured.append(result)
                print(shown(result), flush=True)
    everything = [one for measured in results.values() for one in measured]
    print(*(total(suffix, measured) for suffix, measured in results.items() if measured), sep="\n")
    print(total("all", everything))
    silent = [one for one in everything if one.share < LEAST_SHARE and not one.document.warnings]
    print(*(f"lost in silence: {one.path}" for one in silent), sep="\n")
    return int(bool(silent))


if __name__ == "__main__":
    raise SystemExit(main())
