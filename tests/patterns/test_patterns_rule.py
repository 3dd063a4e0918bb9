"""What is said of a rule that can't be used, and at which key."""

from __future__ import annotations

from typing import Any

import pytest

from bugcatalog_ls.patterns.rule import RuleError, compile_rule

OK = {"language": "Python", "rule": {"pattern": "f($A)"}}


def deep(n: int) -> dict[str, Any]:
    return {"kind": "call", "has": deep(n - 1)} if n else {"kind": "call"}


@pytest.mark.parametrize(
    ("raw", "key", "part"),
    [
        (None, "", "an object with keys, not nothing"),
        ({"rule": {"kind": "call"}}, "language", "needs a language"),
        ({**OK, "language": "Pyton"}, "language", "did you mean `Python`?"),
        ({"language": "Python"}, "", "needs the key `rule`"),
        ({**OK, "fixx": "a"}, "fixx", "did you mean `fix`?"),
        ({**OK, "severity": "error"}, "severity", "severity belongs to the entry"),
        ({**OK, "rule": {"patern": "a"}}, "rule.patern", "did you mean `pattern`?"),
        ({**OK, "rule": {"kind": "nope"}}, "rule", "Kind `nope` is invalid."),
        ({**OK, "rule": {"kind": "call > x"}}, "rule.kind", "one kind of node"),
        ({**OK, "rule": {"pattern": "a b c"}}, "rule", "Multiple AST nodes are detected"),
        ({**OK, "rule": {"pattern": ""}}, "rule", "No AST root"),
        (
            {**OK, "rule": {"kind": "call", "regex": "("}},
            "rule",
            "invalid regular expression: unclosed group",
        ),
        ({**OK, "rule": {"regex": "a"}}, "rule", "does not say which nodes"),
        ({**OK, "rule": {"any": [{"kind": "call"}, {"regex": "a"}]}}, "rule", "does not say which nodes"),
        ({**OK, "rule": {"pattern": "$A"}}, "rule", "does not say which nodes"),
        (
            {**OK, "rule": {"kind": "call", "has": {"kind": "call", "stopBy": "enf"}}},
            "rule.has.stopBy",
            "not `enf`",
        ),
        (
            {**OK, "rule": {"kind": "call", "has": {"kind": "call", "field": "zz"}}},
            "rule",
            "invalid field zz",
        ),
        ({**OK, "rule": {"kind": "call", "all": {"kind": "call"}}}, "rule.all", "takes a list"),
        ({**OK, "rule": {"kind": "call", "any": [None]}}, "rule.any[0]", "not nothing"),
        ({**OK, "rule": {"kind": 3}}, "rule.kind", "takes a text, not a number"),
        ({**OK, "rule": {"kind": "call", "matches": "a"}}, "rule.matches", "no utility `a`"),
        ({**OK, "rule": deep(60)}, "rule" + ".has" * 41, "40 deep"),
        ({**OK, "rule": {"any": [{"kind": "call"}] * 600}}, "rule", "500 conditions"),
        ({**OK, "rule": {"pattern": "(" * 5_000}}, "rule", "4000 characters"),
        ({**OK, "rule": {"pattern": "f($$$, " * 20}}, "rule", "12 `$$$` at most"),
        ({**OK, "constraints": {"B": {"regex": "a"}}}, "constraints", "Undefined meta var `B`"),
        ({**OK, "constraints": {"A": {"kind": "nope"}}}, "constraints.A", "nope"),
        (
            {**OK, "transform": {"B": {"substring": {"source": "$_"}}}},
            "transform.B",
            "`source` is the metavariable",
        ),
        ({**OK, "transform": {"B": {"rewrite": {"source": "$A"}}}}, "transform.B", "rewriters"),
        ({**OK, "transform": {"B": {"upper": {"source": "$A"}}}}, "transform.B", "one of `substring`"),
        ({**OK, "fix": "g($B)"}, "fix", "`$B` is not a metavariable"),
        ({**OK, "fix": {"template": "g", "expandEnd": {"kind": "nope"}}}, "fix.expandEnd", "nope"),
        ({**OK, "fix": [{"template": "g"}]}, "fix[0]", "needs a `title`"),
        ({**OK, "fix": 3}, "fix", "not a number"),
        ({**OK, "at": "B"}, "at", "`B` is not a metavariable"),
        ({**OK, "resolves": {"B": ["a.b"]}}, "resolves", "`B` is not a metavariable"),
        ({**OK, "resolves": {"A": ["a b"]}}, "resolves.A", "not a qualified name"),
        (
            {"language": "Go", "rule": {"pattern": "f($A)"}, "resolves": {"A": ["a.b"]}},
            "resolves",
            "Python rules only",
        ),
        ({**OK, "applicability": "sure"}, "applicability", "`safe` or `suggested`"),
        ({**OK, "imports": [1]}, "imports", "list of texts"),
        (
            {
                **OK,
                "rule": {"kind": "call", "matches": "a"},
                "utils": {"a": {"inside": {"has": {"matches": "a"}}}},
            },
            "utils.a",
            "no bound",
        ),
        (
            {
                **OK,
                "rule": {"kind": "call", "matches": "a"},
                "utils": {"a": {"has": {"matches": "a", "stopBy": "end"}}},
            },
            "utils.a",
            "no bound",
        ),
        (
            {**OK, "rule": {"kind": "call", "matches": "a"}, "utils": {"a": {"all": [{"matches": "a"}]}}},
            "utils.a",
            "no bound",
        ),
    ],
)
def test_faults_are_told(raw: object, key: str, part: str) -> None:
    with pytest.raises(RuleError) as caught:
        compile_rule(raw, code="T1", index=3)
    assert part in caught.value.message
    assert (caught.value.index, caught.value.key) == (3, key)
    assert "backtrace" not in caught.value.message


def test_languages_go_by_their_short_names_too() -> None:
    assert compile_rule({"language": "ts", "rule": {"pattern": "f($A)"}}).language.name == "TypeScript"
