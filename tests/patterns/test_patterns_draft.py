"""Rules drafted from code: what is particular becomes metavariables, and the code is found again."""

from __future__ import annotations

import pytest

from bugcatalog_ls.patterns.draft import drafted_rule
from bugcatalog_ls.patterns.languages import language_named


@pytest.mark.parametrize(
    ("language", "code", "whole", "pattern"),
    [
        ("Python", "send(user, 3)", "", "send($$$ARGS)"),
        ("Python", "send(user, retries=3)", "", "send($A, retries=$B)"),
        ("Python", "for x in xs:\n    send(x)", "", "for x in xs:\n    $$$BODY"),
        ("Python", "x = (", "", "x = ("),
        ("TypeScript", "parseInt(a.b);", "", "parseInt($$$ARGS)"),
        ("Rust", "value.unwrap()", "fn f() { value.unwrap(); }", "value.unwrap()"),
        ("Yaml", "image: shop:latest", "a:\n  image: shop:latest\n", "image: shop:latest"),
        (
            "Go",
            "http.Get(url)",
            "package a\nfunc f() {\n\tr, err := http.Get(url)\n}\n",
            {"context": "func f() { _ = http.Get($$$ARGS) }", "selector": "call_expression"},
        ),
        (
            "Go",
            "err == sql.ErrNoRows",
            "package a\nfunc f() bool {\n\treturn err == sql.ErrNoRows\n}\n",
            {"context": "func f() { _ = err == sql.ErrNoRows }", "selector": "binary_expression"},
        ),
    ],
)
def test_drafts(language: str, code: str, whole: str, pattern: object) -> None:
    named = language_named(language)
    assert named is not None
    rule = drafted_rule(code, named, "", whole)
    assert rule is not None
    assert rule["rule"]["pattern"] == pattern


def test_what_is_called_is_named() -> None:
    named = language_named("python")
    assert named is not None
    assert drafted_rule("rq.get(url)", named, "requests.get") == {
        "language": "Python",
        "rule": {"pattern": "$FN($$$ARGS)"},
        "resolves": {"FN": ["requests.get"]},
    }
