"""The command line, run as people run it: a process with arguments, two streams and an exit code."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

QUOTH = str(Path(sys.executable).parent / "quoth")


def quoth(*arguments: str, cwd: Path, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the installed command to its end, with no terminal."""
    return subprocess.run(
        [QUOTH, *arguments],
        cwd=cwd, input=stdin, env=os.environ | environment, capture_output=True, text=True, timeout=180,
    )  # fmt: skip


def test_version_and_help_are_told_without_an_index(tmp_path: Path):
    assert quoth("--version", cwd=tmp_path).stdout.startswith("quoth 0.")
    assert "Exit codes: 0 done, 1 not found, 2 wrong usage, 3" in " ".join(quoth("--help", cwd=tmp_path).stdout.split())
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_indexed_asked_and_brought_up_to_date(tmp_path: Path):
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "ferry.md").write_text(
        "# Ferry\n\nThe ferry to Föhr leaves Dagebüll at a quarter past nine.\n"
    )
    first = json.loads(quoth("index", "notes", "--json", cwd=tmp_path).stdout)
    assert first["documents"] == 1
    asked = quoth("ask", "Where does the ferry to Föhr leave from?", "--json", cwd=tmp_path)
    assert "Dagebüll" in json.loads(asked.stdout)["text"]
    (tmp_path / "notes" / "more.md").write_text("# Bus\n\nThe bus to Niebüll waits at the harbour.\n")
    again = json.loads(quoth("index", "--json", cwd=tmp_path).stdout)
    assert (again["documents"], again["plan"]["added"], again["plan"]["unchanged"]) == (2, ["more.md"], ["ferry.md"])


def test_a_dry_run_says_what_would_happen_and_changes_nothing(tmp_path: Path, seeds: Path):
    planned = quoth("index", str(seeds), "--dry-run", cwd=tmp_path)
    assert "1 added" in planned.stdout
    assert not (tmp_path / ".quoth" / "catalog.sqlite").exists()


def test_an_answer_is_shown_in_its_sentence_with_its_place(seed_index: Path, tmp_path: Path):
    asked = quoth("ask", "What rocket was used?", "--index", str(seed_index), cwd=tmp_path)
    assert asked.returncode == 0
    assert "**" in asked.stdout
    assert "Soyuz 2.1a" in asked.stdout
    assert "2025-04-08" in asked.stdout
    assert asked.stderr == ""


def test_the_index_can_be_named_by_the_environment_and_the_question_piped(seed_index: Path, tmp_path: Path):
    piped = quoth("ask", "-", "--json", cwd=tmp_path, stdin="What rocket was used?\n", QUOTH_INDEX=str(seed_index))
    assert "Soyuz" in json.loads(piped.stdout)["text"]


def test_what_the_documents_do_not_say_exits_with_1_and_shows_what_is_near(seed_index: Path, tmp_path: Path):
    asked = quoth("ask", "Who won the 2022 World Cup?", "--index", str(seed_index), cwd=tmp_path)
    assert asked.returncode == 1
    assert "I can't find that in the documents." in asked.stdout
    assert "The nearest passages:" in asked.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["ask", ""], 2, "question"),
        (["ask", "x" * 10_000], 2, "2,000"),
        (["ask"], 2, "QUESTION"),
        (["ask", "Why?", "--no-such-flag"], 2, "--no-such-flag"),
        (["--set", "chunk_token=3", "status"], 2, "chunk_tokens"),
        (["index", "no-such-folder"], 3, "no-such-folder"),
    ],
)
def test_bad_input_gets_a_message_and_a_code(
    arguments: list[str], code: int, message: str, seed_index: Path, tmp_path: Path
):
    done = quoth(*arguments, cwd=tmp_path, QUOTH_INDEX=str(seed_index) if "ask" in arguments else str(tmp_path / "new"))
    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_with_no_documents_in_sight_it_says_what_to_do(tmp_path: Path):
    for arguments in (["index"], ["status"], ["ask", "Why?"]):
        done = quoth(*arguments, cwd=tmp_path)
        assert done.returncode == 3
        assert "quoth index" in done.stderr


def test_an_error_is_json_where_json_was_asked_for(tmp_path: Path):
    done = quoth("status", "--json", cwd=tmp_path)
    assert json.loads(done.stdout)["error"]["type"] == "IndexNotFoundError"


def test_seeds_of_the_current_folder_are_indexed_when_nothing_is_named(tmp_path: Path, seeds: Path):
    (tmp_path / "seeds").symlink_to(seeds)
    assert quoth("index", cwd=tmp_path).returncode == 0
    status = json.loads(quoth("status", "--json", cwd=tmp_path).stdout)
    assert (status["documents"], status["failures"]) == (1, [])


def test_control_characters_in_a_question_do_no_harm(seed_index: Path, tmp_path: Path):
    asked = quoth("ask", "What\x1b[31m rocket\x07 was used?", "--index", str(seed_index), cwd=tmp_path)
    assert asked.returncode in {0, 1, 2}
    assert "\x1b" not in asked.stdout + asked.stderr


def test_the_chat_is_served_until_it_is_told_to_stop(seed_index: Path, tmp_path: Path):
    command = [QUOTH, "chat", "--port", "0", "--index", str(seed_index), "--json"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as serving:
        assert serving.stdout is not None
        url = json.loads(serving.stdout.read(0) or "".join(iter(serving.stdout.readline, "}\n")) + "}")["url"]
        with urllib.request.urlopen(url, timeout=60) as page:
            assert page.status == 200
        serving.send_signal(signal.SIGTERM)
        assert serving.wait(timeout=10) == 0


def test_a_port_in_use_is_an_error_that_names_another(seed_index: Path, tmp_path: Path):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = quoth("chat", "--port", str(port), "--index", str(seed_index), cwd=tmp_path)
    assert done.returncode == 3
    assert f"--port {port + 1}" in done.stderr
