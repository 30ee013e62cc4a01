"""How long the commands take to start, compared with importing the library that makes the page.

    python -m tests.benchmarks.service.start

Each round runs, one after another and each in a new process: ``import gradio``; ``quoth chat`` over an index of
``seeds/`` until its page answers, then until its models are loaded (``/readyz``); ``quoth status``; ``quoth --help``.
Printed are medians of all rounds, and the ratio of the page's start to the import.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import defaultdict
from pathlib import Path

from index import build
from tests.support.paths import ROOT, SEEDS

MOST_SECONDS = 600
MAIN = "from ui.cli.app import main; main()"
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT), "GRADIO_ANALYTICS_ENABLED": "False"}


def python(*arguments: str) -> float:
    """Seconds that a new Python takes."""
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], env=ENVIRONMENT, check=True, capture_output=True)
    return time.perf_counter() - began


def answers(address: str) -> bool:
    """Whether a page is there, with status 200."""
    try:
        with urllib.request.urlopen(address, timeout=MOST_SECONDS) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, ConnectionError):
        return False


def chat(location: Path) -> tuple[float, float]:
    """Seconds until ``quoth chat`` serves its page, and until its models are loaded."""
    command = [sys.executable, "-c", MAIN, "chat", "--index", str(location), "--port", "0", "--json"]
    began = time.perf_counter()
    server = subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert server.stdout
        url = json.loads(server.stdout.readline())["url"]
        assert answers(url)
        page = time.perf_counter() - began
        while not answers(f"{url}/readyz"):
            if time.perf_counter() - began > MOST_SECONDS:
                raise TimeoutError("the models are not loaded")
            time.sleep(0.05)
        return page, time.perf_counter() - began
    finally:
        server.terminate()
        server.wait(60)


def main() -> None:
    """Print the medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    taken: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as place:
        location = Path(place, "index")
        build([SEEDS], location)
        for _ in range(rounds + 1):  # the first fills the disk cache
            taken["import gradio"].append(python("-c", "import gradio"))
            page, ready = chat(location)
            taken["quoth chat, page"].append(page)
            taken["quoth chat, models loaded"].append(ready)
            taken["quoth status"].append(python("-c", MAIN, "status", "--index", str(location)))
            taken["quoth --help"].append(python("-c", MAIN, "--help"))
    medians = {what: statistics.median(seconds[1:]) for what, seconds in taken.items()}
    for what, seconds in medians.items():
        print(f"{what}: {seconds:.2f} s")
    print(f"page over import: {medians['quoth chat, page'] / medians['import gradio']:.2f}")


if __name__ == "__main__":
    main()
