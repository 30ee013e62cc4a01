"""Messages as Outlook saves them (.msg): a small writer of compound files with MAPI properties."""

from __future__ import annotations

import datetime
import itertools
import struct
from collections.abc import Mapping, Sequence
from typing import Any

_SECTOR, _MINI = 512, 64
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_EPOCH = datetime.datetime(1601, 1, 1)

Tree = dict[str, Any]  # streams as bytes and storages as trees, by name


def msg_file(**content: Any) -> bytes:
    """A message with the content that ``_message`` takes."""
    return _compound(_message(32, **content))


def _message(
    header: int,
    *,
    subject: str = "",
    body: str = "",
    html: bytes = b"",
    rtf: bytes = b"",
    sender: tuple[str, str] | None = None,
    to: Sequence[tuple[str, str]] = (),
    cc: Sequence[tuple[str, str]] = (),
    sent: str = "",
    files: Mapping[str, bytes] | None = None,
    messages: Sequence[Mapping[str, Any]] = (),
) -> Tree:
    tree = _texts({"0037": subject, "1000": body} | ({"0C1A": sender[0], "5D01": sender[1]} if sender else {}))
    tree |= {f"__substg1.0_{tag}0102": value for tag, value in (("1013", html), ("1009", rtf)) if value}
    date = datetime.datetime.fromisoformat(sent) if sent else _EPOCH
    ticks = int((date - _EPOCH).total_seconds()) * 10_000_000
    tree["__properties_version1.0"] = bytes(header) + struct.pack("<HHIQ", 0x40, 0x39, 6, ticks)
    for number, (kind, (name, address)) in enumerate([(1, one) for one in to] + [(2, one) for one in cc]):
        tree[f"__recip_version1.0_#{number:08X}"] = _texts({"3001": name, "39FE": address}) | {
            "__properties_version1.0": bytes(8) + struct.pack("<HHIII", 3, 0x0C15, 6, kind, 0)
        }
    attached = [*(files or {}).items(), *(("", inner) for inner in messages)]
    for number, (name, inner) in enumerate(attached):
        data = {"__substg1.0_37010102": inner} if name else {"__substg1.0_3701000D": _message(24, **inner)}
        tree[f"__attach_version1.0_#{number:08X}"] = _texts({"3707": name}) | data
    return tree


def _texts(properties: Mapping[str, str]) -> Tree:
    return {f"__substg1.0_{tag}001F": value.encode("utf-16-le") for tag, value in properties.items() if value}


def _compound(root: Tree) -> bytes:
    """A compound file of version 3 whose streams, all small, lie in its mini stream."""
    entries: list[list[Any]] = []  # name, type, left, right, child, start, size
    mini = bytearray()
    mini_fat: list[int] = []

    def add(name: str, content: Tree | bytes, kind: int) -> int:
        number = len(entries)
        entries.append([name, kind, _FREE, _FREE, _FREE, _END, 0])
        if isinstance(content, bytes):
            sectors = -(-len(content) // _MINI)
            entries[number][5:] = [len(mini_fat) if sectors else _END, len(content)]
            mini_fat.extend([*range(len(mini_fat) + 1, len(mini_fat) + sectors), _END] if sectors else [])
            mini.extend(content.ljust(sectors * _MINI, b"\0"))
            return number
        children = [add(key, content[key], 1 if isinstance(content[key], dict) else 2) for key in _ordered(content)]
        for before, after in itertools.pairwise(children):
            entries[before][3] = after  # a list, which is a tree too
        entries[number][4] = children[0] if children else _FREE
        return number

    add("Root Entry", root, 5)
    fat: list[int] = []

    def chain(content: bytes) -> int:
        sectors = max(-(-len(content) // _SECTOR), 1)
        start = len(fat)
        fat.extend([*range(start + 1, start + sectors), _END])
        blocks.append(content.ljust(sectors * _SECTOR, b"\0"))
        return start

    blocks: list[bytes] = []
    entries[0][5:] = [chain(bytes(mini)), len(mini)]
    mini_start = chain(struct.pack(f"<{len(mini_fat)}I", *mini_fat).ljust(_SECTOR, b"\xff"))
    directory = chain(b"".join(_entry(*entry) for entry in entries))
    fat_start = len(fat)
    fat.append(_FAT)
    blocks.append(struct.pack(f"<{len(fat)}I", *fat).ljust(_SECTOR, b"\xff"))
    mini_sectors = -(-4 * len(mini_fat) // _SECTOR)
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", bytes(16), 0x3E, 3, 0xFFFE, 9, 6, bytes(6),
        0, 1, directory, 0, 4096, mini_start, mini_sectors, _END, 0, fat_start,
    )  # fmt: skip
    return header.ljust(_SECTOR, b"\xff") + b"".join(blocks)


def _ordered(tree: Tree) -> list[str]:
    return sorted(tree, key=lambda name: (len(name), name.upper()))


def _entry(name: str, kind: int, left: int, right: int, child: int, start: int, size: int) -> bytes:
    encoded = name.encode("utf-16-le") + b"\0\0"
    return struct.pack(
        "<64sHBBIII16sI8s8sIQ", encoded, len(encoded), kind, 1, left, right, child, bytes(16), 0, bytes(8), bytes(8),
        start, size,
    )  # fmt: skip
