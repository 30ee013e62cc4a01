"""YAML: the values of a file by their path, as they are written, like those of JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import yaml

from index.errors import UnreadableFileError
from index.loaders.base import Parsed
from index.loaders.decoding import decode
from index.loaders.description.coverage import measured
from index.loaders.formats.records.json_records import Json, add_value, gathered, parsed_value, repetition_warning
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
        roots = [root for root in yaml.compose_all(decoded.text, yaml.SafeLoader) if root is not None]
        repeated: set[str] = set()
        values = [_value(root, set(), repeated) for root in roots]
        for value in values:
            add_value(builder, value)
    except yaml.YAMLError as error:
        reason = " ".join(str(getattr(error, "problem", None) or error).split())
        warning = f"not valid YAML ({reason}): read as text"
        warnings = (*decoded.warnings, warning)
        return Parsed(decoded.text, MEDIA_TYPE, encoding=decoded.encoding, warnings=warnings, coverage=1.0)
    except RecursionError as error:
        raise UnreadableFileError("not valid YAML: nested too deeply") from error
    warnings = (*decoded.warnings, *repetition_warning(repeated))
    first = values[0] if values else None
    parsed = parsed_value(builder, first, MEDIA_TYPE, encoding=decoded.encoding, warnings=warnings)
    return measured(parsed, "\n".join(_scalars(roots)), builder.encoded)


def _scalars(roots: Sequence[yaml.Node]) -> Iterator[str]:
    """The values in nodes, without names and null, each once; also those whose name another value has as well."""
    pending, seen = list(roots), set[int]()
    while pending:
        node = pending.pop()
        if isinstance(node, yaml.ScalarNode):
            if node.tag != _NULL:
                yield str(node.value)
        elif id(node) not in seen:
            seen.add(id(node))
            pending += node.value if isinstance(node, yaml.SequenceNode) else (item for _, item in node.value)


def _value(node: yaml.Node, seen: set[int], repeated: set[str]) -> Json:
    """A node with its scalars as they are written; None for null, and for a list or mapping that was read before.

    All values of a name that a mapping has several times are read, and it is added to ``repeated``.
    """
    if isinstance(node, yaml.ScalarNode):
        return None if node.tag == _NULL else str(node.value)
    if id(node) in seen:
        return None
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, seen, repeated) for item in node.value]
    merged: dict[str, Json] = {}
    pairs: list[tuple[str, Json]] = []
    for key, item in node.value:
        value = _value(item, seen, repeated)
        if key.tag == _MERGE and isinstance(value, dict):
            merged = value | merged
        else:
            pairs.append((str(key.value) if isinstance(key, yaml.ScalarNode) else "", value))
    return merged | gathered(pairs, repeated)
