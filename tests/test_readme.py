"""The READMEs say nothing that does not run."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from typer import Typer

from tests.conftest import GUARD
from tests.support.paths import ROOT
from ui.server import assemble
from ui.service.service import Service
from ui.settings import Settings, load_settings

PAGES = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "index/README.md", "ui/README.md")}
SNIPPET_END = "-- the end of a snippet --"
RUN_SNIPPETS = f"""
import sys
sys.modules["gradio"] = None
for snippet in sys.argv[1:]:
    exec(compile(snippet, "a snippet", "exec"), {{}})
    print({SNIPPET_END!r})
sys.argv[1:] = ["ask", "What rocket was used?"]
from ui.cli.app import main
main()
"""
SERVING = {"chat", "mcp", "watch"}  # these run until they are stopped: only their arguments are tried here


def blocks(language: str, page: str) -> list[str]:
    """The fenced blocks of one language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGES[page], re.MULTILINE | re.DOTALL)


def commands(program: str, page: str) -> list[str]:
    """Every line of a page that runs a program."""
    return [line for block in blocks("sh", page) for line in block.splitlines() if line.split(" ")[0] == program]


def all_of(find: Callable[[str, str], list[str]], what: str) -> list[str]:
    """What is found on any page, once each."""
    return list(dict.fromkeys(found for page in PAGES for found in find(what, page)))


def test_each_promise_of_security_names_tests_that_exist():
    rows = re.findall(r"^\| \*\*.*\| (.*) \|$", (ROOT / "SECURITY.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(rows) > 20
    for row in rows:
        named = re.findall(r"`([^`]+)`", row)
        assert named and all((ROOT / "tests" / name).is_file() for name in named), row


def test_the_readme_has_at_most_900_words():
    assert len(PAGES["README.md"].split()) <= 900


@pytest.mark.parametrize("page", PAGES)
def test_every_command_runs_in_the_order_given(page: str, quoth: Callable, tmp_path: Path, seeds: Path):
    shutil.copytree(seeds, tmp_path / "seeds")
    for line in commands("quoth", page):
        words = shlex.split(line)[1:]
        done = quoth(*words, *(["--help"] if words[0] in SERVING else []))
        assert done.returncode in {0, 1}, f"{line}: {done.stderr}"


def test_what_the_readme_prints_is_what_the_program_prints(quoth: Callable, seed_index: Path):
    for block in blocks("text", "README.md"):
        command, _, printed = block.partition("\n")
        done = quoth(*shlex.split(command)[2:], "--index", str(seed_index))
        assert done.stdout == printed


@pytest.mark.parametrize("line", all_of(commands, "make"))
def test_every_make_target_is_there(line: str):
    subprocess.run([*shlex.split(line), "--dry-run"], cwd=ROOT, capture_output=True, check=True)


@pytest.fixture(scope="module")
def offline(seed_index: Path, seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], Path]:
    """What each snippet and then ``quoth ask`` print without gradio, and where the guard would log a connection."""
    folder = tmp_path_factory.mktemp("offline")
    shutil.copytree(seeds, folder / "seeds")
    log = folder / "attempts"
    environment = os.environ | {"PYTHONPATH": str(GUARD), "OFFLINE_LOG": str(log), "QUOTH_INDEX": str(seed_index)}
    command = [sys.executable, "-c", RUN_SNIPPETS, *all_of(blocks, "python")]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split(SNIPPET_END), log


def test_every_snippet_prints_something_without_gradio(offline: tuple[list[str], Path]):
    *printed, _ = offline[0]
    assert len(printed) == len(all_of(blocks, "python"))
    assert all(map(str.strip, printed))


def test_asking_on_the_command_line_needs_no_gradio(offline: tuple[list[str], Path]):
    assert "Soyuz" in offline[0][-1]


def test_asking_connects_nowhere(offline: tuple[list[str], Path]):
    assert not offline[1].exists()


@pytest.mark.parametrize("line", all_of(commands, "curl"))
def test_every_request_is_answered(line: str, seed_index: Path):
    words = shlex.split(line)
    url, body = words[1], words[words.index("-d") + 1]
    client = TestClient(assemble(Service.of(load_settings({"index": seed_index}))), base_url="http://127.0.0.1:7860")
    answered = client.post(url, content=body, headers={"Content-Type": "application/json"})
    assert answered.json()["found"]


@pytest.mark.parametrize("page", PAGES)
def test_every_link_within_the_project_leads_somewhere(page: str):
    links = re.findall(r"\]\(([^)#]+)\)", PAGES[page])
    folder = (ROOT / page).parent
    assert [link for link in links if "://" not in link and not (folder / link).exists()] == []


def command_names(app: Typer) -> set[str]:
    """The names of all commands, groups of commands included."""
    named = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    return named | {str(group.name) for group in app.registered_groups}


def test_every_command_and_setting_that_is_named_exists():
    from ui.cli.app import app

    names = command_names(app)
    said = "\n".join(PAGES.values())
    assert set(re.findall(r"`quoth (\w[\w-]*)", said)) <= names
    assert {name.lower() for name in re.findall(r"QUOTH_(\w+)", said)} <= set(Settings.model_fields)


def test_every_command_is_described():
    from ui.cli.app import app

    names = command_names(app)
    table = PAGES["ui/README.md"].partition("| command | what it does |")[2].partition("\n\n")[0]
    assert set(re.findall(r"[a-z][a-z-]*", " ".join(re.findall(r"`[^`]+`", table)))) >= names


def settings_table() -> str:
    """Every setting with its default and meaning, as ``ui/README.md`` shows them."""
    rows = ["| setting | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "" if field.default in (None, "", ()) else f"`{field.default}`"
        shown = "`qa/model`" if name == "reader" else default
        rows.append(f"| `{name}` | {shown} | {field.description} |")
    return "\n".join(rows) + "\n"


def test_every_setting_is_described():
    """Run this file as a program to write the table anew."""
    assert PAGES["ui/README.md"].endswith(settings_table())


if __name__ == "__main__":
    page = ROOT / "ui" / "README.md"
    page.write_text(PAGES["ui/README.md"].partition("| setting |")[0] + settings_table(), encoding="utf-8")
