"""Killed at any moment, a build leaves an index that opens, is sound, and lost nothing that was committed.

The short round is part of the suite; ``pytest test_crash.py --kills 200 -s`` kills that many builds and
rebuilds at random moments, and one before the first and the last of every kind of step.
"""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from index import DocumentIndex, IndexNotFoundError, build, verify
from tests.support.build_server import UPLOADED, BuildRequest, BuildServer, uploaded
from tests.support.hash_embedder import HashEmbedder
from ui.service.uploads import Uploads, digest_of

EVERY_STEP = 100  # --kills from which every kind of step is tried


@pytest.fixture
def builds(tmp_path: Path) -> Iterator[BuildServer]:
    (tmp_path / "files").mkdir()
    started = BuildServer(tmp_path / "index", tmp_path / "files")
    change(started.folder, random.Random(1))
    yield started
    started.close()


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
def test_killing_a_build_at_every_step_keeps_the_index(builds: BuildServer, rebuild: bool, kills: int) -> None:
    dice, kept = random.Random(3), builds.location.with_name("kept")
    build([builds.folder], builds.location, embedder=HashEmbedder())
    before = contents(builds.location)
    change(builds.folder, dice)
    shutil.copytree(builds.location, kept)
    steps, _ = builds.run_uninterrupted(rebuild=rebuild)
    tried = steps if kills >= EVERY_STEP else dice.sample(steps, kills // 3)
    for step in tried:
        shutil.rmtree(builds.location)
        shutil.copytree(kept, builds.location)
        assert builds.run(BuildRequest(rebuild=rebuild, killed_before=step)) < 0
        assert_whole(builds.location, before, builds.folder)
        if kills >= EVERY_STEP:
            assert_all_taken_in(builds)
    print(f"\n{len(tried)} killed, before: {', '.join(f'{name} ({time})' for name, time in tried)}")
    assert_all_taken_in(builds)


@pytest.mark.timeout(3600)
def test_killing_the_first_build_at_every_step_leaves_no_index_or_a_sound_one(builds: BuildServer, kills: int) -> None:
    steps, _ = builds.run_uninterrupted()
    making = [step for step in steps if step[0].startswith("CREATE") or step == ("os.rename .new", 1)]
    assert len(making) > 5
    for step in steps if kills >= EVERY_STEP else random.Random(4).sample(making, kills // 6):
        shutil.rmtree(builds.location)
        assert builds.run(BuildRequest(killed_before=step)) < 0
        with suppress(IndexNotFoundError):
            assert_whole(builds.location, {}, builds.folder)
        assert_all_taken_in(builds)


@pytest.mark.timeout(3600)
def test_killing_the_replacement_of_an_upload_at_every_step_keeps_one_of_both(builds: BuildServer, kills: int) -> None:
    kept, uploads = builds.location.with_name("kept"), Uploads(builds.location, most_bytes=0)
    old, dice = "The mill was built in 1887. " * 90, random.Random(5)
    assert builds.run(BuildRequest(upload=old)) == 0
    shutil.copytree(builds.location, kept)
    for new in ("The mill burnt down in 1901. " * 90, ""):
        steps, _ = builds.run_uninterrupted(upload=new)
        for step in steps if kills >= EVERY_STEP else dice.sample(steps, kills // 6):
            shutil.rmtree(builds.location)
            shutil.copytree(kept, builds.location)
            assert builds.run(BuildRequest(upload=new, killed_before=step)) < 0
            uploads.clear()
            left = uploads.recover(lambda: uploaded(builds.location))
            uploads.index_again(left, lambda sources: build(sources, builds.location, embedder=HashEmbedder()))
            assert contents(builds.location)[UPLOADED].strip() in (old.strip(), (new or old).strip())
            assert uploaded(builds.location)[UPLOADED] == digest_of(uploads.folder / UPLOADED)
            assert verify(builds.location).sound


@pytest.mark.timeout(7200)
def test_killing_a_build_at_any_moment_keeps_the_index(builds: BuildServer, kills: int) -> None:
    dice = random.Random(2)
    began = time.monotonic()
    builds.run(BuildRequest(rebuild=True))
    whole = time.monotonic() - began
    killed = 0
    for _ in range(kills):
        before = contents(builds.location)
        change(builds.folder, dice)
        began = time.monotonic()
        code = builds.run(BuildRequest(rebuild=dice.random() < 0.5, killed_after=whole * dice.random()))
        killed += code < 0
        if code == 0:  # it ended by itself, and on a machine that is less busy now it takes less time
            whole = min(whole, time.monotonic() - began)
        assert_whole(builds.location, before, builds.folder)
    print(f"\n{kills} times, {killed} of them before the end")
    assert killed
    assert_all_taken_in(builds)


def assert_all_taken_in(builds: BuildServer) -> None:
    """The next build brings everything up to date."""
    build([builds.folder], builds.location, embedder=HashEmbedder())
    assert contents(builds.location) == {path.name: path.read_text() for path in builds.folder.iterdir()}
    assert verify(builds.location).sound
