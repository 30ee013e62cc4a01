"""``quoth sheet``: from a file of questions to a spreadsheet, again after a change, and after a kill."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from index import build
from tests.support.samples.contracts import FEE, NOTICE, write_contracts
from tests.support.waiting import wait_until

QUOTH = str(Path(sys.executable).parent / "quoth")


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    """A folder with an index of three contracts, and a file with two questions."""
    build([write_contracts(tmp_path / "contracts")], tmp_path / ".quoth")
    file = tmp_path / "terms.txt"
    file.write_text(f"\ufeff{NOTICE}\r\n\r\n{FEE}\r\n", encoding="utf-8")
    return file


def test_a_sheet_is_written_kept_asked_again_and_removed(quoth: Callable, questions: Path, tmp_path: Path):
    done = quoth("sheet", "terms.txt", "--each", "--out", "answers.xlsx")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "3 documents, 2 questions: 4 answered, 2 not said; written to answers.xlsx\n"
    table = openpyxl.load_workbook(tmp_path / "answers.xlsx")["Table"]
    assert [cell.value for cell in table[1]] == ["Document", NOTICE, FEE]
    assert table["C2"].hyperlink.target == (tmp_path / "contracts" / "cleaning.md").as_uri()
    assert quoth("sheet", "--list").stdout == "terms\n"
    write_contracts(tmp_path / "contracts", fee="1,180")
    build([tmp_path / "contracts"], tmp_path / ".quoth")
    again = quoth("sheet", "--again", "terms", "--out", "answers.csv")
    assert (again.returncode, again.stderr) == (1, "")
    assert "hosting.md: How much is the monthly fee? EUR 1,180 (another answer, was: EUR 1,090)" in again.stdout
    assert "1,180" in (tmp_path / "answers.csv").read_text(encoding="utf-8-sig")
    assert quoth("sheet", "--again", "terms").returncode == 0
    shown = json.loads(quoth("sheet", "--show", "terms", "--json").stdout)
    assert (shown["state"], shown["done"], shown["total"], len(shown["rows"])) == ("done", 6, 6, 3)
    assert quoth("sheet", "--remove", "terms").returncode == 0
    assert quoth("sheet", "--again", "terms").returncode == 3


def test_a_killed_sheet_goes_on_where_it_was(quoth: Callable, questions: Path, tmp_path: Path):
    command = [QUOTH, "sheet", "terms.txt", "--each", "--name", "killed"]
    killed = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    file = tmp_path / ".quoth" / "sheets" / "killed.sheet"
    wait_until(lambda: file.exists() and file.read_bytes().count(b"\n") > 2, "two answers", seconds=600)
    os.kill(killed.pid, signal.SIGKILL)
    killed.communicate()
    before = file.read_bytes()
    assert 2 < before.count(b"\n") < 7
    done = json.loads(quoth("sheet", "terms.txt", "--each", "--name", "killed", "--json").stdout)
    assert (done["done"], done["total"]) == (6, 6)
    assert file.read_bytes().startswith(before[: before.rfind(b"\n") + 1])


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["none.txt"], 2, "none.txt cannot be read"),
        (["empty.txt"], 2, "there is no question"),
        (["latin.txt"], 2, "not a text file in UTF-8"),
        (["terms.txt", "--documents", "tenders/*"], 3, "no document matches tenders/*"),
        (["terms.txt", "--out", "answers.docx"], 2, "must end in .xlsx, .csv, .html, .json"),
        (["terms.txt", "--out", "no/answers.csv"], 2, "there is no folder no"),
        (["terms.txt", "--again", "terms"], 2, "give a file of questions, or one of"),
        (["--again", "terms", "--each"], 2, "go with a file of questions"),
        (["--again", "terms"], 3, "there is no sheet “terms” (kept: none yet)"),
        (["terms.txt", "--name", "a/b"], 3, "neither / nor"),
        ([], 2, "give a file of questions"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_asked(
    quoth: Callable, tmp_path: Path, seed_index: Path, arguments: list[str], code: int, message: str
):
    (tmp_path / "terms.txt").write_text(NOTICE)
    (tmp_path / "empty.txt").write_text("\n \n")
    (tmp_path / "latin.txt").write_bytes(b"Geb\xfchr?")
    (tmp_path / ".quoth").symlink_to(seed_index)
    done = quoth("sheet", *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert message in " ".join(done.stderr.replace("│", " ").split())
