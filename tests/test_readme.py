"""The README says nothing that does not run."""

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

from ui.server import assemble
from ui.service.service import Service
from ui.settings import load_settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
SERVING = {"chat", "mcp", "watch"}  # these run until they are stopped: only their arguments are tried here


def blocks(language: str) -> list[str]:
    """The fenced blocks of one language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def commands(program: str) -> list[str]:
    """Every line of the README that runs a program."""
    return [line for block in blocks("sh") for line in block.splitlines() if line.split(" ")[0] == program]


def test_it_takes_two_minutes_to_read():
    assert len(README.splitlines()) < 200


def test_every_command_runs_in_the_order_given(quoth: Callable, tmp_path: Path, seeds: Path):
    shutil.copytree(seeds, tmp_path / "seeds")
    for line in commands("quoth"):
        words = shlex.split(line)[1:]
        done = quoth(*words, *(["--help"] if words[0] in SERVING else []))
        assert done.returncode in {0, 1}, f"{line}: {done.stderr}"


@pytest.mark.parametrize("line", commands("make"))
def test_every_make_target_is_there(line: str):
    subprocess.run([*shlex.split(line), "--dry-run"], cwd=ROOT, capture_output=True, check=True)


@pytest.mark.parametrize("snippet", blocks("python"))
def test_every_snippet_runs_without_a_network(snippet: str, guard: dict[str, str], seed_index: Path, tmp_path: Path):
    environment = os.environ | guard | {"QUOTH_INDEX": str(seed_index)}
    command = [sys.executable, "-c", f"import sys; sys.modules['gradio'] = None\n{snippet}"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout
    assert not Path(guard["OFFLINE_LOG"]).exists()


@pytest.mark.parametrize("line", commands("curl"))
def test_every_request_is_answered(line: str, seed_index: Path):
    words = shlex.split(line)
    url, body = words[1], words[words.index("-d") + 1]
    client = TestClient(assemble(Service.of(load_settings({"index": seed_index}))), base_url="http://127.0.0.1:7860")
    answered = client.post(url, content=body, headers={"Content-Type": "application/json"})
    assert answered.json()["found"]


def test_every_link_within_the_project_leads_somewhere():
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert [link for link in links if "://" not in link and not (ROOT / link).exists()] == []


def test_every_command_and_setting_it_names_exists():
    from ui.cli import app
    from ui.settings import Settings

    names = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    assert set(re.findall(r"`quoth (\w+)", README)) <= names
    assert {name.lower() for name in re.findall(r"QUOTH_(\w+)", README)} <= set(Settings.model_fields)
