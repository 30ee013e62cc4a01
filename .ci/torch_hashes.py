"""Give torch, in lock files, the hashes of its files on PyPI and on its own index for processors.

Both have builds of one version under the same requirement (``torch==2.13.0`` admits ``2.13.0+cpu``), and a person may
install from either. Usage: ``torch_hashes.py requirements.lock ...``, by ``make lock``.
"""

from __future__ import annotations

import re
import sys
import urllib.request
from pathlib import Path

INDEXES = ("https://pypi.org/simple/torch/", "https://download.pytorch.org/whl/cpu/torch/")
FILE = r"/torch-{version}(?:(?:%2B|\+)cpu)?-cp311-[^\"#]*\.whl#sha256=([0-9a-f]{{64}})"
BLOCK = re.compile(r"^(torch==([0-9.]+)).*(?:\n    --hash.*)*", re.MULTILINE)


def hashes_of(version: str) -> list[str]:
    """The sha256 of every file of this version, for Python 3.11, on both indexes."""
    pages = [urllib.request.urlopen(index, timeout=60).read().decode() for index in INDEXES]  # noqa: S310
    pattern = re.compile(FILE.format(version=re.escape(version)))
    found = [set(pattern.findall(page)) for page in pages]
    if not all(found):
        raise SystemExit(f"an index has no file of torch {version} for Python 3.11")
    return sorted(set().union(*found))


def main(files: list[str]) -> None:
    """Rewrite the lines of torch in the files."""
    for file in map(Path, files):
        text = file.read_text(encoding="utf-8")
        block = BLOCK.search(text)
        if block is None:
            raise SystemExit(f"{file} has no torch")
        lines = " \\\n".join([block[1], *(f"    --hash=sha256:{digest}" for digest in hashes_of(block[2]))])
        file.write_text(text[: block.start()] + lines + text[block.end() :], encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
