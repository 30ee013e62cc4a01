"""A process that parses and chunks files for its parent: requests on standard input, responses on standard output.

A message is its length in eight bytes, and JSON; never pickle, because a process that parses hostile files is not
trusted. The first message has the tokenizer and the limits; each later one names a file, and the file's bytes follow
it. ``index.isolation.children.start_child`` starts the process.
"""

from __future__ import annotations

import json
import mimetypes
import os
import struct
import sys
from dataclasses import asdict
from typing import Any, BinaryIO

from tokenizers import Tokenizer

from index.chunking.chunker import Chunker
from index.errors import QuothError
from index.loaders.dispatch import parse
from index.loaders.document_json import document_to_json
from index.types import Chunk

HEADER = struct.Struct(">Q")
TOO_MUCH_MEMORY = "parsing it takes more memory than allowed (`parse_megabytes`)"


def pack(message: dict[str, Any]) -> bytes:
    """A message as bytes, preceded by its length."""
    body = json.dumps(message, ensure_ascii=False).encode("utf-8", "replace")
    return HEADER.pack(len(body)) + body


def main() -> None:
    """Respond to requests until the input ends."""
    mimetypes.knownfiles = []  # openpyxl asks for types of files, and this process may not read the system's list
    responses = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # output that a parser prints must not mix with the responses
    setup = _read(sys.stdin.buffer)
    if setup is None:
        return
    chunker = Chunker(Tokenizer.from_str(setup["tokenizer"]), setup["tokens"])
    while request := _read(sys.stdin.buffer):
        content = sys.stdin.buffer.read(request["bytes"])
        responses.write(_respond(content, request["path"], request["source"], chunker))
        responses.flush()


def _respond(content: bytes, path: str, source: str, chunker: Chunker) -> bytes:
    try:
        document, chunks = chunker.passages(parse(content, path, source))
        return pack({"document": document_to_json(document), "chunks": list(map(_fields, chunks))})
    except QuothError as error:
        return pack({"reason": str(error)})
    except MemoryError:
        return pack({"reason": TOO_MUCH_MEMORY})


def _fields(chunk: Chunk) -> dict[str, Any]:
    """A chunk without its text, which the parent has."""
    rows = asdict(chunk.rows) if chunk.rows else None
    place = {"start": chunk.start, "end": chunk.end, "page": chunk.page}
    return place | {"heading": chunk.heading, "context": chunk.context, "rows": rows}


def _read(stream: BinaryIO) -> dict[str, Any] | None:
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    return json.loads(stream.read(HEADER.unpack(header)[0]))  # type: ignore[no-any-return]


if __name__ == "__main__":
    main()
