"""The commands that people start reach no other machine than their settings name."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.support.paths import ROOT

ATTEMPT = """
import json, socket, sys, urllib.request
from index import stay_local
stay_local(json.loads(sys.argv[1]))

def outcome(attempt):
    try:
        attempt()
    except OSError as error:
        return "refused" if isinstance(getattr(error, "reason", error), PermissionError) else "tried"
    return "tried"

def udp():
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 9))

def tcp(host):
    connection = socket.socket()
    connection.settimeout(0.1)
    connection.connect((host, 9))

print(json.dumps([
    outcome(udp), outcome(lambda: tcp("192.0.2.1")), outcome(lambda: tcp("127.0.0.1")),
    outcome(lambda: socket.getaddrinfo("elsewhere.invalid", 80)), outcome(lambda: socket.getaddrinfo("localhost", 80)),
    outcome(lambda: urllib.request.urlopen("http://192.0.2.1:9/", timeout=0.1)),
]))
"""


OTHER_WAYS = """
def message():
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendmsg([b"x"], [], 0, ("192.0.2.1", 9))

print(json.dumps([
    outcome(message), outcome(lambda: socket.gethostbyname("elsewhere.invalid")),
    outcome(lambda: socket.gethostbyaddr("192.0.2.1")), outcome(lambda: socket.getnameinfo(("192.0.2.1", 9), 0)),
]))
"""


def outcomes(addresses: str, script: str = ATTEMPT) -> str:
    command = [sys.executable, "-c", script, addresses]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()


def test_another_machine_is_not_reached_in_any_way() -> None:
    first, *others = outcomes("[]", ATTEMPT + OTHER_WAYS).splitlines()
    assert first == '["refused", "refused", "tried", "refused", "tried", "refused"]'
    assert others == ['["refused", "refused", "refused", "refused"]']


@pytest.mark.parametrize("address", ["http://192.0.2.1:19530", "192.0.2.1:6379", "ray://192.0.2.1:10001"])
def test_a_machine_that_a_setting_names_is_reached(address: str) -> None:
    assert outcomes(f'["{address}"]') == '["tried", "tried", "tried", "refused", "tried", "tried"]'


GUARDED = """
import socket, sys
sys.argv = ["quoth", "settings", "--json"]
from ui.cli.app import main
try:
    main()
except SystemExit:
    pass
try:
    socket.create_connection(("192.0.2.1", 9), timeout=0.1)
except OSError as error:
    print(type(error).__name__)
"""


def test_the_command_line_is_guarded() -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", GUARDED], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.rstrip().endswith("PermissionError")
