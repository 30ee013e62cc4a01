"""The command line: arguments in, two streams and an exit code out."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

QUOTH = str(Path(sys.executable).parent / "quoth")
Quoth = Callable[..., subprocess.CompletedProcess[str]]


def test_version_and_help_need_no_index(quoth: Quoth, tmp_path: Path):
    assert quoth("--version").stdout.startswith("quoth 0.")
    assert "Exit codes: 0 done, 1 not found, 2 wrong usage, 3" in " ".join(quoth("--help").stdout.split())
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_indexed_asked_and_brought_up_to_date(quoth: Quoth, tmp_path: Path):
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "ferry.md").write_text(
        "# Ferry\n\nThe ferry to Föhr leaves Dagebüll at a quarter past nine.\n"
    )
    assert json.loads(quoth("index", "notes", "--json").stdout)["documents"] == 1
    asked = quoth("ask", "Where does the ferry to Föhr leave from?", "--json")
    assert "Dagebüll" in json.loads(asked.stdout)["text"]
    (tmp_path / "notes" / "more.md").write_text("# Bus\n\nThe bus to Niebüll waits at the harbour.\n")
    again = json.loads(quoth("index", "--json").stdout)
    assert (again["documents"], again["plan"]["added"], again["plan"]["unchanged"]) == (2, ["more.md"], ["ferry.md"])


def test_a_dry_run_says_what_would_happen_and_changes_nothing(quoth: Quoth, tmp_path: Path, seeds: Path):
    assert "1 added" in quoth("index", str(seeds), "--dry-run").stdout
    assert list(tmp_path.iterdir()) == []


def test_an_answer_is_shown_in_its_sentence_with_its_place(quoth: Quoth, seed_index: Path):
    asked = quoth("ask", "What rocket was used?", "--index", str(seed_index))
    assert asked.returncode == 0
    assert "Soyuz 2.1a** rocket blasted off" in asked.stdout
    assert "2025-04-08" in asked.stdout
    assert asked.stderr == ""


def test_the_index_can_be_named_by_the_environment_and_the_question_piped(quoth: Quoth, seed_index: Path):
    piped = quoth("ask", "-", "--json", stdin="What rocket was used?\n", QUOTH_INDEX=str(seed_index))
    assert "Soyuz" in json.loads(piped.stdout)["text"]


def test_a_refusal_exits_with_1_and_shows_the_nearest_passages(quoth: Quoth, seed_index: Path):
    asked = quoth("ask", "Who won the 2022 World Cup?", "--index", str(seed_index))
    assert asked.returncode == 1
    assert "I can't find that in the documents." in asked.stdout
    assert "The nearest passages:" in asked.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["ask", ""], 2, "question"),
        (["ask", "x" * 10_000], 2, "2,000"),
        (["ask"], 2, "question"),
        (["search", " "], 2, "question"),
        (["search", "Why?", "-k", "0"], 2, "-k"),
        (["ask", "Why?", "--no-such-flag"], 2, "--no-such-flag"),
        (["ask", "Why?", "--meta", "author"], 2, "key=value"),
        (["--set", "chunk_token=3", "status"], 2, "chunk_tokens"),
        (["index", "no-such-folder"], 3, "no-such-folder"),
    ],
)
def test_bad_input_gets_a_message_and_a_code(
    quoth: Quoth, arguments: list[str], code: int, message: str, seed_index: Path, tmp_path: Path
):
    done = quoth(*arguments, QUOTH_INDEX=str(seed_index if {"ask", "search"} & {*arguments} else tmp_path / "new"))
    assert done.returncode == code
    assert message in done.stderr.lower()
    assert done.stdout == ""


def test_without_any_documents_the_error_says_what_to_do(quoth: Quoth):
    for arguments in (["index"], ["status"], ["ask", "Why?"]):
        done = quoth(*arguments)
        assert done.returncode == 3
        assert "quoth index" in done.stderr


def test_with_json_an_error_is_json(quoth: Quoth):
    assert json.loads(quoth("status", "--json").stdout)["error"]["type"] == "IndexNotFoundError"


def test_without_paths_the_folder_seeds_is_indexed(quoth: Quoth, tmp_path: Path, seeds: Path):
    (tmp_path / "seeds").symlink_to(seeds)
    assert quoth("index").returncode == 0
    status = json.loads(quoth("status", "--json").stdout)
    assert (status["documents"], status["failures"]) == (1, [])


def test_documents_are_added_listed_and_removed(quoth: Quoth, tmp_path: Path):
    for name, text in (("a/one.txt", "One is the first."), ("b/two.txt", "Two is the second.")):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)
    (tmp_path / "b" / "broken.pdf").write_bytes(b"%PDF-1.4 nothing more")
    assert quoth("index", "a").stderr.startswith("Plan: 1 added")
    added = quoth("add", "b").stdout
    assert "1 embedded" in added
    assert "Not readable: 1" in added
    listed = quoth("documents").stdout
    assert "one.txt" in listed
    assert "broken.pdf" in listed
    assert "1 deleted" in quoth("remove", "two.txt").stdout
    left = json.loads(quoth("documents", "--json").stdout)
    assert [record["path"] for record in left["documents"]] == ["one.txt"]
    assert (tmp_path / "b" / "two.txt").exists()


def test_a_sound_index_passes_and_a_damaged_one_is_reported_and_repaired(quoth: Quoth, tmp_path: Path, seeds: Path):
    quoth("index", str(seeds))
    assert quoth("verify").returncode == 0
    vectors = next((tmp_path / ".quoth").glob("*.faiss"))
    vectors.write_bytes(vectors.read_bytes()[:-9])
    damaged = quoth("verify", "--json")
    assert damaged.returncode == 1
    assert json.loads(damaged.stdout)["problems"]
    assert quoth("repair").returncode == 0
    assert quoth("verify").returncode == 0


def test_passages_are_searched_and_ranked_again_by_the_reader(quoth: Quoth, seed_index: Path):
    found = quoth("search", "What rocket was used?", "--index", str(seed_index), "-k", "2")
    assert found.stdout.startswith("1. A Russian spacecraft")
    assert found.stdout.count("2025-04-08") == 2
    ranked = json.loads(
        quoth("search", "What rocket was used?", "--rerank", "--json", QUOTH_INDEX=str(seed_index)).stdout
    )
    assert "Soyuz 2.1a" in ranked["hits"][0]["chunk"]["text"]
    assert 0 <= ranked["hits"][-1]["score"] <= ranked["hits"][0]["score"] <= 1
    nowhere = quoth("search", "rocket", "--path", "*.pdf", "--index", str(seed_index))
    assert (nowhere.returncode, nowhere.stderr) == (1, "")
    assert "use fewer or wider ones" in nowhere.stdout


def test_control_characters_in_a_question_do_no_harm(quoth: Quoth, seed_index: Path):
    asked = quoth("ask", "What\x1b[31m rocket\x07 was used?", "--index", str(seed_index))
    assert asked.returncode in {0, 1}
    assert "\x1b" not in asked.stdout + asked.stderr


def test_settings_are_shown_with_their_origin(quoth: Quoth):
    given = ("--set=answer_tokens=30", "settings", "--set", "port=8001", "--json")
    shown = json.loads(quoth(*given, QUOTH_CHUNK_TOKENS="150").stdout)
    origins = {setting["name"]: (setting["value"], setting["origin"]) for setting in shown}
    assert origins["port"] == ("8001", "flag") and origins["answer_tokens"] == ("30", "flag")
    assert origins["chunk_tokens"] == ("150", "environment")
    assert origins["host"] == ("127.0.0.1", "default")


def test_a_port_in_use_is_an_error_that_names_another(quoth: Quoth, seed_index: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = quoth("chat", "--port", str(port), "--index", str(seed_index))
    assert done.returncode == 3
    assert f"--port {port + 1}" in done.stderr


def test_the_chat_does_not_start_on_a_network_without_a_secret(quoth: Quoth, seed_index: Path):
    done = quoth("chat", "--host", "0.0.0.0", "--port", "0", "--index", str(seed_index))
    assert done.returncode == 3
    assert "QUOTH_TOKEN" in done.stderr


def test_changes_in_a_watched_folder_are_indexed(tmp_path: Path):
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "one.txt").write_text("One is the first.")
    command = [QUOTH, "watch", "notes", "--json"]
    # A shell's background jobs ignore Ctrl-C, and so do their children.
    heed = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True, preexec_fn=heed) as watching:
        assert watching.stdout is not None
        assert json.loads(watching.stdout.readline())["documents"] == 1
        (notes / "two.txt").write_text("Two is the second.")
        assert json.loads(watching.stdout.readline())["plan"]["added"] == ["two.txt"]
        (notes / "one.txt").unlink()
        assert json.loads(watching.stdout.readline())["plan"]["deleted"] == ["one.txt"]
        watching.send_signal(signal.SIGINT)
        assert watching.wait(timeout=60) in {0, 130}


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1"])
def test_a_console_that_lacks_characters_shows_the_rest(quoth: Quoth, tmp_path: Path, encoding: str):
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "ferry \U0001f6a2.txt").write_text("The ferry to Łódź “Café” 日本 leaves at nine o’clock.\n")
    for arguments in (
        ["index", "notes"],
        ["documents"],
        ["ask", "When does the ferry leave?"],
        ["ask", "日本 \U0001f6a2"],
    ):
        done = quoth(*arguments, encoding=encoding)
        assert done.returncode in (0, 1), done.stderr
        assert "Traceback" not in done.stderr
    assert "ferry" in quoth("documents", encoding=encoding).stdout


def test_most_of_a_folder_is_removed_only_when_that_is_said(quoth: Quoth, tmp_path: Path):
    (tmp_path / "notes").mkdir()
    for number in range(3):
        (tmp_path / "notes" / f"{number}.txt").write_text(f"The ferry number {number}.")
    assert quoth("index", "notes").returncode == 0
    (tmp_path / "notes").rename(tmp_path / "unmounted")
    (tmp_path / "notes").mkdir()
    refused = quoth("index")
    assert refused.returncode == 3
    assert "3 of the 3 documents" in refused.stderr
    assert "--allow-deletions" in refused.stderr
    assert json.loads(quoth("index", "--dry-run", "--json").stdout)["plan"]["mass_deletions"][0]["deleted"] == 3
    assert json.loads(quoth("status", "--json").stdout)["documents"] == 3
    assert json.loads(quoth("index", "--allow-deletions", "--json").stdout)["documents"] == 0


def test_a_folder_named_like_a_file_and_a_path_with_brackets_are_what_they_are(quoth: Quoth, tmp_path: Path):
    (tmp_path / "site" / "handbook.md").mkdir(parents=True)
    (tmp_path / "site" / "handbook.md" / "gate [2024].txt").write_text("The gate is opened at 6:40.")
    (tmp_path / "site" / "safe.txt").write_text("The safe code is 9917.")
    assert json.loads(quoth("index", "site/handbook.md", "--json").stdout)["documents"] == 1
    assert json.loads(quoth("index", "--json").stdout)["plan"]["unchanged"] == ["gate [2024].txt"]
    listed = json.loads(quoth("documents", "--path", "gate [2024].txt", "--json").stdout)
    assert len(listed["documents"]) == 1
    (tmp_path / "site" / "handbook.md").rename(tmp_path / "away")
    gone = quoth("index")
    assert gone.returncode == 3
    assert "handbook.md no longer exists" in gone.stderr
