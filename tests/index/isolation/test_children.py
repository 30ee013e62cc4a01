"""Processes of our own: what they import, what they know, and when they end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from index.isolation.children import start_child
from tests.support.paths import ROOT
from tests.support.processes import ends_within, is_running

RUN = ("timeit", "-n1", "-r1")  # a module that is always there, and runs what it is given
FACTS = """
import json, os, socket, sys
import index

def refused(host):
    try:
        socket.create_connection((host, 9), timeout=1)
    except OSError as error:
        return str(error)

facts = {
    "isolated": sys.flags.isolated,
    "folder": os.getcwd(),
    "environment": dict(os.environ),
    "package": index.__file__,
    "arguments": sys.argv[1:],
    "offline": [refused("127.0.0.1"), refused("localhost")],
}
print(json.dumps(facts), flush=True)
"""
SPIN = """
import re
print("spinning", flush=True)
re.match(r"(a+)+$", "a" * 100 + "b")  # takes years, and holds the GIL
"""
PARENT = """
import sys, time
from index.isolation.children import start_child
child = start_child(*sys.argv[1:], megabytes=2000)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def facts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """What a child says of itself that was started in a folder of documents, by a parent that knows secrets."""
    for module in ("json", "socket", "index", "sitecustomize"):
        (tmp_path / f"{module}.py").write_text("raise SystemExit('a document ran')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("QUOTH_TOKEN", "secret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("TZ", "Asia/Baku")
    output = start_child(*RUN, FACTS, megabytes=2000).communicate(timeout=60)[0]
    return dict(json.loads(output.splitlines()[0]))


def test_a_child_imports_nothing_from_where_it_is_started(facts: dict[str, object]) -> None:
    assert (facts["isolated"], facts["folder"]) == (1, "/")


def test_a_child_is_of_this_checkout_and_not_of_another_that_is_installed(facts: dict[str, object]) -> None:
    assert facts["package"] == str(ROOT / "index" / "__init__.py")


def test_a_child_gets_a_few_named_variables_and_no_secret(facts: dict[str, object]) -> None:
    environment = facts["environment"]
    assert isinstance(environment, dict)
    threads = {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"}
    named = {"LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "TESSDATA_PREFIX", "TMPDIR", "TZ"}
    assert threads <= set(environment) <= threads | named
    assert environment["TZ"] == "Asia/Baku"


def test_a_child_gets_its_arguments(facts: dict[str, object]) -> None:
    assert facts["arguments"] == [*RUN[1:], FACTS]


def test_a_child_reaches_no_network_not_even_this_machine(facts: dict[str, object]) -> None:
    assert facts["offline"] == ["socket.getaddrinfo is forbidden: this process reads files"] * 2


def test_a_child_that_spins_in_native_code_ends_with_its_parent() -> None:
    command = [sys.executable, "-c", PARENT, *RUN, SPIN]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert is_running(child)
        parent.send_signal(signal.SIGKILL)
    try:
        assert ends_within(child, 10)
    finally:
        if is_running(child):
            os.kill(child, signal.SIGKILL)


def test_a_child_whose_parent_has_ended_before_it_began_does_not_begin() -> None:
    script = str(ROOT / "index" / "isolation" / "children.py")
    command = [sys.executable, "-I", script, str(os.getppid()), "2000", *RUN, FACTS]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "the parent has ended\n")
