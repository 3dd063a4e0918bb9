"""Matching: which places are found, where they stand in bytes, what they capture and resolve to."""

from __future__ import annotations

import pytest
from rules_at_work import check_found, matches, outcome, plain_matches

from bugcatalog_ls.patterns.languages import LANGUAGES, PYTHON, Language
from bugcatalog_ls.patterns.matcher import RuleSet
from bugcatalog_ls.patterns.rule import compile_rule
from bugcatalog_ls.text.source import Source

GET = {"rule": {"pattern": "$FN($$$ARGS)"}, "constraints": {"FN": {"regex": "get$"}}, "message": "$FN waits"}


def test_constraints_apply_to_their_own_rule_only() -> None:
    other = {"rule": {"pattern": "$FN($$$ARGS)"}, "constraints": {"FN": {"regex": "^post"}}}
    found = matches([GET, other], "get(1)\npost(2)\nput(3)\n")
    assert [(match.rule_index, match.metavars["ARGS"].text) for match in found] == [(0, "1"), (1, "2")]


def test_rules_that_match_the_same_node_all_find_it() -> None:
    found = matches([{"rule": {"pattern": "f($A)"}}, {"rule": {"kind": "call"}}], "f(1)\ng()\n")
    assert [(match.rule_index, match.span) for match in found] == [(0, (0, 4)), (1, (0, 4)), (1, (5, 8))]


def test_message_names_what_is_captured() -> None:
    (match,) = matches(GET, "requests.get(\n  url)\n")
    assert match.message == "requests.get waits"


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("before", ["", "x = 'é'", "# 🐍 𝔘 ü", "'''\U0001f600\n\U0001f600'''"])
def test_spans_count_bytes(before: str, line_end: str) -> None:
    text = f"{before}{line_end}'𐀀'; f('🐍', é){line_end}# ß{line_end}f(ü){line_end}"
    # A lone carriage return ends no line in tree-sitter, so that a comment would swallow what follows.
    if line_end == "\r" and "#" in before:
        text = text.replace("#", "'#'; ")
    check_found({"rule": {"pattern": "f($$$A)"}}, text, *(["f('🐍', é)"] + ["f(ü)"] * (line_end != "\r")))


def test_byte_order_mark_is_counted() -> None:
    check_found({"rule": {"pattern": "f($A)"}}, "\ufefff(1)\n", "f(1)")


def test_at_narrows_the_range() -> None:
    check_found({"rule": {"pattern": "$FN($$$)"}, "at": "$FN"}, "a.b(1)\n", "a.b")


RESOLVED = {"rule": {"pattern": "$FN($$$ARGS)"}, "resolves": {"FN": ["requests.get", "requests.post"]}}
CALLS = "é = 1; r.get(u)\nmine(u)\nnothing(u)\n"


def resolve_calls(start: int, end: int) -> str | None:
    return {"r.get": "requests.get", "mine": "myapp.http.get"}.get(CALLS.encode()[start:end].decode())


def test_listed_names_match_and_others_wait_for_the_workspace() -> None:
    found = matches(RESOLVED, CALLS, resolve=resolve_calls)
    assert [dict(match.unresolved) for match in found] == [{}, {"FN": "myapp.http.get"}]


def test_no_name_matches_without_a_resolver() -> None:
    check_found(RESOLVED, CALLS)


def test_utilities_of_two_rules_with_one_name_are_kept_apart() -> None:
    first = {"rule": {"kind": "call", "matches": "mine"}, "utils": {"mine": {"pattern": "f($A)"}}}
    second = {"rule": {"kind": "call", "matches": "mine"}, "utils": {"mine": {"pattern": "g($A)"}}}
    found = matches([first, second], "f(1)\ng(2)\n")
    assert [(match.rule_index, match.metavars["A"].text) for match in found] == [(0, "1"), (1, "2")]


def test_comments_are_found() -> None:
    rules = [{"rule": {"kind": "comment", "regex": "TODO"}}, {"rule": {"pattern": "x = $A"}}]
    check_found(rules, "# TODO\nx = 1\n# no\n", "# TODO", "x = 1")


