"""The wheel is built, installed into an environment of its own, and asked; the image is made of the same files."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.paths import ROOT, tracked_files
from ui.settings import Settings, load_settings


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source as it is."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the programs of an environment that the wheel is installed into."""
    environment = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    library = Path(sysconfig.get_path("purelib", vars={"base": str(environment), "platbase": str(environment)}))
    # The dependencies are large and the same: they are imported from this environment, after the new one's own.
    (library / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    pip = [sys.executable, "-m", "pip", "--python", str(environment / "bin" / "python"), "install", "--no-deps"]
    subprocess.run([*pip, "--no-index", "--quiet", str(wheel)], check=True, capture_output=True)
    return environment / "bin"


@pytest.fixture
def environment() -> dict[str, str]:
    """This process's environment without what changes where Python imports from."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


@pytest.fixture(scope="module")
def dockerfile() -> list[str]:
    return (ROOT / "Dockerfile").read_text().splitlines()


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_the_wheel_holds_every_file_of_the_packages_and_no_other(wheel: Path):
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert held == {file.as_posix() for file in tracked_files() if file.parts[0] in ("index", "qa", "ui")}


def test_the_wheel_answers_from_an_environment_of_its_own(
    installed: Path, environment: dict[str, str], seed_index: Path, tmp_path: Path
):
    command = [str(installed / "quoth"), "ask", "What rocket was used?", "--index", str(seed_index)]
    asked = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert "Soyuz" in asked.stdout, asked.stderr


def test_the_environment_of_the_wheel_imports_what_the_wheel_installed(
    installed: Path, environment: dict[str, str], tmp_path: Path
):
    command = [str(installed / "python"), "-c", "import ui; print(ui.__file__)"]
    found = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert found.stdout.startswith(str(installed.parent))


def test_the_changelog_has_the_version(project: dict[str, Any]):
    assert f"## {project['project']['version']}" in (ROOT / "CHANGELOG.md").read_text()


def test_the_extras_are_these(project: dict[str, Any]):
    assert set(project["project"]["optional-dependencies"]) == {"dev", "formats", "milvus", "ray"}


def test_the_image_copies_all_that_the_wheel_is_made_of(dockerfile: list[str], project: dict[str, Any]):
    copied = {word for line in dockerfile if line.startswith("COPY") for word in line.split()[1:-1]}
    needed = {*project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"], *project["project"]["license-files"]}
    needed |= {"pyproject.toml", "requirements.lock", "requirements-dev.lock", project["project"]["readme"]}
    assert needed == copied


def test_the_image_copies_nothing_that_is_missing_or_ignored(dockerfile: list[str]):
    copied = {word for line in dockerfile if line.startswith("COPY") for word in line.split()[1:-1]}
    ignored = set((ROOT / ".dockerignore").read_text().splitlines())
    assert [name for name in copied if name in ignored or not (ROOT / name).exists()] == []


def test_compose_serves_by_one_command_and_its_milvus_is_a_profile(project: dict[str, Any]):
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    assert [name for name, service in services.items() if "profiles" not in service] == ["quoth"]
    known = {f"QUOTH_{name.upper()}" for name in Settings.model_fields}
    for service in (services["quoth"], services["quoth-milvus"]):
        assert service["environment"].keys() <= known
        assert service["ports"] == ["127.0.0.1:${PORT:-7860}:7860"]
    assert services["quoth-milvus"]["build"]["args"]["EXTRAS"] in project["project"]["optional-dependencies"]
    assert "milvus" in services["quoth-milvus"]["depends_on"]


def test_the_documented_commands_of_the_image_give_a_token_that_is_accepted():
    for file in ("compose.yaml", "ui/README.md"):
        tokens = re.findall(r"QUOTH_TOKEN=([\w-]+)", (ROOT / file).read_text())
        assert tokens, file
        assert [load_settings({"token": token}).token.get_secret_value() for token in tokens] == tokens


def test_the_systemd_unit_gives_the_service_all_that_it_writes_to():
    unit = (ROOT / "ui" / "README.md").read_text().partition("```ini\n")[2].partition("```")[0]
    settings = dict(line.split("=", 1) for line in unit.splitlines() if "=" in line)
    assert settings["ProtectSystem"] == "strict"
    assert settings["PrivateTmp"] == "yes"  # for uploads that are being received; otherwise /tmp is read-only
    assert settings["ReadWritePaths"] == settings["WorkingDirectory"]
    assert int(settings["TimeoutStopSec"]) > 10


def test_the_image_is_not_run_by_root(dockerfile: list[str]):
    assert dockerfile.index("USER quoth") < next(k for k, line in enumerate(dockerfile) if line.startswith("CMD"))


def test_the_image_reports_whether_it_works(dockerfile: list[str]):
    assert any(line.startswith("HEALTHCHECK") for line in dockerfile)


def test_an_audit_without_its_data_says_so_and_fails_nothing(environment: dict[str, str]):
    built = [f"-o{name}" for name in ("setup", f"{sys.prefix}/runtime.stamp", f"{sys.prefix}/dev.stamp")]
    unreachable = environment | {
        "https_proxy": "http://127.0.0.1:9",
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "no_proxy": "",
    }
    command = ["make", "--no-print-directory", *built, f"VENV={sys.prefix}", "audit"]
    audit = subprocess.run(command, cwd=ROOT, env=unreachable, capture_output=True, text=True, check=True)
    assert audit.stdout == "audit: PyPI's list of known holes cannot be reached from here, so nothing was checked\n"
