"""The combined match finds what each rule's own search finds, on random code and random rules."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rules_at_work import outcome, plain_matches

PATTERNS = [
    *(
        "f($A)",
        "$F($$$A)",
        "$A == $A",
        "f($A, $$$, $A)",
        "f($$$X, 1, $$$Y)",
        "$A = $B",
        "$A.get($$$)",
        "'$S'",
    ),
    *(
        "$B + $A",
        "if $C:\n    $$$B",
        "$A + $B",
        "return $R",
        "lambda: $X",
        "f(1)",
        "[$A, $$$R]",
        "é",
        "# note",
        "x",
    ),
]
KINDS = [
    "call",
    "identifier",
    "string",
    "comment",
    "block",
    "binary_operator",
    "list",
    "integer",
    "module",
    "argument_list",
]
REGEXES = ["^f", "get$", "[ab]", "é|🐍", "^(f|g)$", "x\\.get", "note", "\\d", "^x$|^y$"]

atomic = st.one_of(
    st.sampled_from(PATTERNS).map(lambda text: {"pattern": text}),
    st.sampled_from(KINDS).map(lambda kind: {"kind": kind}),
)
loose = st.one_of(atomic, st.sampled_from(REGEXES).map(lambda regex: {"regex": regex}))


def _bigger(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    stop = st.one_of(st.just({}), st.just({"stopBy": "end"}), inner.map(lambda rule: {"stopBy": rule}))
    relation = st.builds(lambda rule, far: {**rule, **far}, inner, stop)
    return st.one_of(
        st.builds(
            lambda name, rule: {name: rule},
            st.sampled_from(["has", "inside", "follows", "precedes"]),
            relation,
        ),
        inner.map(lambda rule: {"not": rule}),
        st.lists(inner, min_size=1, max_size=3).map(lambda rules: {"any": rules}),
        st.lists(inner, min_size=1, max_size=3).map(lambda rules: {"all": rules}),
        inner.map(lambda rule: {"nthChild": {"position": 1, "ofRule": rule}}),
    )


conditions = st.recursive(loose, _bigger, max_leaves=6)


def _whole(first: dict[str, Any], rest: list[dict[str, Any]], constraints: list[str]) -> dict[str, Any]:
    rule: dict[str, Any] = {"rule": {"all": [first, *rest]}}
    if constraints and "$A" in str(first):
        rule["constraints"] = {"A": {"regex": constraints[0]}}
    if len(constraints) > 1:
        rule["utils"] = {"other": {"all": rest or [first]}}
        rule["rule"] = {"all": [first, {"matches": "other"}]}
    return rule


rules = st.builds(
    _whole, atomic, st.lists(conditions, max_size=2), st.lists(st.sampled_from(REGEXES), max_size=2)
)

expressions = st.recursive(
    st.sampled_from(["x", "y", "1", "2", "'f'", "'🐍'", "é", "f", "a"]),
    lambda inner: st.one_of(
        st.builds("f({})".format, inner),
        st.builds("f({}, {}, {})".format, inner, inner, inner),
        st.builds("{}.get({}, )".format, st.sampled_from(["x", "y"]), inner),
        st.builds("{} + {}".format, inner, inner),
        st.builds("({} == {})".format, inner, inner),
        st.builds("[{},\n {}]".format, inner, inner),
        st.builds("(lambda: {})".format, inner),
    ),
    max_leaves=8,
)
statements = st.one_of(
    expressions,
    st.builds("{} = {}".format, st.sampled_from(["x", "é"]), expressions),
    st.builds("if {}:\n    {}\n    return {}".format, expressions, expressions, expressions),
    st.sampled_from(["# note", "# 🐍", "x = ((", "def f(:", ""]),
)
files = st.builds(
    lambda parts, end: end.join("\n".join(parts).split("\n")) + end,
    st.lists(statements, max_size=8),
    st.sampled_from(["\n", "\r\n"]),
)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(rules, min_size=1, max_size=5), files)
def test_combined_and_single_search_agree(many: list[dict[str, Any]], text: str) -> None:
    found = outcome(many, text)
    assert found.quarantined == ()
    data = text.encode()
    for number, rule in enumerate(many):
        spans = [match.span for match in found.matches if match.rule_index == number]
        places = [(len(data[:start].decode()), len(data[:end].decode())) for start, end in spans]
        assert places == plain_matches(rule, text)
