"""Killed at any moment, a build leaves an index that opens, is sound, and lost nothing that was committed.

The short round is part of the suite; ``QUOTH_KILLS=200 pytest tests/index/test_crash.py`` goes on for longer.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from standin import HashEmbedder

from index import DocumentIndex, build, verify

VICTIM = Path(__file__).parent / "victim.py"
# Read from the process's own start: the shared fixtures take settings out of the environment.
KILLS = int(Path("/proc/self/environ").read_bytes().partition(b"QUOTH_KILLS=")[2].partition(b"\0")[0] or b"8")


def change(folder: Path, dice: random.Random) -> None:
    """Add, edit, rename and delete some of about twenty files."""
    for number in range(20):
        path, fate = folder / f"{number}.txt", dice.random()
        if not path.exists() or fate < 0.2:
            path.write_text(
                f"Document {number}, as of {dice.random()}. " + "It has a few words more. " * dice.randrange(90)
            )
        elif fate < 0.3:
            path.rename(folder / f"{number}-{dice.randrange(10**6)}.txt")
    for path in dice.sample(sorted(folder.glob("*.txt")), 3):
        path.unlink()


def contents(location: Path) -> dict[str, str]:
    with DocumentIndex.open(location, embedder=HashEmbedder()) as opened:
        return {record.path: opened.text(record.id) for record in opened.documents()}


def start(location: Path, folder: Path, *arguments: str, rebuild: bool = False) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(VICTIM.parent), *sys.path])}
    if rebuild:
        environment["REBUILD"] = "1"
    command = [sys.executable, str(VICTIM), str(location), str(folder), *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def assert_whole(location: Path, before: dict[str, str], folder: Path) -> None:
    """The index is sound; each document is as it was, or as its file is now; what never changed is there."""
    report = verify(location)
    assert report.problems == ()
    now = {path.name: path.read_text() for path in folder.glob("*.txt")}
    found = contents(location)
    for path, text in found.items():
        assert text in (before.get(path), now.get(path))
    for path, text in now.items():
        assert before.get(path) != text or found.get(path) == text, "committed and unchanged, yet lost"
    if found:
        with DocumentIndex.open(location, embedder=HashEmbedder()) as opened:
            assert opened.search("document as of")


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("rebuild", [False, True], ids=["build", "rebuild"])
def test_killing_a_build_at_every_step_keeps_the_index(tmp_path: Path, rebuild: bool) -> None:
    location, folder, dice = tmp_path / "index", tmp_path / "files", random.Random(1)
    folder.mkdir()
    change(folder, dice)
    build([folder], location, embedder=HashEmbedder())
    for event in sorted(dice.sample(range(1, 60), max(3, KILLS // 8))):
        before = contents(location)
        change(folder, dice)
        start(location, folder, str(event), rebuild=rebuild).communicate(timeout=120)
        assert_whole(location, before, folder)
    assert build([folder], location, embedder=HashEmbedder()).documents == len(list(folder.iterdir()))
    assert contents(location) == {path.name: path.read_text() for path in folder.iterdir()}
    assert verify(location).sound


@pytest.mark.timeout(7200)
def test_killing_a_build_at_any_moment_keeps_the_index(tmp_path: Path) -> None:
    location, folder, dice = tmp_path / "index", tmp_path / "files", random.Random(2)
    folder.mkdir()
    change(folder, dice)
    began = time.monotonic()
    start(location, folder).communicate(timeout=120)
    whole = time.monotonic() - began
    for _ in range(KILLS):
        before = contents(location)
        change(folder, dice)
        victim = start(location, folder, rebuild=dice.random() < 0.3)
        time.sleep(whole * (0.4 + 0.8 * dice.random()))
        victim.kill()
        victim.communicate()
        assert_whole(location, before, folder)
    build([folder], location, embedder=HashEmbedder())
    assert contents(location) == {path.name: path.read_text() for path in folder.iterdir()}
