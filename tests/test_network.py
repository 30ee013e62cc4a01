"""Nothing reaches for another machine: not at import, not at build, not when answering."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def test_the_guard_notices_a_connection_to_another_machine(network_attempts: list[str]):
    with pytest.raises(BaseException, match=r"192\.0\.2\.1"), socket.socket() as probe:
        probe.connect(("192.0.2.1", 9))
    assert network_attempts == ["socket.connect 192.0.2.1"]
    network_attempts.clear()


@pytest.mark.parametrize(
    "script",
    [
        "from ui.cli import main; main()",
        "from qa import answer; print(answer(sys.argv[2]))",
    ],
    ids=["command line", "python"],
)
def test_asking_connects_nowhere_and_needs_no_gradio(script: str, seed_index: Path, tmp_path: Path):
    log = tmp_path / "attempts"
    guard = {"PYTHONPATH": str(ROOT / "tests" / "guard"), "OFFLINE_LOG": str(log)}
    environment = os.environ | guard | {"QUOTH_INDEX": str(seed_index)}
    script = f"import sys; sys.modules['gradio'] = None; sys.argv[1:] = ['ask', 'What rocket was used?']; {script}"
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=120)
    assert "Soyuz" in done.stdout, done.stderr
    assert done.returncode == 0
    assert not log.exists()
