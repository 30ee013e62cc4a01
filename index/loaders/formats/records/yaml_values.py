"""YAML: the values of a file by their path, as they are written, like those of JSON."""

from __future__ import annotations

import yaml

from index.errors import UnreadableFileError
from index.loaders.base import Parsed
from index.loaders.decoding import decode
from index.loaders.formats.records.json_records import Json, add_value, parsed_value
from index.loaders.text_builder import TextBuilder

MEDIA_TYPE = "application/yaml"
_NULL = "tag:yaml.org,2002:null"
_MERGE = "tag:yaml.org,2002:merge"


def parse_yaml(content: bytes) -> Parsed:
    """A YAML file of one or more documents; one that is no valid YAML, as a template, is read as text, with a warning.

    A list or a mapping that others refer to is read once, where it stands.
    """
    decoded = decode(content)
    builder = TextBuilder()
    try:
        values = [_value(root, set()) for root in yaml.compose_all(decoded.text, yaml.SafeLoader) if root is not None]
        for value in values:
            add_value(builder, value)
    except yaml.YAMLError as error:
        reason = " ".join(str(getattr(error, "problem", None) or error).split())
        warning = f"not valid YAML ({reason}): read as text"
        return Parsed(decoded.text, MEDIA_TYPE, encoding=decoded.encoding, warnings=(*decoded.warnings, warning))
    except RecursionError as error:
        raise UnreadableFileError("not valid YAML: nested too deeply") from error
    return parsed_value(
        builder, values[0] if values else None, MEDIA_TYPE, encoding=decoded.encoding, warnings=decoded.warnings
    )


def _value(node: yaml.Node, seen: set[int]) -> Json:
    """A node with its scalars as they are written; None for null, and for a list or mapping that was read before."""
    if isinstance(node, yaml.ScalarNode):
        return None if node.tag == _NULL else str(node.value)
    if id(node) in seen:
        return None
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, seen) for item in node.value]
    values: dict[str, Json] = {}
    for key, item in node.value:
        value = _value(item, seen)
        if key.tag == _MERGE and isinstance(value, dict):
            values = value | values
        else:
            values[str(key.value) if isinstance(key, yaml.ScalarNode) else ""] = value
    return values
