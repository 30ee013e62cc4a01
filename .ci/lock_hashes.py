"""Adds to the pins of lock files the hashes of their files, as PyPI's index gives them.

torch has two homes: PyPI's build for Linux needs CUDA's packages, that of torch's own CPU index does not. Its line has
the hashes of both, of which pip takes either. What PyPI's build needs besides stands, with its hashes, in a lock file
of its own (``requirements-cuda.lock``), which is installed where that build was: pip downloads those packages once to
find them, 3 GB, since the index does not say what a file needs.

The CPU index is asked for its hashes. Where it cannot be reached, as where these were recorded, RECORDED is taken: the
first was computed from the file itself; the other two were not, but are what several public projects' lock files agree
on (nixpkgs' torch-bin among them). Its build for macOS is PyPI's file; those for s390x and for Windows on ARM are not
recorded, so pip refuses them.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

INDEX, CPU_INDEX = "https://pypi.org/simple", "https://download.pytorch.org/whl/cpu"
CUDA_LOCK = "requirements-cuda.lock"
PIN = re.compile(r"([A-Za-z0-9._-]+)==(\S+) *(#.*)?")
OTHER_PYTHON = re.compile(r"-(cp2\d|cp3\d|cp310|py2|pp\w+|graalpy\w+)-(?!abi3)[^-]+-[^-]+\.whl$")
RECORDED = {
    "2.13.0": {
        "6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b",  # linux x86_64
        "84453b69508ec79902f899c5ed9495acb9e2bbe9fda5f1d5d6f19e3c3842e1a7",  # linux aarch64
        "10717d8b3b67c45a4788bf7ffc0bab1ea1e5ebbedd24466be6100102d141fac1",  # win_amd64
    }
}


def hashed(line: str) -> str:
    """A line of a lock file with the hashes of its package's files; any other line as it is."""
    pin = PIN.fullmatch(line)
    if pin is None:
        return line
    name, version, comment = pin.groups()
    hashes = of_pypi(name, version) | (of_cpu_index(version) if name == "torch" else set())
    return entry(f"{name}=={version}", hashes, comment)


def entry(requirement: str, hashes: set[str], comment: str) -> str:
    """What a lock file says of a package."""
    return " \\\n    ".join((requirement, *(f"--hash=sha256:{one}" for one in sorted(hashes)))) + f"\n    {comment}"


def of_pypi(name: str, version: str) -> set[str]:
    """The hashes of a version's files for Python 3.11 and later."""
    answer = httpx.get(f"{INDEX}/{name}/", headers={"Accept": "application/vnd.pypi.simple.v1+json"}, timeout=60)
    answer.raise_for_status()
    spelling = re.sub("[-_.]+", "[-_.]+", name)
    wanted = re.compile(rf"{spelling}-{re.escape(version)}(-.*\.whl|\.tar\.gz|\.zip)", re.IGNORECASE)
    files = [one for one in answer.json()["files"] if wanted.fullmatch(one["filename"])]
    hashes = {one["hashes"]["sha256"] for one in files if not OTHER_PYTHON.search(one["filename"])}
    return hashes or sys.exit(f"{INDEX} has no file of {name} {version}")


def of_cpu_index(version: str) -> set[str]:
    """The hashes of a version of torch as its CPU index gives them, or else those recorded."""
    try:
        answer = httpx.get(f"{CPU_INDEX}/torch/", timeout=20, follow_redirects=True)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        sys.stderr.write(f"{CPU_INDEX} cannot be asked ({error}): the recorded hashes of torch are taken\n")
        return RECORDED.get(version) or sys.exit(f"none are recorded for torch {version}: run this where it can be")
    wanted = rf'/(torch-{re.escape(version)}%2Bcpu-[^"#]+\.whl)#sha256=([0-9a-f]{{64}})"'
    found = re.findall(wanted, answer.text)
    return {one for file, one in found if not OTHER_PYTHON.search(file)} or sys.exit(f"{CPU_INDEX} has no such torch")


def cuda_pins(torch: str, others: set[str]) -> list[tuple[str, str]]:
    """Names and versions of what PyPI's torch needs on Linux, besides ``others``. Pip's own settings are left out."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--report", "-"]
    settings = {"PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": "", "PIP_EXTRA_INDEX_URL": "", "PIP_INDEX_URL": INDEX}
    report = subprocess.run(  # noqa: S603 - pip of this environment
        [*command, torch], env=os.environ | settings, check=True, stdout=subprocess.PIPE, text=True
    )
    found = [one["metadata"] for one in json.loads(report.stdout)["install"]]
    pins = [(re.sub("[-_.]+", "-", one["name"]).lower(), one["version"]) for one in found]
    return sorted(pin for pin in pins if pin[0] not in others)


def name_of(line: str) -> str | None:
    """The package that a line pins."""
    pin = PIN.match(line)
    return pin and pin[1]


def write(file: Path, lines: list[str], hashes: Callable[[str], str]) -> None:
    """Write the lines of a lock file, each with its hashes."""
    with ThreadPoolExecutor(8) as threads:
        file.write_text("\n".join(threads.map(hashes, lines)) + "\n")


if __name__ == "__main__":
    files = {file: file.read_text().rstrip().splitlines() for file in map(Path, sys.argv[1:])}
    pinned = {name for lines in files.values() for line in lines if (name := name_of(line))}
    torch = next(line.split()[0] for lines in files.values() for line in lines if name_of(line) == "torch")
    cuda = cuda_pins(torch, {one for one in pinned if not re.match("nvidia-|cuda-|triton$", one)})
    of_cuda = {name for name, _ in cuda}  # where PyPI's torch was found when the others were locked, they have them too
    for file, lines in files.items():
        write(file, [line for line in lines if name_of(line) not in of_cuda], hashed)
    linux = [f"{name}=={version}" for name, version in cuda]
    marker = ' ; platform_system == "Linux"'
    write(Path(CUDA_LOCK), linux, lambda pin: entry(pin + marker, of_pypi(*pin.split("==")), "# via torch"))
