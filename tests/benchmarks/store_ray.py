"""Documents built by Ray while its processes are killed: ``store_ray.py 20000 [folder|milvus]``.

So many short documents are indexed by two workers into a folder and into a Milvus Lite file. When the first of them are
committed a worker is killed, at three eighths the process that builds; the run is then repeated to its end. Afterwards
every document must be there once, with its own text and its own passage; how many the second run embedded is told, and
the addresses at which Ray's processes listened.
"""

from __future__ import annotations

import datetime
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from index import DocumentIndex, IndexSettings, Progress, build, verify
from index.ingestion.ray_engine import RayEngine
from index.stores.locate import open_store
from tests.support import open_addresses
from tests.support.processes import process_tree

WORKERS = 2


def text_of(number: int) -> str:
    return f"Entry {number} lies on shelf {number * 7919 % 97}."


def drive(folder: str, place: str, most: str) -> None:
    """Build, and say how many documents are committed; what this prints is read by the process that kills it."""
    done = [0]

    def tell(step: Progress) -> None:
        done[0] = step.done if step.step == "parse" else done[0]
        if step.step == "commit" and step.done:
            print("committed", done[0], flush=True)

    os.environ["RAY_worker_niceness"] = "0"  # noqa: SIM112 - as nice as the rest; Ray's own default is 15 more
    settings = IndexSettings(commit_chunks=int(most))
    report = build([Path(folder)], place, settings=settings, engine=RayEngine(workers=WORKERS), progress=tell)
    print("embedded", report.embedded, flush=True)


def kill_a_worker(driver: int) -> bool:
    for process in process_tree(driver):
        try:
            if Path(f"/proc/{process}/cmdline").read_bytes().startswith(b"ray::MapWorker"):
                os.kill(process, signal.SIGKILL)
                return True
        except (FileNotFoundError, ProcessLookupError):
            continue
    return False


def lines_of(driver: subprocess.Popen[str]) -> Iterator[tuple[str, int]]:
    assert driver.stdout is not None
    for line in driver.stdout:
        word, _, number = line.strip().partition(" ")
        if word in {"committed", "embedded"}:
            yield word, int(number)


def run(count: int, folder: Path, place: str) -> str:
    command = [sys.executable, __file__, "--drive", str(folder), place, str(min(512, count // 16))]
    killed, heard = 0, set()
    first = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    for _, done in lines_of(first):
        heard |= open_addresses.listening_addresses(process_tree(first.pid))
        if not killed:
            killed += kill_a_worker(first.pid)
        elif killed and done >= 3 * count // 8:
            first.kill()
            break
    assert first.wait() == -signal.SIGKILL and killed, "it ended before it was killed"
    began = time.monotonic()
    second = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    embedded = int(second.stdout.rpartition("embedded")[2])
    with open_store(place).reader() as reader:
        records = reader.records()
        texts = reader.texts([record.id for record in records])
    assert sorted(record.path for record in records) == sorted(f"{n}.txt" for n in range(count))
    assert all(texts[record.id] == text_of(int(record.path.removesuffix(".txt"))) for record in records)
    report = verify(place)
    assert report.sound and report.documents == report.chunks == count, report
    with DocumentIndex.open(place) as opened:
        found = opened.search(f"On which shelf does entry {count - 1} lie?")[0].document.path
    return (
        f"{killed} worker killed, then the process that builds (exit {first.returncode}); the second run embedded "
        f"{embedded:,} of {count:,}; checked after {time.monotonic() - began:.0f} s; {len(records):,} documents and "
        f"{report.chunks:,} passages, none lost, none doubled, every text its file's, every promise kept; "
        f"the last one is found: {found == f'{count - 1}.txt'}; Ray listened on {', '.join(sorted(map(str, heard)))}"
    )


def main(count: int, stores: list[str]) -> None:
    print(f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}, {count:,} documents, {WORKERS} workers", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "documents")
        folder.mkdir()
        for number in range(count):
            (folder / f"{number}.txt").write_text(text_of(number))
        for store in stores:
            place = str(Path(scratch, "index.db" if store == "milvus" else "index"))
            print(f"{store:7}", run(count, folder, place), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "--drive":
        drive(*sys.argv[2:])
    else:
        main(int(sys.argv[1]), sys.argv[2:] or ["folder", "milvus"])
