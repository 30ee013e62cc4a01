"""The HTTP service conforms to its OpenAPI description, whatever is sent to it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from index import build
from ui.server import assemble
from ui.service.service import Service
from ui.settings import load_settings

PUBLISHED = json.loads((Path(__file__).parents[3] / "ui" / "openapi.json").read_text())
OPERATIONS = [(method, path) for path, methods in PUBLISHED["paths"].items() for method in methods]


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> schemathesis.BaseSchema:
    """The OpenAPI description of a service over a small index, so that each question is answered at once."""
    notes = tmp_path_factory.mktemp("openapi")
    (notes / "launch.txt").write_text("The launch is on 4 May 2031. The rocket is called Heron.")
    location = notes / "index"
    build([notes / "launch.txt"], location)
    service = Service.of(load_settings({"index": location, "trusted_hosts": "testserver"}))
    service.engine.answerer()
    return schemathesis.openapi.from_asgi("/openapi.json", assemble(service))


# A well-formed request can hold an unreadable file or an empty question, so refusing it is correct.
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_no_generated_request_breaks_the_service_or_its_description(
    method: str, path: str, described: schemathesis.BaseSchema
):
    @given(described[path][method].as_strategy())
    @settings(max_examples=8, suppress_health_check=list(HealthCheck), derandomize=True)
    def promises_are_kept(case: schemathesis.Case) -> None:
        case.call_and_validate(excluded_checks=[positive_data_acceptance], timeout=600)

    promises_are_kept()


def _parts(part: Any) -> Iterator[dict[str, Any]]:
    """Every object in a piece of JSON."""
    if isinstance(part, dict):
        yield part
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _parts(inner)


def _listed(examples: object) -> list[Any]:
    """Examples of a schema; the field ``examples`` of a reply is none."""
    return examples if isinstance(examples, list) else []


def test_the_description_is_complete_and_its_examples_match_its_schemas():
    referred = [part["$ref"] for part in _parts(PUBLISHED) if isinstance(part.get("$ref"), str)]
    assert {name.removeprefix("#/components/schemas/") for name in referred} <= PUBLISHED["components"][
        "schemas"
    ].keys()
    shown = [part for part in _parts(PUBLISHED["paths"]) if "example" in part and "schema" in part]
    shown += [{"schema": part, "example": one} for part in _parts(PUBLISHED) for one in _listed(part.get("examples"))]
    assert len(shown) > 6
    for part in shown:
        jsonschema_rs.validate({**part["schema"], "components": PUBLISHED["components"]}, part["example"])


def test_every_operation_has_a_unique_name_and_describes_its_errors():
    operations = [PUBLISHED["paths"][path][method] for method, path in OPERATIONS]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() and len(name) < 20 for name in names)
    for operation in operations:
        assert all(parameter.get("description") for parameter in operation.get("parameters", ()))
        if operation.get("security") != []:
            assert "401" in operation["responses"]
        for status, told in operation["responses"].items():
            assert status < "400" or list(told["content"]) == ["application/problem+json"]
            assert status != "503" or "Retry-After" in told["headers"]
