"""Adds to the pins of lock files the hashes of their files, as PyPI's index gives them.

torch is left a comment: its own index has other builds of the same version than PyPI, which need other packages, and
pip takes hashes for all packages of a file or for none. The Makefile installs it afterwards, in the version pinned.
"""

from __future__ import annotations

import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

INDEX = "https://pypi.org/simple"
PIN = re.compile(r"([A-Za-z0-9._-]+)==(\S+) *(#.*)?")
OTHER_PYTHON = re.compile(r"-(cp2\d|cp3\d|cp310|py2|pp\w+|graalpy\w+)-(?!abi3)[^-]+-[^-]+\.whl$")


def hashed(line: str) -> str:
    """A line of a lock file with the hashes of its package's files; torch's as a comment, any other line as it is."""
    pin = PIN.fullmatch(line)
    if pin is None:
        return line
    name, version, comment = pin.groups()
    if name == "torch":
        return f"# {line}"
    answer = httpx.get(f"{INDEX}/{name}/", headers={"Accept": "application/vnd.pypi.simple.v1+json"}, timeout=60)
    answer.raise_for_status()
    spelling = re.sub("[-_.]+", "[-_.]+", name)
    wanted = re.compile(rf"{spelling}-{re.escape(version)}(-.*\.whl|\.tar\.gz|\.zip)", re.IGNORECASE)
    files = [one for one in answer.json()["files"] if wanted.fullmatch(one["filename"])]
    hashes = sorted({one["hashes"]["sha256"] for one in files if not OTHER_PYTHON.search(one["filename"])})
    if not hashes:
        sys.exit(f"{INDEX} has no file of {name} {version}")
    return " \\\n    ".join((f"{name}=={version}", *(f"--hash=sha256:{one}" for one in hashes))) + f"\n    {comment}"


if __name__ == "__main__":
    for file in map(Path, sys.argv[1:]):
        with ThreadPoolExecutor(8) as threads:
            file.write_text("\n".join(threads.map(hashed, file.read_text().splitlines())) + "\n")
