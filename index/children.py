"""The one way in which a process of our own is started: for work on files that may harm whoever reads them.

A child runs a module of these packages. It imports nothing from the folder in which the program was started, knows no
secret of its parent's environment, reaches no network from Python, and ends when its parent does, however that ends.

This file is both sides: ``start`` is the parent's, and the child runs it as a script, by its path, before the module.
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


def start(module: str, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a module of our packages as a program, with pipes to its standard input and output.

    On Linux it is killed when the thread that starts it ends, so that thread must outlive it.
    """
    return subprocess.Popen(  # noqa: S603 - this program's own module
        # -I: neither the current folder nor PYTHONPATH is imported from.
        [sys.executable, "-I", str(_THIS), str(os.getpid()), module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={name: os.environ[name] for name in _PASSED if name in os.environ} | _THREADS,
        cwd="/",
        start_new_session=True,  # an interrupt from the keyboard is the parent's to handle
    )


def _become(parent: int, module: str, *arguments: str) -> None:
    """Run a module as this process, the child of ``parent``."""
    _end_with(parent)
    sys.addaudithook(_stay_offline)
    packages = str(_THIS.parents[1])
    if packages not in sys.path:  # a checkout, which comes before another that is installed
        sys.path.insert(0, packages)
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _end_with(parent: int) -> None:
    """Have the system kill this process when its parent ends, even in the middle of native code."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL))
    if os.getppid() != parent:  # it has ended already
        sys.exit("the parent has ended")


def _stay_offline(event: str, _: tuple[object, ...]) -> None:
    if event in _NETWORK:
        raise PermissionError(f"{event} is forbidden: this process reads files")


if __name__ == "__main__":
    _become(int(sys.argv[1]), *sys.argv[2:])
