"""How long a passage takes to index, against another checkout of Quoth, within one run.

    git worktree add /tmp/before COMMIT
    OMP_NUM_THREADS=1 python -m tests.benchmarks.sizes.before_and_after /tmp/before FOLDER [--kinds pdf md] [--rounds 5]

The files of each kind under a folder are built into a new index by both checkouts in turn: parsed in their own process,
cut, embedded and stored. Each checkout runs in one process, whose first build, of another text, is not counted.
Printed are the passages of each, and the milliseconds a passage by the processor (this process and its parsers; other
load on the machine does not affect it) and by the clock: the median over the rounds of both, and of their ratios in
each round. A checkout with a ``.venv`` is run by its Python. The exit code is 1 if a ratio of processor time is above
1.1.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

MOST = 1.1  # times as long as before
_ENDINGS = {"html": (".html", ".htm", ".xhtml"), "md": (".md", ".markdown"), "txt": (".txt", ".text")}

Times = tuple[int, float, float]  # passages, seconds of the processor, seconds by the clock


class Checkout:
    """A checkout of Quoth, in whose code folders are built."""

    def __init__(self, root: Path) -> None:
        own = root / ".venv/bin/python"
        self._process = subprocess.Popen(
            [own if own.exists() else sys.executable, __file__, "--serve"],
            env={**os.environ, "PYTHONPATH": str(root), "HF_HUB_OFFLINE": "1"},
            cwd=root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def build(self, folder: Path, location: Path) -> Times:
        """Build a folder into a new index."""
        assert self._process.stdin and self._process.stdout
        print(folder, location, sep="\t", file=self._process.stdin, flush=True)
        passages, processor, clock = self._process.stdout.readline().split()
        shutil.rmtree(location)
        return int(passages), float(processor), float(clock)

    def end(self) -> None:
        """Let the process end."""
        self._process.communicate()


def serve() -> None:
    """Build what standard input names, with the index of this process's path; only what both checkouts have is used."""
    from index import DocumentIndex, Embedder, build

    embedder = Embedder()
    for line in sys.stdin:
        folder, location = map(Path, line.rstrip("\n").split("\t"))
        before, began = _processor(), time.perf_counter()
        build([folder], location, embedder=embedder)
        processor, clock = _processor() - before, time.perf_counter() - began
        with DocumentIndex.open(location, embedder=embedder) as opened:
            print(opened.status().chunks, processor, clock, flush=True)


def _processor() -> float:
    """Seconds of this process and of its children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def compare(kind: str, files: Sequence[Path], checkouts: Sequence[Checkout], rounds: int) -> float:
    """Print how long both take for the files of a kind; the median ratio of their processor times a passage."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "files")
        folder.mkdir()
        for number, file in enumerate(files):
            shutil.copy(file, folder / f"{number}-{file.name}")
        taken = [[checkout.build(folder, Path(place, "index")) for checkout in checkouts] for _ in range(rounds)]
    counts = [passages for passages, _, _ in taken[0]]
    print(f"{kind}: {len(files)} files, {counts[0]} passages before, {counts[1]} now")
    ratios = {}
    for position, clock in ((1, "processor"), (2, "clock")):
        each = [[1000 * times[position] / times[0] for times in pair] for pair in taken]
        before, now = (statistics.median(side) for side in zip(*each, strict=True))
        ratios[clock] = statistics.median(pair[1] / pair[0] for pair in each)
        spread = ", ".join(f"{pair[1] / pair[0]:.2f}" for pair in each)
        print(f"  {clock}: {before:.1f} and {now:.1f} ms a passage, ratio {ratios[clock]:.2f} ({spread})", flush=True)
    return ratios["processor"]


def main() -> int:
    """Compare the checkouts on each kind of file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", type=Path, help="the checkout that this one is compared with")
    parser.add_argument("folder", type=Path, help="a folder of files")
    parser.add_argument("--kinds", nargs="+", default=["pdf", "md", "docx", "html", "txt"])
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    checkouts = [Checkout(arguments.before.resolve()), Checkout(Path(__file__).resolve().parents[3])]
    with tempfile.TemporaryDirectory() as place:
        Path(place, "warm.txt").write_text("The lamp of the quay is lit at dusk.")
        for checkout in checkouts:
            checkout.build(Path(place, "warm.txt"), Path(place, "index"))
    found = sorted(path for path in arguments.folder.rglob("*") if path.is_file())
    slow = []
    for kind in arguments.kinds:
        files = [path for path in found if path.suffix.lower() in _ENDINGS.get(kind, (f".{kind}",))]
        if files and compare(kind, files, checkouts, arguments.rounds) > MOST:
            slow.append(kind)
    for checkout in checkouts:
        checkout.end()
    return 1 if slow else 0


if __name__ == "__main__":
    if sys.argv[1:] == ["--serve"]:
        serve()
    else:
        sys.exit(main())
