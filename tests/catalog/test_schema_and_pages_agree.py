"""What the JSON Schema of the front matter refuses is an error of the page, at its line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from bugcatalog_ls.catalog.entry import Entry
from bugcatalog_ls.catalog.loader import load_page
from bugcatalog_ls.catalog.schema import front_matter_schema

SCHEMA = front_matter_schema()
VALID: dict[str, Any] = {"code": "TEAM-1", "name": "old-call", "severity": "warning"}
RULE = {"language": "python", "rule": {"pattern": "old($X)"}}
# Where each definition stands in a page, around a value of it.
PLACES: dict[str, Any] = {
    "ErrorSymptom": (lambda value: {"symptoms": [value]}, {"error": "x"}),
    "Rule": (lambda value: {"rules": [value]}, RULE),
    "Variant": (lambda value: {"variants": {"stale": value}}, {"severity": "hint"}),
    "Case": (lambda value: {"cases": [value]}, {"id": "BUG-1", "title": "x"}),
}


def wrong_values(node: dict[str, Any]) -> Iterator[Any]:
    """Values that a node of the schema refuses."""
    node = SCHEMA["$defs"][node["$ref"].split("/")[-1]] if "$ref" in node else node
    kind = node.get("type")
    if "anyOf" in node:
        yield 7
        return
    if "enum" in node:
        yield from ("something", 7)
        return
    yield {"string": 7, "array": "text", "object": "text", "boolean": "text", "integer": "text"}[kind]
    if kind == "string" and "pattern" in node:
        yield "not this, by its form!"
    if kind == "string" and node.get("minLength"):
        yield ""
    if kind == "array" and (inner := node.get("items")) is not None:
        yield from ([value] for value in wrong_values(inner))


def cases() -> Iterator[Any]:
    for key, node in SCHEMA["properties"].items():
        for value in wrong_values(node):
            yield pytest.param(key, {**VALID, key: value}, id=f"{key}: {json.dumps(value)[:40]}")
    yield pytest.param("colour", {**VALID, "colour": "red"}, id="an unknown key")
    for name, (around, valid) in PLACES.items():
        definition = SCHEMA["$defs"][name]
        for key, node in definition["properties"].items():
            for value in wrong_values(node):
                page = around({**valid, key: value})
                yield pytest.param(
                    next(iter(page)), {**VALID, **page}, id=f"{name}.{key}: {json.dumps(value)[:40]}"
                )
        if definition.get("additionalProperties") is False:
            page = around({**valid, "colour": "red"})
            yield pytest.param(next(iter(page)), {**VALID, **page}, id=f"{name}: an unknown key")
        for key in definition.get("required", ()):
            page = around({each: value for each, value in valid.items() if each != key})
            yield pytest.param(next(iter(page)), {**VALID, **page}, id=f"{name} without {key}")


def page_of(front: dict[str, Any]) -> str:
    # JSON is YAML; each key stands on a line of its own.
    lines = [f"{key}: {json.dumps(value)}" for key, value in front.items()]
    return "\n".join(["---", *lines, "---", "# A call that is old", "", "It is called as it was.", ""])


@pytest.mark.parametrize(("key", "front"), list(cases()))
def test_what_the_schema_refuses_is_an_error_at_its_line(key: str, front: dict[str, Any]) -> None:
    errors = load_page("TEAM-1-old-call.md", page_of(front), "workspace")
    assert isinstance(errors, list)
    assert errors[0].line == list(front).index(key) + 2, errors


@pytest.mark.parametrize("key", ["code", "name", "severity"])
def test_a_key_that_is_missing_is_an_error(key: str) -> None:
    front = {each: value for each, value in VALID.items() if each != key}
    assert isinstance(load_page("TEAM-1-old-call.md", page_of(front), "workspace"), list)


@pytest.mark.parametrize("name", list(PLACES))
def test_the_page_around_the_wrong_value_is_right(name: str) -> None:
    around, valid = PLACES[name]
    assert isinstance(
        load_page("TEAM-1-old-call.md", page_of({**VALID, **around(valid)}), "workspace"), Entry
    )
