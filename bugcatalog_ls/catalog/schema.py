"""The JSON Schema of a page's front matter, made from its types."""

from __future__ import annotations

from typing import Any

import msgspec

from bugcatalog_ls.catalog.keys import FrontMatter

SCHEMA_URL = "https://json-schema.org/draft/2020-12/schema"


def front_matter_schema() -> dict[str, Any]:
    """What editors and other tools need to know to check and complete front matter."""
    [schema], definitions = msgspec.json.schema_components([FrontMatter], ref_template="#/$defs/{name}")
    top = definitions.pop(schema["$ref"].rpartition("/")[2])
    for definition in (top, *definitions.values()):
        _finish(definition)
    return {
        "$schema": SCHEMA_URL,
        **top,
        "title": "Front matter of a catalog page",
        # A page that extends another gives only what it changes.
        "if": {"properties": {"extends": {"const": True}}, "required": ["extends"]},
        "then": {"required": ["code"]},
        "else": {"required": ["code", "name", "severity"]},
        "$defs": definitions,
    }


_DESCRIPTIONS = {
    "id": "The incident's own name, such as `BUG-012`.",
    "title": "What happened, in one line.",
    "url": "Where to read about it.",
    "severity": "The weight of a finding.",
}


def _finish(schema: Any) -> None:
    """Describe the keys that the types leave bare, and speak JSON Schema's dialect throughout."""
    if isinstance(schema, list):
        for inner in schema:
            _finish(inner)
    if not isinstance(schema, dict):
        return
    # A default of the types is no value that a page's writer would ever see.
    schema.pop("default", None)
    if isinstance(schema.get("pattern"), str):
        schema["pattern"] = _portable(schema["pattern"])
    for key, value in schema.get("properties", {}).items():
        if key in _DESCRIPTIONS and "$ref" not in value:
            value.setdefault("description", _DESCRIPTIONS[key])
    for inner in schema.values():
        _finish(inner)


def _portable(pattern: str) -> str:
    """JSON Schema speaks ECMAScript, which ends a text with `$` and knows no `\\Z`."""
    return pattern.replace(r"\Z", "$")
