"""Starting child processes, which read files that may be hostile.

A child runs a module of these packages. It gets what it reads by its standard input. It imports nothing from the
current folder, gets no secrets from its parent's environment, has limits of memory and of open files, writes no file,
and is killed when its parent ends in any way. Where the kernel allows it (``index.isolation.sandbox``), it can neither
read other files than Python's and the system's, nor use the network, nor start programs; elsewhere only Python's own
network calls are refused.

The parent calls ``start_child``; the child runs this file as a script, and then the module.
"""

from __future__ import annotations

import ctypes
import os
import runpy
import signal
import subprocess
import sys
import sysconfig
import types
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_THIS = Path(__file__).resolve()
_PASSED = ("LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "TESSDATA_PREFIX", "TMPDIR", "TZ")
_THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_PR_SET_PDEATHSIG = 1
_NETWORK = frozenset(
    f"socket.{call}"
    for call in ("bind", "connect", "getaddrinfo", "gethostbyaddr", "gethostbyname", "getnameinfo", "sendmsg", "sendto")
)  # audit events


_PACKAGES = ("index", "qa", "ui")
_SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/etc/fonts", "/etc/ld.so.cache", "/nix/store", "/dev/urandom")
_OPEN_FILES = 256


def start_child(module: str, *arguments: str, megabytes: int) -> subprocess.Popen[bytes]:
    """Start a module of our packages as a program, with pipes to its standard input and output.

    It may map at most so many ``megabytes`` of memory. On Linux it is killed when the thread that called this function
    ends, so that thread must outlive it.
    """
    return subprocess.Popen(  # noqa: S603 - this program's own module
        # -I: neither the current folder nor PYTHONPATH is imported from.
        [sys.executable, "-I", str(_THIS), str(os.getpid()), str(megabytes), module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={name: os.environ[name] for name in _PASSED if name in os.environ} | _THREADS,
        cwd="/",
        start_new_session=True,  # Ctrl-C goes to the parent only
    )


def _become(parent: int, megabytes: int, module: str, *arguments: str) -> None:
    """In the child of ``parent``: apply the restrictions, then run the module as the main program."""
    _end_with(parent)
    _limit(megabytes * 1_000_000)
    # Before any other import, because a library may start threads, which would not be confined.
    runpy.run_path(str(_THIS.with_name("sandbox.py")))["confine"](_readable(), [str(_THIS.parents[2])])
    sys.addaudithook(_stay_offline)
    packages = str(_THIS.parents[2])
    if packages not in sys.path:  # a checkout takes precedence over an installed copy
        sys.path.insert(0, packages)
    if module.startswith("index."):
        # Without the package's own __init__, which imports everything and makes every start three times as long.
        package = types.ModuleType("index")
        package.__path__ = [str(_THIS.parents[1])]
        sys.modules["index"] = package
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _readable() -> Iterator[str]:
    """The places that a child reads from: Python, its packages, ours, and the system's libraries and fonts."""
    yield from (str(_THIS.parents[2] / package) for package in _PACKAGES)
    yield from {sys.prefix, sys.base_prefix, sys.exec_prefix, *sysconfig.get_paths().values()}
    yield from (*_SYSTEM, *filter(None, [os.environ.get("TESSDATA_PREFIX")]))
    yield from os.environ.get("LD_LIBRARY_PATH", "").split(":")


def _limit(size: int) -> None:
    """Limit memory, writing and open files, where the system has such limits."""
    try:
        import resource
    except ImportError:
        return
    limits = {"AS": size, "CORE": 0, "FSIZE": 0, "NOFILE": _OPEN_FILES}
    for name, limit in limits.items():
        with suppress(AttributeError, ValueError, OSError):
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (limit, limit))


def _end_with(parent: int) -> None:
    """Ask the kernel to kill this process when its parent ends, even inside native code."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL))
    if os.getppid() != parent:  # it ended before prctl took effect
        sys.exit("the parent has ended")


def _stay_offline(event: str, _: tuple[object, ...]) -> None:
    if event in _NETWORK:
        raise PermissionError(f"{event} is forbidden: this process reads files")


if __name__ == "__main__":
    _become(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
