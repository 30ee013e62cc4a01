"""Whether Milvus Lite and Ray answer as the folder does: ``python -m tests.benchmarks.sizes.store_agreement FILE``.

The file is JSON lines with questions and their paragraphs; ``--most N`` takes its first N paragraphs. Each paragraph
becomes a text file. The files are indexed into a folder, into another folder by Ray on this machine, and into a Milvus
Lite file. Then some files are changed, moved and deleted, and all three are brought up to date. Before and after that,
every question is asked of all three: told is how often the first ten passages are the same in the same order, by how
much the first one's scores differ then, and how often the answers are the same, which are read where the passages
differ. Each index is verified at the end.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from index import Hit, IndexSettings, Place, build, verify
from index.ingestion.ray_engine import RayEngine
from qa import Answerer
from tests.benchmarks.measuring import print_machine

PARTS = 20  # one file in so many is changed, one moved and one deleted
FOLDER = "folder"


def main() -> None:
    """Build, compare, change, compare again."""
    parser = argparse.ArgumentParser(description="Compares Milvus Lite and Ray with the folder.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--most", type=int, default=300, help="paragraphs")
    given = parser.parse_args()
    lines = [json.loads(line) for line in given.file.read_text(encoding="utf-8").splitlines()]
    contexts = list(dict.fromkeys(line["context"] for line in lines))[: given.most]
    questions = list(dict.fromkeys(line["question"] for line in lines if line["context"] in set(contexts)))
    print_machine()
    with tempfile.TemporaryDirectory() as scratch:
        files = Path(scratch, "files")
        files.mkdir()
        for number, context in enumerate(contexts):
            (files / f"{number}.txt").write_text(context, encoding="utf-8")
        places: dict[str, Place] = {
            FOLDER: Path(scratch, "folder"),
            "Ray": Path(scratch, "ray"),
            "Milvus Lite": str(Path(scratch, "index.db")),
        }
        _bring_up_to_date(files, places)
        _compare(places, questions, "as built")
        _change(files)
        _bring_up_to_date(files, places)
        _compare(places, questions, "after changes")
        for name, place in places.items():
            print(f"{name}: {len(verify(place).problems)} problems")


def _bring_up_to_date(files: Path, places: dict[str, Place]) -> None:
    settings = IndexSettings(index=files.parent / "beside")  # for what an index in Milvus keeps outside it
    for name, place in places.items():
        engine = RayEngine(workers=1) if name == "Ray" else None
        report = build([files], place, settings=settings, engine=engine, allow_deletions=True)
        print(f"{name}: {report.documents} documents, {report.chunks} passages, {report.embedded} embedded", flush=True)


def _change(files: Path) -> None:
    """Change, move and delete a few files each."""
    (files / "moved").mkdir()
    for number, file in enumerate(sorted(files.glob("*.txt"))):
        if number % PARTS == 0:
            file.write_text(f"{file.read_text(encoding='utf-8')} This was added later.", encoding="utf-8")
        elif number % PARTS == 1:
            shutil.move(file, files / "moved" / file.name)
        elif number % PARTS == 2:
            file.unlink()


def _compare(places: dict[str, Place], questions: Sequence[str], when: str) -> None:
    with ExitStack() as stack:
        opened = {name: stack.enter_context(Answerer.open(place)) for name, place in places.items()}
        ours = opened.pop(FOLDER)
        for name, theirs in opened.items():
            print(f"{name}, {when}, {len(questions)} questions: {_agreement(ours, theirs, questions)}", flush=True)


def _agreement(ours: Answerer, theirs: Answerer, questions: Sequence[str]) -> str:
    same_first = same_ten = same_answer = 0
    apart = 0.0
    for question in questions:
        mine, other = (answerer.index.search(question) for answerer in (ours, theirs))
        same_first += _places(mine)[:1] == _places(other)[:1]
        if _places(mine) == _places(other):
            same_ten += 1
            same_answer += 1
            apart = max(apart, abs(mine[0].score - other[0].score))
        else:
            same_answer += ours.answer(question).text == theirs.answer(question).text
    first, ten, answer = (f"{100 * same / len(questions):.2f}%" for same in (same_first, same_ten, same_answer))
    return f"same first passage {first}, same ten in order {ten} (scores apart by {apart:.4f}), same answer {answer}"


def _places(hits: Sequence[Hit]) -> list[tuple[str, int]]:
    return [(hit.document.path, hit.chunk.start) for hit in hits]


if __name__ == "__main__":
    main()
