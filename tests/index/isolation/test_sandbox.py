"""What the kernel denies to the processes that read files; skipped only where it does not offer Landlock."""

from __future__ import annotations

import ctypes
import json
import os
import socket
import sys
from pathlib import Path

import pytest

from index.isolation.children import start_child
from tests.support.paths import SEEDS

ATTACK = """
import ctypes, json, os, sys
import index, numpy, lxml.html, docx, pypdfium2  # what a parser needs can be imported
libc = ctypes.CDLL(None, use_errno=True)
target, document, port = {target!r}, {document!r}, {port}

def outcome(attempt):
    try:
        return attempt()
    except OSError as error:
        return type(error).__name__

def connect():
    descriptor = libc.socket(2, 1, 0)
    return "reached" if descriptor >= 0 and os.getpid() else "PermissionError"

attempts = {{
    "write": lambda: open(target, "w").write("x"),
    "grow": lambda: os.write(os.open(document, os.O_WRONLY), b"x"),
    "remove": lambda: os.unlink(document),
    "rename": lambda: os.rename(document, target),
    "read a document": lambda: open(document).read(5),
    "read a password": lambda: open("/etc/passwd").read(5),
    "read the parent's secrets": lambda: open(f"/proc/{{os.getppid()}}/environ", "rb").read(5).decode(),
    "list": lambda: os.listdir(os.path.dirname(document)),
    "network": connect,
    "program": lambda: os.execv("/bin/true", ["true"]),
    "signal": lambda: os.kill(os.getppid(), 0),
}}
print(json.dumps({{name: outcome(attempt) for name, attempt in attempts.items()}}), flush=True)
"""


def has_landlock() -> bool:
    return sys.platform == "linux" and ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), 1) > 0


@pytest.mark.skipif(not has_landlock(), reason="this kernel has no Landlock")
def test_a_child_cannot_write_read_other_files_connect_or_start_programs(tmp_path: Path) -> None:
    document = tmp_path / "document.txt"
    document.write_text("Secret words.")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        attack = ATTACK.format(target=str(tmp_path / "written"), document=str(document), port=port)
        output, _ = start_child("timeit", "-n1", "-r1", attack, megabytes=2000).communicate(timeout=120)
    outcomes = json.loads(output.splitlines()[0])
    assert outcomes == dict.fromkeys(outcomes, "PermissionError")
    assert document.read_text() == "Secret words."
    assert not (tmp_path / "written").exists()


def test_a_child_has_limits_of_memory_files_and_writing() -> None:
    code = "import resource as r, json; print(json.dumps([r.getrlimit(getattr(r, 'RLIMIT_' + n))[1] for n in "
    code += "('AS', 'FSIZE', 'CORE', 'NOFILE')]), flush=True)"
    output, _ = start_child("timeit", "-n1", "-r1", code, megabytes=700).communicate(timeout=60)
    assert json.loads(output.splitlines()[0]) == [700_000_000, 0, 0, 256]


def test_only_one_function_starts_processes() -> None:
    """Of the product; Ray and uvicorn start none here."""
    root = SEEDS.parent
    started = [
        str(path.relative_to(root))
        for package in ("index", "qa", "ui")
        for path in (root / package).rglob("*.py")
        if any(
            word in path.read_text() for word in ("subprocess.Popen(", "subprocess.run(", "os.fork", "multiprocessing")
        )
    ]
    assert started == [str(Path("index", "isolation", "children.py"))]
    assert os.name == "posix"
