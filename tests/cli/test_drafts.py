"""`bugcatalog catalog import`, `new` and `backtest`, as a person at a repository would use them."""

from __future__ import annotations

from trees import Tree, lines_about

REPORT = """# Cart answered 500 after the cache was rewritten

**Date**: 2025-06-01

## Symptom

`AttributeError: 'Cart' object has no attribute 'flush_key'`

## Root cause

The class renamed its method; one caller kept the old name.

## Fix

```python
# Before
from shop.cart import cart

cart.flush_key("a")

# After
from shop.cart import cart

cart.flush("a")
```
"""


def test_import_drafts_an_entry(bare_tree: Tree) -> None:
    bare_tree.put("report.md", REPORT)
    result = bare_tree.run("catalog", "import", "--no-merge", "report.md")
    assert (result.code, result.err) == (0, "")
    assert "→ new entry TEAM-1, .bugcatalog/TEAM-1-cart-answered-500-after-cache-rewritten.md" in result.out
    assert "proposes a rule, from line 4 of example.py:" in result.out
    assert "It matches nothing in the workspace." in result.out
    assert "still to be written: how to spot it, fix, verify, a rule (or an analyzer)" in result.out
    page = bare_tree.read(".bugcatalog/TEAM-1-cart-answered-500-after-cache-rewritten.md")
    assert "## Proposed rule" in page
    assert bare_tree.run("catalog", "verify", "TEAM-1").code == 0


def test_kept_rules_find_and_mend(bare_tree: Tree) -> None:
    bare_tree.put("report.md", REPORT)
    bare_tree.put("shop/cart.py", "cart = object()\n")
    bare_tree.put("app.py", 'from shop.cart import cart\n\ncart.flush_key("b")\n')
    result = bare_tree.run("catalog", "import", "--no-merge", "--keep-rules", "report.md")
    assert "keeps a rule" in result.out
    assert 'app.py:3: cart.flush_key("b")' in result.out
    verified = bare_tree.run("catalog", "verify", "TEAM-1")
    assert verified == (0, "1 entry: 2 validated, 0 reported, 0 noisy, 0 missing, 0 unmended.\n", "")
    found = bare_tree.run("check", "--select", "TEAM-1", "--output-format", "json").json
    assert [(each["filename"], each["location"]["row"]) for each in found] == [("app.py", 3)]
    assert bare_tree.run("fix", "--fixes", "all", "--select", "TEAM-1").code == 0
    assert bare_tree.read("app.py") == 'from shop.cart import cart\n\ncart.flush("b")\n'


def test_code_that_no_example_shows_is_kept(bare_tree: Tree) -> None:
    bare_tree.put("report.md", REPORT.replace('cart.flush("a")', 'if cart:\n    cart.flush("a:*")'))
    bare_tree.run("catalog", "import", "--no-merge", "--keep-rules", "report.md")
    page = bare_tree.read(".bugcatalog/TEAM-1-cart-answered-500-after-cache-rewritten.md")
    assert "rules:" in page
    assert 'if cart:\n    cart.flush("a:*")' in page


def test_import_writes_nothing_when_only_asked(bare_tree: Tree) -> None:
    bare_tree.put("report.md", REPORT)
    dry = bare_tree.run("catalog", "import", "--dry-run", "report.md")
    assert lines_about(dry.out, "Nothing written") == [
        "Nothing written; it would be 1 page written, 0 pages added to."
    ]
    shown = bare_tree.run("catalog", "import", "--diff", "report.md")
    assert "+code: " in shown.out
    assert not (bare_tree.folder / ".bugcatalog").exists()


def test_import_merges_and_shows_what_it_adds(tree: Tree) -> None:
    tree.put("report.md", "# Print again\n\nSymptom: print goes nowhere.\n\nRoot cause: stdout is closed.\n")
    result = tree.run("catalog", "import", "--into", "team-1", "report.md")
    assert result.code == 0
    assert "adds the case REPORT-1 and" in result.out
    assert "+### REPORT-1: Print again" in result.out
    assert tree.run("catalog", "verify", "TEAM-1").code == 0
    again = tree.run("catalog", "import", "--into", "TEAM-1", "report.md")
    assert "nothing to do for TEAM-1" in again.out
    assert "0 pages written, 0 pages added to." in again.out


def test_import_as_json(bare_tree: Tree) -> None:
    bare_tree.put("report.md", REPORT)
    [report] = bare_tree.run(
        "catalog", "import", "--dry-run", "--no-merge", "--output-format", "json", "report.md"
    ).json
    [bug] = report["bugs"]
    assert (bug["landed"], bug["code"], bug["line"]) == ("entry", "TEAM-1", 1)
    assert bug["rules"][0]["kept"] is False
    assert not (bare_tree.folder / ".bugcatalog").exists()


