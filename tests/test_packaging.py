"""The wheel holds all that is needed: it is built, installed into an environment of its own, and asked."""

import os
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source as it is."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return next(out.glob("*.whl"))


def test_the_wheel_holds_the_packages_with_their_data_and_nothing_else(wheel: Path):
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"index", "qa", "ui"}
    for needed in ("index/py.typed", "qa/py.typed", "ui/py.typed", "qa/model/weights.json", "ui/openapi.json"):
        assert needed in names
    assert any(name.startswith("ui/static/") and name.endswith(".css") for name in names)
    templates = {path.relative_to(ROOT).as_posix() for path in (ROOT / "ui/web/templates").rglob("*.html")}
    assert templates and templates <= set(names)


def test_the_wheel_answers_from_an_environment_of_its_own(wheel: Path, seed_index: Path, tmp_path: Path):
    environment = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    library = Path(sysconfig.get_path("purelib", vars={"base": str(environment), "platbase": str(environment)}))
    # What it depends on is large and the same: it is borrowed from here, after the environment's own.
    (library / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    pip = [sys.executable, "-m", "pip", "--python", str(environment / "bin" / "python"), "install", "--no-deps"]
    subprocess.run([*pip, "--no-index", "--quiet", str(wheel)], check=True, capture_output=True)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    command = [str(environment / "bin" / "quoth"), "ask", "What rocket was used?", "--index", str(seed_index)]
    asked = subprocess.run(command, cwd=tmp_path, env=clean, capture_output=True, text=True)
    assert "Soyuz" in asked.stdout, asked.stderr
    origin = "import ui; print(ui.__file__)"
    python = [str(environment / "bin" / "python"), "-c", origin]
    found = subprocess.run(python, cwd=tmp_path, env=clean, capture_output=True, text=True, check=True)
    assert found.stdout.startswith(str(environment))


def test_the_version_and_the_extras_are_told_once():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert f"## {project['version']}" in (ROOT / "CHANGELOG.md").read_text()
    assert set(project["optional-dependencies"]) >= {"mcp", "dev"}


def test_the_image_holds_all_that_the_wheel_is_made_of(wheel: Path):
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    copied = {word for line in lines if line.startswith("COPY") for word in line.split()[1:-1]}
    left_out = {line for line in (ROOT / ".dockerignore").read_text().splitlines() if line}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    needed = {*project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"], *project["project"]["license-files"]}
    needed |= {"pyproject.toml", "requirements.lock", project["project"]["readme"]}
    assert needed == copied
    assert not needed & left_out
    assert all((ROOT / name).exists() for name in copied)


def test_the_systemd_unit_gives_the_service_all_that_it_writes_to():
    unit = (ROOT / "ui" / "README.md").read_text().partition("```ini\n")[2].partition("```")[0]
    settings = dict(line.split("=", 1) for line in unit.splitlines() if "=" in line)
    assert settings["ProtectSystem"] == "strict"
    assert settings["PrivateTmp"] == "yes"  # uploads on their way in; /tmp is closed to writing otherwise
    assert settings["ReadWritePaths"] == settings["WorkingDirectory"]
    assert int(settings["TimeoutStopSec"]) > 10


def test_the_image_is_not_run_by_root_and_tells_whether_it_works():
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert "USER quoth" in lines
    assert any(line.startswith("HEALTHCHECK") for line in lines)
    assert lines.index("USER quoth") < next(k for k, line in enumerate(lines) if line.startswith("CMD"))
