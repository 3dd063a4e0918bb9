"""The oldest Python that a project supports, as its own files tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

_AT_LEAST = re.compile(r"(?:>=?|==|~=|\^)\s*3\.(\d{1,2})")
_SHORT = re.compile(r"py3(\d{1,2})$")
_PLAIN = re.compile(r"(?:python-?)?3\.(\d{1,2})\b")

# Best first: what a package demands, then what its tools are told to expect.
_TELLING = (
    (("project", "requires-python"), _AT_LEAST),
    (("tool", "poetry", "dependencies", "python"), _AT_LEAST),
    (("tool", "ruff", "target-version"), _SHORT),
    (("tool", "black", "target-version"), _SHORT),
    (("tool", "mypy", "python_version"), _PLAIN),
)

Told = tuple[tuple[int, int], tuple[str, ...]]
"""A version, and the keys under which it stands."""


def required_python(pyproject: Mapping[str, Any]) -> Told | None:
    """What a `pyproject.toml` tells."""
    for keys, pattern in _TELLING:
        minors = [int(match[1]) for text in _texts(pyproject, keys) if (match := pattern.search(text))]
        if minors:
            return (3, min(minors)), keys
    return None


def pinned_python(root: Path) -> tuple[int, int] | None:
    """What `.python-version` pins."""
    try:
        match = _PLAIN.match((root / ".python-version").read_text("utf-8", "replace").strip())
    except OSError:
        return None
    return (3, int(match[1])) if match else None


def _texts(values: Any, keys: tuple[str, ...]) -> Iterator[str]:
    for key in keys:
        values = values.get(key) if isinstance(values, dict) else None
    yield from (text for text in (values if isinstance(values, list) else [values]) if isinstance(text, str))
