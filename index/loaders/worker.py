"""A process that parses files for its parent: requests on standard input, responses on standard output.

A message is its length in eight bytes, and JSON; never pickle, because a process that parses hostile files is not
trusted. ``index.children.start_child`` starts it with one argument, its memory limit in megabytes.
"""

from __future__ import annotations

import json
import os
import struct
import sys
from pathlib import Path
from typing import Any, BinaryIO

from index.errors import QuothError
from index.loaders.dispatch import load
from index.loaders.document_json import document_to_json

HEADER = struct.Struct(">Q")


def pack(message: dict[str, Any]) -> bytes:
    """A message as bytes, preceded by its length."""
    body = json.dumps(message).encode()
    return HEADER.pack(len(body)) + body


def main() -> None:
    """Respond to requests until the input ends."""
    responses = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # output that a parser prints must not mix with the responses
    _limit_memory(int(sys.argv[1]) * 1_000_000)
    while request := _read(sys.stdin.buffer):
        responses.write(pack(_respond(Path(request["path"]), Path(request["root"]), request["limit"])))
        responses.flush()


def _respond(path: Path, root: Path, limit: int) -> dict[str, Any]:
    try:
        return {"document": document_to_json(load(path, root, limit=limit))}
    except QuothError as error:
        return {"reason": str(error)}
    except MemoryError:
        return {"reason": "parsing it takes more memory than allowed (`parse_megabytes`)"}


def _read(stream: BinaryIO) -> dict[str, Any] | None:
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    return json.loads(stream.read(HEADER.unpack(header)[0]))  # type: ignore[no-any-return]


def _limit_memory(size: int) -> None:
    try:
        import resource
    except ImportError:  # not on this system
        return
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
