"""Rules worked out from code before and after: what they match, how they mend, and why there is none."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest

from bugcatalog_ls.analysis.proposing import CodeChange, Trial, propose


def outcome(
    before: str, after: str, path: str = "app/views.py", n_places: int = 0
) -> tuple[list[Any], list[str]]:
    """The rules proposed for a change, and the reasons for there being none."""
    change = CodeChange(path, textwrap.dedent(before).lstrip("\n"), textwrap.dedent(after).lstrip("\n"))
    proposed, rejected = propose([change], lambda rule: Trial(n_places), 25)
    return [each.proposal.rule for each in proposed], [rejection.reason for _, rejection in rejected]


def only_rule(before: str, after: str, path: str = "app/views.py") -> dict[str, Any]:
    rules, _ = outcome(before, after, path)
    assert len(rules) == 1, rules
    return {key: value for key, value in rules[0].items() if key not in ("language", "applicability")}


def test_an_added_keyword() -> None:
    before = """
        import requests as r

        def load(url, data):
            log(url)
            return r.post(url, json=data)
        """
    assert only_rule(before, before.replace("json=data", "json=data, timeout=10")) == {
        "rule": {
            "all": [
                {"pattern": "$FN($$$ARGS)"},
                {
                    "not": {
                        "has": {
                            "kind": "argument_list",
                            "has": {
                                "kind": "keyword_argument",
                                "has": {"field": "name", "regex": "^timeout$"},
                            },
                        }
                    }
                },
            ]
        },
        "resolves": {"FN": ["requests.post"]},
        "fix": "$FN($$$ARGS, timeout=10)",
    }


def test_a_changed_keyword() -> None:
    before = """
        def load(session, url):
            return session.get(url, verify=False)
        """
    assert only_rule(before, before.replace("False", "True")) == {
        "rule": {"pattern": "$SESSION.get($$$ARGS, verify=False)"},
        "fix": "$SESSION.get($$$ARGS, verify=True)",
    }


def test_another_callee_with_its_import() -> None:
    before = """
        from datetime import datetime

        def stamp():
            return datetime.utcnow()
        """
    after = """
        from datetime import datetime, timezone

        def stamp():
            return datetime.now(timezone.utc)
        """
    rules, reasons = outcome(before, after)
    assert [(rule["rule"], rule["resolves"], rule["fix"], rule["imports"]) for rule in rules] == [
        (
            {"pattern": "$FN()"},
            {"FN": ["datetime.datetime.utcnow"]},
            "datetime.now(timezone.utc)",
            ["from datetime import datetime", "from datetime import timezone"],
        )
    ]
    assert reasons == ["an import changed, which by itself is no bug"]


def test_local_variables_become_metavariables() -> None:
    before = """
        def check(order):
            total = order.total
            if total == None:
                return 0
            return total
        """
    assert only_rule(before, before.replace("== None", "is None")) == {
        "rule": {"pattern": "$TOTAL == None"},
        "fix": "$TOTAL is None",
    }


def test_a_call_that_is_gone_is_wrong_with_any_arguments() -> None:
    before = """
        from app.cache import Invalidator

        Invalidator.invalidate_key("games.list")
        """
    after = """
        from app.cache import Invalidator

        Invalidator.invalidate("games.list:*")
        """
    assert only_rule(before, after) == {
        "rule": {"pattern": "$FN($$$ARGS)"},
        "resolves": {"FN": ["app.cache.Invalidator.invalidate_key"]},
    }


def test_callees_that_changed_alike_are_one_rule() -> None:
    before = """
        import smtplib

        def a(host):
            return smtplib.SMTP(host)

        def b(host):
            return smtplib.SMTP_SSL(host)
        """
    rule = only_rule(
        before, before.replace("(host)\n", "(host, timeout=5)\n").replace("a(host, timeout=5)", "a(host)")
    )
    assert rule["resolves"] == {"FN": ["smtplib.SMTP", "smtplib.SMTP_SSL"]}


def test_a_class_handed_to_a_method_stays() -> None:
    before = """
        from starlette.middleware.cors import CORSMiddleware

        def build(app):
            app.add_middleware(CORSMiddleware, allow_origins=["*"])
        """
    after = before.replace('["*"]', "ORIGINS")
    rules, _ = outcome(before, after)
    assert rules[0]["rule"] == {"pattern": '$APP.add_middleware(CORSMiddleware, allow_origins=["*"])'}


def test_other_languages() -> None:
    assert only_rule("box.innerHTML = text;\n", "box.textContent = text;\n", "a.js") == {
        "rule": {"pattern": "$BOX.innerHTML"},
        "fix": "$BOX.textContent",
    }
    go = "package a\n\nfunc f(q string) {\n\tdb.Query(q)\n}\n"
    assert only_rule(go, go.replace("db.Query(q)", "db.QueryContext(ctx, q)"), "a.go")["rule"] == {
        "pattern": {"context": "func f() { $DB.Query($$$ARGS) }", "selector": "call_expression"}
    }
    java = "class A {\n  void f(String s) {\n    log.info(s.toLowerCase());\n  }\n}\n"
    assert only_rule(java, java.replace("Case()", "Case(Locale.ROOT)"), "A.java") == {
        "rule": {
            "pattern": {
                "context": "class A { void f() { $S.toLowerCase(); } }",
                "selector": "method_invocation",
            }
        },
        "fix": "$S.toLowerCase(Locale.ROOT)",
    }


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("def f(x):\n    g(x)\n", "def f(x):\n    check(x)\n    g(x)\n", "lines were only added"),
        ("def f(x):\n    print(x)\n    g(x)\n", "def f(x):\n    g(x)\n", "lines were only taken away"),
        ("import a\n", "import b\n", "an import changed"),
        ("def f(d):\n    return d['a']\n", "def f(d):\n    return d.get('a')\n", "would match too much"),
        ("def f(a, b):\n    return a + b\n", "def f(a, b):\n    return b + a\n", ""),
    ],
)
def test_no_rule_and_why(before: str, after: str, reason: str) -> None:
    rules, reasons = outcome(before, after)
    assert rules == []
    assert any(reason in told for told in reasons)


def test_a_rule_that_matches_half_of_the_workspace_is_none() -> None:
    before = "import requests\n\n\ndef f(u):\n    requests.get(u)\n"
    rules, reasons = outcome(
        before, before.replace("(u)\n", "(u, timeout=1)\n").replace("f(u, timeout=1)", "f(u)"), n_places=26
    )
    assert rules == []
    assert reasons == [
        "`requests.get($$$ARGS)` would match too much: 26 places in the workspace, more than 25"
    ] or ("26 places in the workspace, more than 25" in reasons[0])


def test_what_the_mended_code_brings_in_is_no_fix() -> None:
    before = "def f(box, text):\n    box.raw_html(text)\n"
    rules, _ = outcome(before, "def f(box, text, safe):\n    box.clean_html(text, safe)\n")
    assert all("fix" not in rule for rule in rules)


def test_files_of_unknown_kind() -> None:
    assert outcome("a", "b", "notes.txt") == ([], ["no rule can be written for files of this kind"])
