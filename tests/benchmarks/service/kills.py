"""Kills the service repeatedly while it rebuilds or takes an upload, and checks that nothing is lost.

    python -m tests.benchmarks.service.kills --kills 20

Every round changes all documents, starts the service, starts a rebuild (or, every third time, an upload), and kills the
service at a random moment of the time that the rebuild takes undisturbed. Then the index must be sound and have every
document as it was in one of the rounds. After the last round, a rebuild must bring all documents up to date.
"""

from __future__ import annotations

import argparse
import datetime
import http.client
import os
import random
import shutil
import signal
import tempfile
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

from index import DocumentIndex, build, verify
from tests.benchmarks.service.load import serving
from tests.support.paths import SEEDS

DOCUMENTS = 60
OURS = {f"{k}.txt" for k in range(DOCUMENTS)}
BOUNDARY = "boundary"


def write(folder: Path, number: int) -> None:
    """Change every document; each states the round."""
    for k in range(DOCUMENTS):
        text = f"In round {number} the tree {k} of the alley was {k % 40} metres tall and had {number} rings. "
        (folder / f"{k}.txt").write_text(text * 10)


def ask(url: str, path: str, body: bytes = b"", kind: str = "application/json") -> None:
    """Send a request; the service may be killed before it answers."""
    request = urllib.request.Request(url + path, body, {"Content-Type": kind}, method="POST")
    with suppress(OSError, http.client.HTTPException), urllib.request.urlopen(request, timeout=60) as answered:
        answered.read()


def await_models(url: str) -> None:
    """Wait until the models are loaded, so that the time of a rebuild does not include loading."""
    while True:
        with suppress(urllib.error.HTTPError), urllib.request.urlopen(f"{url}/readyz", timeout=60):
            return
        time.sleep(0.05)


def disturb(url: str, number: int) -> None:
    """Start a rebuild, or every third time an upload."""
    if number % 3:
        ask(url, "/v1/rebuild")
        return
    disposition = 'Content-Disposition: form-data; name="file"; filename="handed-in.txt"'
    body = f"--{BOUNDARY}\r\n{disposition}\r\n\r\n{f'Handed in at round {number}. ' * 4_000}\r\n--{BOUNDARY}--\r\n"
    ask(url, "/v1/documents", body.encode(), f"multipart/form-data; boundary={BOUNDARY}")


def examine(index: Path, number: int) -> str:
    """What the index has lost up to a round; empty if nothing."""
    report = verify(index)
    if not report.sound:
        return f"the index is not sound: {report.problems}"
    with DocumentIndex.open(index) as opened:
        texts = {record.path: opened.text(record.id) for record in opened.documents()}
    missing = OURS - texts.keys()
    torn = [path for path, text in texts.items() if path in OURS and not _whole(text, number)]
    return f"missing {sorted(missing)}, torn {torn}" if missing or torn else ""


def _whole(text: str, number: int) -> bool:
    """Whether a document is as it was in one of the rounds."""
    rounds = {line.split(" ", 1)[0] for line in text.split("In round ")[1:]}
    return len(rounds) <= 1 and all(int(one) <= number for one in rounds)


def undisturbed(index: Path, number: int) -> float:
    """One round without a kill: its seconds, from the request on."""
    with serving(index) as (url, _):
        await_models(url)
        began = time.perf_counter()
        disturb(url, number)
        return time.perf_counter() - began


def kill(index: Path, number: int, after: float) -> None:
    """One round in which the service is killed ``after`` so many seconds from the request."""
    with serving(index) as (url, pid):
        await_models(url)
        left_over = list((index / "uploads").glob(".*.part"))
        assert not left_over, f"left over from the kill before: {left_over}"
        writing = threading.Thread(target=disturb, args=(url, number))
        writing.start()
        time.sleep(after)
        os.kill(pid, signal.SIGKILL)
    writing.join()


def main() -> None:
    """Run the rounds, then rebuild undisturbed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    kills = parser.parse_args().kills
    os.environ["QUOTH_COMMIT_CHUNKS"] = "10"  # so that most kills come after a commit and before the last one
    dice, lost, committed = random.Random(17), 0, 0
    with tempfile.TemporaryDirectory(prefix="quoth-kills-") as name:
        folder, index = Path(name) / "documents", Path(name) / "index"
        shutil.copytree(SEEDS, folder)
        write(folder, -2)
        build([folder], index)
        whole = {}
        for number in (-1, 0):  # a rebuild, then a file handed in
            write(folder, number)
            whole[number % 3 == 0] = undisturbed(index, number)
            if wrong := examine(index, number):
                raise SystemExit(f"before any kill: {wrong}")
        print(f"undisturbed: a rebuild {whole[False]:.1f} s, a file {whole[True]:.1f} s", flush=True)
        with DocumentIndex.open(index) as opened:
            before = opened.revision
        for number in range(1, kills + 1):
            write(folder, number)
            after = dice.uniform(0, whole[number % 3 == 0])
            kill(index, number, after)
            wrong = examine(index, number)
            lost += bool(wrong)
            with DocumentIndex.open(index) as opened:
                committed += opened.revision > before
                before = opened.revision
            print(f"round {number}: killed after {after:.2f} s, revision {before}; {wrong or 'sound'}", flush=True)
        build([], index)
        wrong = examine(index, kills)
        with DocumentIndex.open(index) as opened:
            ours = [record for record in opened.documents() if record.path in OURS]
            stale = sum(f"In round {kills} " not in opened.text(record.id) for record in ours)
    print(f"{datetime.date.today()}: {kills} kills, {committed} of them after a commit; losses: {lost}")
    print(f"after an undisturbed rebuild: {wrong or 'sound'}, {stale} documents out of date")


if __name__ == "__main__":
    main()
