"""The HTTP service keeps the promises of its OpenAPI description, whatever it is sent."""

import json
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from index import build
from ui.server import assemble
from ui.service import Service
from ui.settings import load_settings

PATHS = json.loads((Path(__file__).parent.parent.parent / "ui" / "openapi.json").read_text())["paths"]
OPERATIONS = [(method, path) for path, methods in PATHS.items() for method in methods]


@pytest.fixture(scope="module")
def described(seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> schemathesis.BaseSchema:
    """The description that a service over an index of its own gives of itself."""
    location = tmp_path_factory.mktemp("openapi") / "index"
    build([seeds], location)
    service = Service.of(load_settings({"index": location, "trusted_hosts": "testserver"}))
    service.desk.answerer()
    return schemathesis.openapi.from_asgi("/openapi.json", assemble(service))


# A file may be unreadable and a question empty however well it is formed: to refuse it is no fault.
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_nothing_breaks_the_service_or_its_description(method: str, path: str, described: schemathesis.BaseSchema):
    @given(described[path][method].as_strategy())
    @settings(max_examples=8, suppress_health_check=list(HealthCheck), derandomize=True)
    def promises_are_kept(case: schemathesis.Case) -> None:
        case.call_and_validate(excluded_checks=[positive_data_acceptance], timeout=600)

    promises_are_kept()
