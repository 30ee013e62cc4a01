"""No connection is made to another machine: not at import, not at build, not when answering."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest


def test_the_guard_notices_a_connection_to_another_machine(network_attempts: list[str]):
    with pytest.raises(BaseException, match=r"192\.0\.2\.1"), socket.socket() as probe:
        probe.connect(("192.0.2.1", 9))
    assert network_attempts == ["socket.connect 192.0.2.1"]
    network_attempts.clear()


def test_asking_connects_nowhere_and_needs_no_gradio(guard: dict[str, str], seed_index: Path):
    environment = os.environ | guard | {"QUOTH_INDEX": str(seed_index)}
    asked = "sys.argv[1:] = ['ask', 'What rocket was used?']"
    script = f"import sys; sys.modules['gradio'] = None; {asked}; from ui.cli.app import main; main()"
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True)
    assert "Soyuz" in done.stdout, done.stderr
    assert done.returncode == 0
    assert not Path(guard["OFFLINE_LOG"]).exists()
