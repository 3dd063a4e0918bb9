import re
from typing import Any

from bugcatalog_ls.catalog.keys import FrontMatter, Rule
from bugcatalog_ls.catalog.schema import front_matter_schema


def nodes(schema: Any) -> list[dict[str, Any]]:
    inner = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    found = [node for value in inner for node in nodes(value)]
    return [schema, *found] if isinstance(schema, dict) else found


def test_every_key_is_described() -> None:
    schema = front_matter_schema()
    assert list(schema["properties"]) == list(FrontMatter.__struct_fields__)
    assert list(schema["$defs"]["Rule"]["properties"]) == list(Rule.__struct_fields__)
    for definition in (schema, *schema["$defs"].values()):
        for key, value in definition["properties"].items():
            assert value.get("description"), key


def test_unknown_keys_are_refused_and_an_extension_needs_only_a_code() -> None:
    schema = front_matter_schema()
    assert schema["additionalProperties"] is False
    assert schema["then"]["required"] == ["code"]
    assert schema["else"]["required"] == ["code", "name", "severity"]


def test_references_and_expressions_hold_for_other_tools() -> None:
    schema = front_matter_schema()
    for node in nodes(schema):
        if "$ref" in node:
            assert node["$ref"].removeprefix("#/$defs/") in schema["$defs"]
        if isinstance(node.get("pattern"), str):
            re.compile(node["pattern"])
            assert r"\Z" not in node["pattern"]
        assert "default" not in node
