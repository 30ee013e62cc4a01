"""Processes of this machine, read from /proc."""

from __future__ import annotations

import os
import select
import shutil
from pathlib import Path

import pytest


def process_tree(process: int) -> set[int]:
    """The ids of a process and of all its descendants."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):  # it ended meanwhile
            continue
    found = {process}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def is_running(process: int) -> bool:
    """Whether a process exists and has not ended; one that has ended but was not yet waited for is not running."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False


def ends_within(process: int, seconds: float) -> bool:
    """Whether a process, of whatever parent, ends in time."""
    try:
        ended = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([ended], [], [], seconds)[0])
    finally:
        os.close(ended)


def bound_by_permissions() -> list[str]:
    """A prefix for a command, which then runs without root's right to read and write everything."""
    if os.getuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("root without setpriv cannot give up its rights")
    rights = "-dac_override,-dac_read_search"
    return ["setpriv", f"--bounding-set={rights}", f"--inh-caps={rights}"]