def test_import_from_standard_input(bare_tree: Tree) -> None:
    result = bare_tree.run(
        "catalog", "import", "-", "--to", "drafts", "--prefix", "OPS-", stdin=REPORT.encode()
    )
    assert result.code == 0
    assert any((bare_tree.folder / "drafts").iterdir())


def test_import_used_wrong(bare_tree: Tree) -> None:
    assert bare_tree.run("catalog", "import").code == 2
    missing = bare_tree.run("catalog", "import", "nope.md")
    assert missing == (2, "", "bugcatalog: `nope.md` can't be read: No such file or directory\n")
    bare_tree.put("r.md", "x")
    assert bare_tree.run("catalog", "import", "r.md", "--prefix", "team").code == 2
    assert bare_tree.run("catalog", "import", "r.md", "--into", "XX-1").code == 2
    assert bare_tree.run("catalog", "import", "r.md", "--to", "r.md").code == 2


def test_new_is_an_empty_draft(bare_tree: Tree) -> None:
    result = bare_tree.run("catalog", "new", "--title", "Cache without a bound", "--prefix", "OPS-")
    assert result.code == 0
    assert result.out.startswith(
        "OPS-1 Cache without a bound\n    .bugcatalog/OPS-1-cache-without-bound.md\n"
    )
    assert bare_tree.run("catalog", "show", "OPS-1").out.startswith("# Cache without a bound\n")
    assert bare_tree.run("catalog", "new", "--prefix", "OPS-").out.startswith("OPS-2 ")


def test_new_from_code_before_and_after(bare_tree: Tree) -> None:
    bare_tree.put("before.js", "el.innerHTML = name;\n")
    bare_tree.put("after.js", "el.textContent = name;\n")
    result = bare_tree.run("catalog", "new", "--before", "before.js", "--after", "after.js", "--keep-rules")
    assert (result.code, result.err) == (0, "")
    assert "pattern: '$EL.innerHTML'" in result.out
    assert "before.js:1: el.innerHTML = name;" in result.out
    assert bare_tree.run("catalog", "verify", "TEAM-1").out.startswith("1 entry: 2 validated")
    assert bare_tree.run("catalog", "new", "--before", "before.js").code == 2


CALL = "import requests\n\n\ndef load(url):\n    return requests.get(url)\n"


def repository(tree: Tree) -> None:
    tree.git("init", "-q", "-b", "main")
    tree.put("app/a.py", CALL)
    tree.put("app/b.py", CALL)
    tree.git("add", "-A")
    tree.git("commit", "-q", "-m", "feat: load pages")
    tree.put("app/a.py", CALL.replace("(url)\n", "(url, timeout=5)\n"))
    tree.git("add", "-A")
    message = "fix(load): pages hung for ever (#12)\n\nSymptom: the pool ran dry."
    message += "\n\nWorkers hung because nothing ended the call."
    tree.git("commit", "-q", "-m", message)


def test_new_from_a_commit_and_its_backtest(bare_tree: Tree) -> None:
    repository(bare_tree)
    result = bare_tree.run("catalog", "new", "--from-commit", "HEAD", "--keep-rules")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("TEAM-1 Pages hung for ever\n")
    assert "app/b.py:5: return requests.get(url)" in result.out
    page = bare_tree.read(".bugcatalog/TEAM-1-pages-hung-ever.md")
    assert "Workers hung because nothing ended the call." in page
    assert "the pool ran dry" in page
    assert bare_tree.run("catalog", "verify", "TEAM-1").out.startswith("1 entry: 2 validated")

    tested = bare_tree.run("catalog", "backtest", "TEAM-1")
    assert (tested.code, tested.err) == (0, "")
    assert "mended by" in tested.out
    assert (
        "Would have warned at 2 places in 1 commit: 1 mended later, 1 in vain (1 still there, 0 removed"
        in tested.out
    )
    record = bare_tree.run("catalog", "backtest", "TEAM-1", "--output-format", "json", "--limit", "1").json
    assert (record["commits"], record["introduced"], record["complete"]) == (1, 0, True)
    assert [(each["filename"], each["outcome"]) for each in record["findings"]] == [
        ("app/a.py", "mended"),
        ("app/b.py", "still there"),
    ]


def test_history_used_wrong(bare_tree: Tree) -> None:
    assert "is in no git repository" in bare_tree.run("catalog", "backtest", "BC201").err
    repository(bare_tree)
    assert bare_tree.run("catalog", "new", "--from-commit", "nope").err == (
        "bugcatalog: --from-commit: git knows no commit `nope`\n"
    )
    assert bare_tree.run("catalog", "backtest", "BC607").code == 2
    assert bare_tree.run("catalog", "backtest", "BC201", "--revision=--help").code == 2
