"""What the kernel denies to the processes that read files; skipped only where it does not offer Landlock."""

from __future__ import annotations

import ctypes
import json
import platform
import signal
import socket
import sys
from pathlib import Path

import pytest

from index.isolation.children import start_child

ATTACK = """
import ctypes, json, os, sys
import index, numpy, lxml.html, docx, pypdfium2  # what a parser needs can be imported
libc = ctypes.CDLL(None, use_errno=True)
x86 = os.uname().machine == "x86_64"
target, document, port = {target!r}, {document!r}, {port}

word = ctypes.create_string_buffer(8)
place = (ctypes.c_size_t * 2)(ctypes.addressof(word), 8)

def outcome(attempt):
    try:
        return attempt()
    except OSError as error:
        return type(error).__name__

def connect():
    descriptor = libc.socket(2, 1, 0)
    return "reached" if descriptor >= 0 and os.getpid() else "PermissionError"

def call(number, *arguments):
    if libc.syscall(number, *arguments) >= 0:
        return "done"
    raise OSError(ctypes.get_errno(), "")

attempts = {{
    "write": lambda: open(target, "w").write("x"),
    "grow": lambda: os.write(os.open(document, os.O_WRONLY), b"x"),
    "remove": lambda: os.unlink(document),
    "rename": lambda: os.rename(document, target),
    "change a package": lambda: os.close(os.open(index.__file__, os.O_WRONLY)) or "opened",
    "read a document": lambda: open(document).read(5),
    "read a password": lambda: open("/etc/passwd").read(5),
    "read the parent's secrets": lambda: open(f"/proc/{{os.getppid()}}/environ", "rb").read(5).decode(),
    "list": lambda: os.listdir(os.path.dirname(document)),
    "network": connect,
    "program": lambda: os.execv("/bin/true", ["true"]),
    "another program": lambda: call(322 if x86 else 281, -100, b"/bin/true", None, None, 0),
    "signal": lambda: os.kill(os.getppid(), 0),
    "signal, by seccomp": lambda: os.kill(os.getpid(), 0),
    "tracing": lambda: call(101 if x86 else 117, 0, 0, 0, 0),
    "memory of a process": lambda: call(310 if x86 else 270, os.getpid(), place, 1, place, 1, 0),
    "calls by a ring": lambda: call(425, 1, ctypes.create_string_buffer(120)),
    "a descriptor of the parent": lambda: call(438, 0, 0, 0),
    "the network by x32's numbers": lambda: call(0x40000000 | 41, 2, 1, 0) if x86 else call(198, 2, 1, 0),
}}
print(json.dumps({{name: outcome(attempt) for name, attempt in attempts.items()}}), flush=True)
"""


SOCKET_OF_I386 = """
import ctypes, mmap
code = b"\\xb8\\x67\\x01\\x00\\x00\\xcd\\x80\\xc3"  # mov eax, 359; int 0x80; ret
page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
page.write(code)
print("before", flush=True)
ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
print("after", flush=True)
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


@pytest.mark.skipif(platform.machine() != "x86_64", reason="another architecture has no such calls")
def test_a_child_that_calls_the_kernel_as_another_architecture_is_killed() -> None:
    child = start_child("timeit", "-n1", "-r1", SOCKET_OF_I386, megabytes=700)
    output, _ = child.communicate(timeout=60)
    assert output.split() == [b"before"]
    assert child.returncode in (-signal.SIGSYS, -signal.SIGSEGV)  # the latter where the kernel has no such calls at all


def test_a_child_has_limits_of_memory_files_and_writing() -> None:
    code = "import resource as r, json; print(json.dumps([r.getrlimit(getattr(r, 'RLIMIT_' + n))[1] for n in "
    code += "('AS', 'FSIZE', 'CORE', 'NOFILE')]), flush=True)"
    output, _ = start_child("timeit", "-n1", "-r1", code, megabytes=700).communicate(timeout=60)
    assert json.loads(output.splitlines()[0]) == [700_000_000, 0, 0, 256]
