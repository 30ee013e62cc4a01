"""A process that builds and is killed: ``python victim.py LOCATION FOLDER [EVENT]`` dies at the given progress event.

Events are counted from 1; without one, or after the last, it lives and prints how many there were.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from standin import HashEmbedder

from index import IndexSettings, Progress, build, rebuild


def main() -> None:
    location, folder = Path(sys.argv[1]), Path(sys.argv[2])
    fatal = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    count = 0

    def step(progress: Progress) -> None:
        nonlocal count
        count += 1
        if count == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    settings = IndexSettings(commit_chunks=4)
    act = rebuild if os.environ.get("REBUILD") else build
    act([folder], location, settings=settings, progress=step, wait_seconds=10, embedder=HashEmbedder())
    print(count)


if __name__ == "__main__":
    main()