def test_ellipsis_with_a_repeated_capture_is_matched_as_ast_grep_does() -> None:
    rule = {"rule": {"pattern": "f($A, $$$, $A)"}}
    text = "f(1, 2, 3, 1)\nf(1, 2)\nf(1, 1)\n"
    assert [match.span for match in matches([rule, {"rule": {"pattern": "h()"}}], text)] == plain_matches(
        rule, text
    )


def test_recursive_utility_towards_neighbours() -> None:
    rule = {
        "rule": {"kind": "list", "matches": "literal"},
        "utils": {
            "literal": {
                "any": [{"kind": "integer"}, {"kind": "list", "not": {"has": {"kind": "identifier"}}}]
            }
        },
    }
    check_found(rule, "[1, [2]]\n[1, x]\n", "[1, [2]]", "[2]")


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.name)
def test_every_language_is_known_to_ast_grep(language: Language) -> None:
    from bugcatalog_ls.patterns.engine import parse

    parse("", language)


def test_other_languages() -> None:
    rule = {"language": "TypeScript", "rule": {"pattern": "JSON.parse($X)"}}
    check_found(rule, "const a: number = JSON.parse(`é${x}`)\n", "JSON.parse(`é${x}`)")


def test_a_rule_speaks_of_its_own_language_only() -> None:
    rules = RuleSet([compile_rule({"language": "Go", "rule": {"pattern": "f($A)"}})])
    assert rules.match("f(1)", PYTHON).matches == ()


def test_large_files_are_left_out_where_a_rule_could_match() -> None:
    text = "f(1)\n" + "# filler\n" * 300_000
    assert outcome({"rule": {"pattern": "f($A)"}}, text).is_too_large
    assert not outcome({"rule": {"pattern": "absent($A)"}}, text).is_too_large


def test_lone_surrogates_do_no_harm() -> None:
    assert matches({"rule": {"pattern": "f($A)"}}, "x = '\ud800'; f(1)\n")[0].metavars["A"].text == "1"


def test_two_runs_agree() -> None:
    source = Source("f(1); g(2)\n" * 50)
    rules = RuleSet(
        [compile_rule({"language": "python", "rule": {"kind": "call"}}, code=f"T{n}") for n in range(3)]
    )
    assert rules.match(source, PYTHON) == rules.match(source, PYTHON)


@pytest.mark.parametrize(
    ("rule", "text", "expected"),
    [
        # A `not` that compares captures can't be tried before these are made.
        (
            {"rule": {"all": [{"pattern": "$A + $B"}, {"not": {"pattern": "$B + $A"}}]}},
            "x + y; x + x\n",
            ["x + y"],
        ),
        # A constraint on a name that a branch does not capture does not hold that branch back.
        (
            {
                "rule": {"any": [{"pattern": "f($A)"}, {"pattern": "g($B)"}]},
                "constraints": {"A": {"regex": "^zz$"}},
            },
            "f(1); g(1)\n",
            ["g(1)"],
        ),
        # A candidate that fails does not stand for one inside of it.
        (
            {"rule": {"kind": "call", "not": {"has": {"kind": "call", "stopBy": "end"}}}},
            "f(g(1))\n",
            ["g(1)"],
        ),
        # What stands in one branch only is not demanded of the file.
        ({"rule": {"any": [{"pattern": "f($A)"}, {"kind": "list"}]}}, "[1]\n", ["[1]"]),
        ({"rule": {"kind": "call", "any": [{"regex": "^ff"}, {"regex": "[g]g"}]}}, "gg()\n", ["gg()"]),
        ({"rule": {"kind": "call", "not": {"regex": "ff"}}}, "gg()\n", ["gg()"]),
    ],
)
def test_nothing_is_lost_or_doubled(rule: dict[str, object], text: str, expected: list[str]) -> None:
    check_found([rule, {"rule": {"pattern": "h($X)"}}, {"rule": {"pattern": "h()"}}], text, *expected)
