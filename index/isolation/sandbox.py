"""What the kernel denies to a child process: writing files, reading most of them, the network, and other programs.

Linux offers two ways that need no privileges. Landlock (since 5.13) limits which files can be opened, and since 6.7
TCP. seccomp filters system calls. Both last for the life of the process, cover threads that it starts later, and are
applied before native libraries start any. This module imports nothing of these packages, because it runs before them.

No maintained library exists for either (in 2026), and both interfaces are stable parts of the kernel's ABI.
"""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from collections.abc import Iterable

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2

# Landlock: system calls have the same numbers on every architecture.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_RULE_PATH_BENEATH, _VERSION = 1, 1
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_FS_RIGHTS = {1: 13, 2: 14, 3: 15, 5: 16}  # the number of file rights that each version of the ABI knows
_NET_SINCE, _NET_RIGHTS = 4, 0b11  # binding and connecting TCP sockets
_SCOPE_SINCE, _SCOPES = 6, 0b11  # abstract Unix sockets of, and signals to, other processes

# seccomp: numbers of the calls that are denied, by machine.
_DENIED = {
    "x86_64": {
        "socket": 41, "connect": 42, "sendto": 44, "sendmsg": 46, "bind": 49, "listen": 50, "execve": 59, "kill": 62,
        "ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311, "execveat": 322, "io_uring_setup": 425,
        "pidfd_getfd": 438,
    },
    "aarch64": {
        "ptrace": 117, "kill": 129, "socket": 198, "bind": 200, "listen": 201, "connect": 203, "sendto": 206,
        "sendmsg": 211, "execve": 221, "process_vm_readv": 270, "process_vm_writev": 271, "execveat": 281,
        "io_uring_setup": 425, "pidfd_getfd": 438,
    },
}  # fmt: skip
_ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32_BIT = 0x40000000  # of the calls of x86_64's 32-bit ABI, which have numbers of their own
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # BPF instructions
_ALLOW, _DENY, _KILL = 0x7FFF0000, 0x00050001, 0x80000000  # _DENY: the call fails with EPERM


class _Ruleset(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


class _Instruction(ctypes.Structure):
    _fields_ = (("code", ctypes.c_uint16), ("jt", ctypes.c_uint8), ("jf", ctypes.c_uint8), ("k", ctypes.c_uint32))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("filter", ctypes.POINTER(_Instruction)))


def confine(readable: Iterable[str], listed: Iterable[str] = ()) -> tuple[str, ...]:
    """Deny this process what it does not need; it keeps what it has open.

    It reads only below the places ``readable``, and sees names below ``listed``, where Python looks for packages.
    Returns what holds now: "files" (no file is written, few can be read), "network", "programs"; nothing where the
    kernel offers neither way.
    """
    if sys.platform != "linux":
        return ()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return ()
    limits_files = _restrict_files(libc, readable, listed)
    filters_calls = _filter_calls(libc)
    return (*(("files",) if limits_files else ()), *(("network", "programs") if filters_calls else ()))


def _restrict_files(libc: ctypes.CDLL, readable: Iterable[str], listed: Iterable[str]) -> bool:
    """Apply Landlock; False where the kernel does not offer it."""
    version = libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION)
    if version < 1:
        return False
    rights = (1 << max(count for since, count in _FS_RIGHTS.items() if since <= version)) - 1
    net = _NET_RIGHTS if version >= _NET_SINCE else 0
    handled = _Ruleset(rights, net, _SCOPES if version >= _SCOPE_SINCE else 0)
    size = 24 if version >= _SCOPE_SINCE else 16 if version >= _NET_SINCE else 8
    ruleset = libc.syscall(_CREATE_RULESET, ctypes.byref(handled), ctypes.c_size_t(size), 0)
    if ruleset < 0:
        return False
    try:
        for path in readable:
            _allow(libc, ruleset, path, _EXECUTE | _READ_FILE | _READ_DIR)
        for path in listed:
            _allow(libc, ruleset, path, _READ_DIR)
        _allow(libc, ruleset, os.devnull, _READ_FILE | _WRITE_FILE)
        return bool(libc.syscall(_RESTRICT_SELF, ruleset, 0) == 0)
    finally:
        os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, path: str, rights: int) -> None:
    """Allow something below a path, if it exists; a file has no rights of folders."""
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)  # type: ignore[attr-defined, unused-ignore]
    except OSError:
        return
    try:
        allowed = rights if os.path.isdir(path) else rights & ~_READ_DIR  # noqa: PTH112 (no pathlib this early)
        rule = _PathBeneath(allowed, place)
        libc.syscall(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(place)


def _filter_calls(libc: ctypes.CDLL) -> bool:
    """Apply the seccomp filter; False on another machine than those known, or without seccomp."""
    machine = platform.machine()
    if machine not in _DENIED:
        return False
    denied = sorted(_DENIED[machine].values())
    # Each jump skips the rest of the comparisons; the last three instructions are allow, deny, kill.
    code = [(_LOAD, 0, 0, 4), (_EQUAL, 0, len(denied) + 4, _ARCHITECTURE[machine]), (_LOAD, 0, 0, 0)]
    code.append((_AT_LEAST, len(denied) + 1, 0, _X32_BIT))
    code += [(_EQUAL, len(denied) - position, 0, number) for position, number in enumerate(denied)]
    code += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _DENY), (_RETURN, 0, 0, _KILL)]
    instructions = (_Instruction * len(code))(*(_Instruction(*one) for one in code))
    program = _Program(len(code), instructions)
    return bool(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) == 0)
