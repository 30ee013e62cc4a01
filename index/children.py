"""Starting child processes, which read files that may be hostile.

A child runs a module of these packages. It imports nothing from the current folder, gets no secrets from its parent's
environment, cannot use the network from Python, and is killed when its parent ends in any way.

The parent calls ``start_child``; the child runs this file as a script, and then the module.
"""

from __future__ import annotations

import ctypes
import os
import runpy
import signal
import subprocess
import sys
from pathlib import Path

_THIS = Path(__file__).resolve()
_PASSED = ("LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "TESSDATA_PREFIX", "TMPDIR", "TZ")
_THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_PR_SET_PDEATHSIG = 1
_NETWORK = frozenset(
    f"socket.{call}"
    for call in ("bind", "connect", "getaddrinfo", "gethostbyaddr", "gethostbyname", "getnameinfo", "sendmsg", "sendto")
)  # audit events


def start_child(module: str, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a module of our packages as a program, with pipes to its standard input and output.

    On Linux it is killed when the thread that called this function ends, so that thread must outlive it.
    """
    return subprocess.Popen(  # noqa: S603 - this program's own module
        # -I: neither the current folder nor PYTHONPATH is imported from.
        [sys.executable, "-I", str(_THIS), str(os.getpid()), module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={name: os.environ[name] for name in _PASSED if name in os.environ} | _THREADS,
        cwd="/",
        start_new_session=True,  # Ctrl-C goes to the parent only
    )


def _become(parent: int, module: str, *arguments: str) -> None:
    """In the child of ``parent``: apply the restrictions, then run the module as the main program."""
    _end_with(parent)
    sys.addaudithook(_stay_offline)
    packages = str(_THIS.parents[1])
    if packages not in sys.path:  # a checkout takes precedence over an installed copy
        sys.path.insert(0, packages)
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


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
    _become(int(sys.argv[1]), *sys.argv[2:])
