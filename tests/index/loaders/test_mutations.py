"""Files spoilt at random never crash, hang or silence the parent: each is parsed or reported.

The suite tries a few of each format; ``pytest tests/index/loaders/test_mutations.py --mutations 400`` tries more.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from index import Embedder, Failure, IndexSettings
from index.ingestion.ingest import Chunked
from index.ingestion.parsing import parsed
from index.ingestion.sources import SourceFile
from tests.support.samples.files import FORMATS
from tests.support.samples.office_files import OFFICE_FORMATS

SECTIONS = [("Origins", "The tower was begun in 1173. " * 20), ("Repairs", "It was closed for “repairs” (1990–2001).")]


def spoil(content: bytes, dice: random.Random) -> bytes:
    """One of the ways in which files come to grief."""
    spoilt = bytearray(content)
    match dice.randrange(6):
        case 0:  # flipped bits
            for _ in range(dice.randrange(1, 40)):
                spoilt[dice.randrange(len(spoilt))] ^= 1 << dice.randrange(8)
        case 1:  # cut off
            del spoilt[dice.randrange(len(spoilt)) :]
        case 2:  # a piece missing
            start = dice.randrange(len(spoilt))
            del spoilt[start : start + dice.randrange(1, 200)]
        case 3:  # a piece repeated
            start = dice.randrange(len(spoilt))
            spoilt[start:start] = spoilt[start : start + 300] * dice.randrange(1, 50)
        case 4:  # noise in the middle
            start = dice.randrange(len(spoilt))
            spoilt[start : start + 50] = dice.randbytes(50)
        case 5:  # numbers made enormous
            for digit in b"123":
                spoilt = spoilt.replace(bytes([digit]), b"999999999", dice.randrange(1, 5))
    return bytes(spoilt)


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("suffix", [*FORMATS, *OFFICE_FORMATS])
def test_damaged_files_are_parsed_or_reported(tmp_path: Path, suffix: str, embedder: Embedder, mutations: int) -> None:
    dice, content = random.Random(suffix), (FORMATS | OFFICE_FORMATS)[suffix](SECTIONS)
    files = []
    for number in range(mutations):
        (tmp_path / f"{number}{suffix}").write_bytes(spoilt := spoil(content, dice))
        files.append(SourceFile(str(tmp_path), f"{number}{suffix}", str(hash(spoilt))))
    results = list(parsed(files, IndexSettings(parse_seconds=20), embedder.tokenizer))
    assert sorted(item.path for item in results) == sorted(file.path for file in files)
    for item in results:
        if isinstance(item, Failure):
            assert item.reason
            assert "Traceback" not in item.reason
        else:
            assert isinstance(item, Chunked)
            assert all(item.document.text[chunk.start : chunk.end] == chunk.text for chunk in item.chunks)
