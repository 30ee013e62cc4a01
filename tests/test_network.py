"""No test may connect to another machine; that asking connects nowhere is shown by the snippets of the READMEs."""

import socket

import pytest


def test_the_guard_notices_a_connection_to_another_machine(network_attempts: list[str]):
    with pytest.raises(BaseException, match=r"192\.0\.2\.1"), socket.socket() as probe:
        probe.connect(("192.0.2.1", 9))
    assert network_attempts == ["socket.connect 192.0.2.1"]
    network_attempts.clear()
