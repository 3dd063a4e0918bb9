"""The step budget: rules that would run for long stop themselves and nothing else, alike every time."""

from __future__ import annotations

import pytest
from rules_at_work import outcome

from bugcatalog_ls.patterns.bounds import Candidates
from bugcatalog_ls.patterns.budget import STEP_BUDGET, steps_at_most
from bugcatalog_ls.patterns.cost import cost_of
from bugcatalog_ls.patterns.engine import parse
from bugcatalog_ls.patterns.languages import PYTHON
from bugcatalog_ls.patterns.profile import TreeProfile

END = {"stopBy": "end"}
LOOKS_EVERYWHERE = {
    "kind": "identifier",
    "inside": {"kind": "module", "has": {"kind": "lambda", **END}, **END},
}
CALM = {"rule": {"pattern": "mark($A)"}}

CHAIN = "x = " + "+".join(["a"] * 4_000) + "\n"
LONG_CHAIN = "x = " + "+".join(["a"] * 40_000) + "\n"
LIST = "x = [" + ", ".join(["1"] * 6_000) + "]\n"
FUNCTIONS = "def f(a, b):\n    if a:\n        return [b, {a: b}]\n    return g(a)(b)\n" * 400


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (LOOKS_EVERYWHERE, FUNCTIONS),
        ({"kind": "binary_operator", "has": {"kind": "lambda", **END}}, CHAIN),
        (
            {
                "kind": "binary_operator",
                "not": {"has": {"any": [{"kind": "lambda"}, {"kind": "await"}], **END}},
            },
            CHAIN,
        ),
        ({"kind": "identifier", "inside": {"kind": "lambda", **END}}, CHAIN),
        ({"kind": "integer", "follows": {"kind": "lambda", **END}}, LIST),
        ({"kind": "integer", "precedes": {"kind": "lambda", **END}}, LIST),
        ({"kind": "integer", "nthChild": 7}, LIST),
        ({"kind": "integer", "nthChild": {"position": 7, "ofRule": {"kind": "integer"}}}, LIST),
        ({"kind": "binary_operator", "has": {"regex": "zz.*zz", **END}}, CHAIN),
        (
            {"kind": "call", "has": {"has": {"has": {"regex": "[q]$", **END}, **END}, **END}},
            "f(" * 900 + ")" * 900 + "\n",
        ),
        ({"kind": "binary_operator", "regex": "(a.*){20}b"}, LONG_CHAIN),
    ],
)
def test_slow_rules_are_quarantined_by_name_and_the_others_go_on(rule: dict[str, object], text: str) -> None:
    found = outcome([CALM, {"rule": rule}, CALM], text + "mark(1)\n")
    assert [(each.code, each.rule_index) for each in found.quarantined] == [("T1", 1)]
    assert found.quarantined[0].steps > STEP_BUDGET
    assert [match.rule_index for match in found.matches] == [0, 2]
    assert found == outcome([CALM, {"rule": rule}, CALM], text + "mark(1)\n")


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "call", "inside": {"kind": "function_definition", **END}},
        {"kind": "function_definition", "has": {"kind": "lambda", **END}},
        {"kind": "return_statement", "not": {"inside": {"kind": "try_statement", **END}}},
        {
            "pattern": "g($A)",
            "inside": {"kind": "function_definition", "has": {"pattern": "await $X", **END}, **END},
        },
        {"kind": "list", "follows": {"kind": "integer", **END}},
        {"kind": "identifier", "regex": "^b"},
    ],
)
def test_ordinary_rules_stay_within_the_budget_in_a_long_file(rule: dict[str, object]) -> None:
    assert outcome({"rule": rule}, FUNCTIONS * 3).quarantined == ()


def test_the_bound_is_never_below_the_looks_that_are_made() -> None:
    """Counted by hand: 3 calls, each looks at all that lies below it."""
    text = "f(g(h(1)))\n"
    root = parse(text, PYTHON)
    tree = TreeProfile(root, len(text))
    config = {"rule": {"kind": "call", "has": {"kind": "lambda", "stopBy": "end"}}}
    calls = [number for number, node in enumerate(tree.nodes) if node.kind() == "call"]
    looks = len(tree.nodes) + sum(tree.sizes[number] for number in calls)
    bound = steps_at_most(config, cost_of(config), Candidates([len(text)] * 3, 9), tree, budget=0)
    assert looks <= bound <= 3 * looks


def test_the_profile_is_the_tree() -> None:
    text = "def f(a):\n    return [a, 'é', f'{a}']\n# end\n"
    tree = TreeProfile(parse(text, PYTHON), len(text))
    for number, node in enumerate(tree.nodes[1:], 1):
        assert tree.nodes[tree.parents[number]] == node.parent()
        assert tree.depths[number] == len(node.ancestors())
    assert max(tree.depths) <= tree.depth <= max(tree.depths) + 3
    assert tree.sizes[0] == len(tree.nodes) - 1


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ({"rule": {"pattern": "$A == $A"}}, "({0}) == ({0})".format("+".join(["a"] * 40_000))),
        (
            {"rule": {"kind": "binary_operator", "has": {"kind": "lambda", "stopBy": {"kind": "await"}}}},
            "+".join(["a"] * 40_000),
        ),
        (
            {
                "rule": {"matches": "sum"},
                "utils": {
                    "sum": {
                        "kind": "binary_operator",
                        "has": {"any": [{"kind": "integer"}, {"matches": "sum"}]},
                    }
                },
            },
            "+".join(["a"] * 5_000),
        ),
    ],
    ids=["compared captures", "stopBy rule", "recursive utility"],
)
def test_trees_too_deep_for_the_stack_are_left_alone(rule: dict[str, object], text: str) -> None:
    """Without the guard, each of these ends the process."""
    (fault,) = outcome([rule], text).quarantined
    assert "deep" in fault.reason
