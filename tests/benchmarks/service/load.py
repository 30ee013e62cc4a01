"""The service under load: one client, fifty clients, half of its highest rate, and fifty clients during a rebuild.

    apt-get install wrk
    python -m tests.benchmarks.service.load --seconds 120

Serves an index of 2,000 documents on this machine, so that every question finds ten passages, asks with wrk, and prints
rate, latency, statuses and memory of each phase. In the last phase all 2,000 documents are parsed and embedded again.
Only the ratios at the end are comparable between machines.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from index import build
from qa.evaluation.questions import DEMO_QUESTIONS, read_gold
from tests.benchmarks.measuring import resident_megabytes
from tests.support.paths import SEEDS

CROWD = 50
REBUILT = 2000  # documents that change before the last phase
# The script for wrk; its arguments are the file of questions and the pause between two questions in milliseconds.
WRK_SCRIPT = r"""
local questions, at, pause = {}, 0, 0
counted = {}

function init(args)
  for line in io.lines(args[1]) do questions[#questions + 1] = line end
  pause = tonumber(args[2] or "0")
  math.randomseed(17)
  at = math.random(#questions)
end

-- Random, with the given pause as its mean, so that the clients do not ask at the same moments.
function delay() return math.floor(2 * pause * math.random()) end

function request()
  at = at % #questions + 1
  return wrk.format("POST", "/v1/answer", { ["Content-Type"] = "application/json" }, questions[at])
end

function response(status)
  counted[status] = (counted[status] or 0) + 1
end

local threads = {}
function setup(thread) threads[#threads + 1] = thread end

function done(summary, latency)
  local seconds = summary.duration / 1e6
  io.write(string.format('{"rate": %.2f, "p50": %.1f, "p95": %.1f, "p99": %.1f, "lost": %d, "statuses": {',
    summary.requests / seconds, latency:percentile(50) / 1e3, latency:percentile(95) / 1e3,
    latency:percentile(99) / 1e3, summary.errors.connect + summary.errors.read + summary.errors.write))
  local first = true
  for _, thread in ipairs(threads) do
    for status, count in pairs(thread:get("counted") or {}) do
      io.write(string.format('%s"%d": %d', first and "" or ", ", status, count))
      first = false
    end
  end
  io.write("}}\n")
end
"""


@dataclass(frozen=True)
class Phase:
    """The figures of one phase."""

    name: str
    rate: float  # answers a second
    p50: float  # ms
    p95: float
    lost: int  # broken connections
    statuses: dict[str, int]
    megabytes: float  # resident memory at the end
    cores: float  # processor seconds of the service per second

    @property
    def failed(self) -> int:
        """Requests with a status other than 200 and 503, or with a broken connection."""
        return self.lost + sum(count for status, count in self.statuses.items() if status not in {"200", "503"})

    def row(self) -> str:
        """One line of the table."""
        statuses = ", ".join(f"{count} x {status}" for status, count in sorted(self.statuses.items()))
        figures = f"{self.rate:8.2f} {self.p50:9.0f} {self.p95:9.0f} {self.megabytes:9.0f} {self.cores:9.2f}"
        return f"{self.name:<28}{figures}  {statuses}{f', {self.lost} lost' if self.lost else ''}"


@contextmanager
def serving(index: Path) -> Iterator[tuple[str, int]]:
    """The URL and the process id of a service over an index."""
    command = [str(Path(sys.executable).parent / "quoth"), "chat", "--port", "0", "--index", str(index), "--json"]
    with (
        tempfile.TemporaryFile("w+") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as process,
    ):
        assert process.stdout is not None
        try:
            told = process.stdout.readline()
            if not told:
                log.seek(0)
                raise SystemExit(f"the service ended with {process.wait()} before it served:\n{log.read()}")
            yield json.loads(told)["url"], process.pid
        finally:
            process.send_signal(signal.SIGTERM)


def processor_seconds(pid: int) -> float:
    """Processor time of a process and of the children that it has waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:15]) / os.sysconf("SC_CLK_TCK")


def ask(name: str, url: str, pid: int, questions: Path, *, clients: int, seconds: float, pause: float = 0) -> Phase:
    """Ask with ``clients`` for some seconds; each pauses so many milliseconds between two questions."""
    command = [
        "wrk",
        "-t1",
        f"-c{clients}",
        f"-d{seconds:.0f}s",
        "--timeout",
        "120s",
        "-s",
        str(script_for(questions)),
        url,
    ]
    began, used = time.perf_counter(), processor_seconds(pid)
    done = subprocess.run([*command, "--", str(questions), str(pause)], capture_output=True, text=True, check=True)
    cores = (processor_seconds(pid) - used) / (time.perf_counter() - began)
    found = json.loads(done.stdout.splitlines()[-1])
    del found["p99"]
    phase = Phase(name=name, megabytes=resident_megabytes(pid), cores=cores, **found)
    print(phase.row(), flush=True)
    return phase


def script_for(questions: Path) -> Path:
    """Write the script for wrk beside the questions."""
    script = questions.with_suffix(".lua")
    script.write_text(WRK_SCRIPT, encoding="utf-8")
    return script


def plant(folder: Path, planted: str) -> None:
    """Write the documents; another word for ``planted`` changes all of them."""
    for number in range(REBUILT):
        text = f"Tree {number} of the alley was {planted} in {1700 + number % 300} and is {number % 40} metres tall. "
        (folder / f"{number}.txt").write_text(text * 8)


def rebuild(url: str, folder: Path) -> threading.Thread:
    """Change the documents and start a rebuild in the background."""
    plant(folder, "set")

    def run() -> None:
        began = time.perf_counter()
        with urllib.request.urlopen(urllib.request.Request(f"{url}/v1/rebuild", method="POST"), timeout=1800) as events:
            for line in events:
                if line.startswith(b"event: done"):
                    seconds = time.perf_counter() - began
                    print(f"{'':28}(rebuild of {REBUILT} documents done in {seconds:.0f} s)", flush=True)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def main() -> None:
    """Prepare the index, serve it and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=120.0, help="length of the phases with fifty clients")
    parser.add_argument("--prepared", type=Path, help="folder of documents and index; made if it does not exist")
    parser.add_argument("--prepare", action="store_true", help="only make that folder")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="quoth-load-") as name:
        place = chosen.prepared or Path(name)
        folder, index, questions = place / "documents", place / "index", place / "questions"
        if not index.exists():
            shutil.copytree(SEEDS, folder)
            plant(folder, "planted")
            build([folder], index)
        asked = read_gold(DEMO_QUESTIONS)
        random.Random(17).shuffle(asked)  # so that even a few questions are a mix
        questions.write_text("".join(json.dumps({"question": one.question}) + "\n" for one in asked))
        if chosen.prepare:
            return
        with serving(index) as (url, pid):
            measure(url, pid, questions, folder, chosen.seconds)


def measure(url: str, pid: int, questions: Path, folder: Path, seconds: float) -> None:
    """Run the phases and print the table and the ratios.

    One client asks before and after the fifty, because the speed of a machine varies.
    """
    print(f"{'':<28}{'per sec.':>8} {'p50 ms':>9} {'p95 ms':>9} {'MB':>9} {'cores':>9}", flush=True)
    short = max(10.0, seconds / 3)
    ask("warm-up", url, pid, questions, clients=CROWD, seconds=short)
    one = ask("one client in turn", url, pid, questions, clients=1, seconds=short)
    before = resident_megabytes(pid)
    crowd = ask(f"{CROWD} clients", url, pid, questions, clients=CROWD, seconds=seconds)
    one_again = ask("one client in turn, again", url, pid, questions, clients=1, seconds=short)
    clients = 8
    pause = max(0.0, 1e3 * clients / (crowd.rate / 2) - one.p50)
    half = ask("half of that rate", url, pid, questions, clients=clients, seconds=short, pause=pause)
    building = rebuild(url, folder)
    time.sleep(1)
    during = ask(f"{CROWD} clients, rebuilding", url, pid, questions, clients=CROWD, seconds=seconds)
    building.join()
    print(f"failed requests:                      {sum(p.failed for p in (one, crowd, half, one_again, during))}")
    print(f"memory after / before the crowd:      {crowd.megabytes / before:.3f}")
    print(f"p95 / p50 at half of saturation:      {half.p95 / half.p50:.2f}")
    print(f"{CROWD} clients / one in turn, answers/s: {crowd.rate / ((one.rate + one_again.rate) / 2):.2f}")
    print(f"{CROWD} clients rebuilding / not, answers/s: {during.rate / crowd.rate:.2f}")
    print(f"memory rebuilding / before the crowd: {during.megabytes / before:.3f}")


if __name__ == "__main__":
    main()
