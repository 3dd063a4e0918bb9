"""Files and their languages."""

from __future__ import annotations

import pytest

from bugcatalog_ls.patterns.languages import file_type, file_type_of_id


@pytest.mark.parametrize(
    ("path", "language", "language_id"),
    [
        ("a/b.py", "Python", "python"),
        ("a.pyi", "Python", "python"),
        ("A.TSX", "Tsx", "typescriptreact"),
        ("a.jsx", "JavaScript", "javascriptreact"),
        ("a.mjs", "JavaScript", "javascript"),
        ("a.kt", "Kotlin", "kotlin"),
        ("a.sh", "Bash", "shellscript"),
        ("a.b/c.rs", "Rust", "rust"),
    ],
)
def test_known_suffixes(path: str, language: str, language_id: str) -> None:
    kind = file_type(path)
    assert kind is not None
    assert (kind.language.name, kind.language_id) == (language, language_id)
    assert file_type_of_id(language_id) is not None


@pytest.mark.parametrize("path", ["py", ".py", "a/.py", "a.unknown", "a.py/readme", "Makefile"])
def test_other_files(path: str) -> None:
    assert file_type(path) is None
