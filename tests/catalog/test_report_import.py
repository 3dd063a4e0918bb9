"""Incident reports as teams write them: nothing they say is lost, and each bug lands where it belongs."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from bugcatalog_ls.catalog.builtin import builtin_folder
from bugcatalog_ls.catalog.entry import Entry
from bugcatalog_ls.catalog.loader import Layer, load_catalog, load_page
from bugcatalog_ls.catalog.report_import import Imported, ImportPlan, Target, plan_import
from bugcatalog_ls.catalog.report_labels import labelled
from bugcatalog_ls.catalog.report_outline import Block, cells_of
from bugcatalog_ls.catalog.report_words import role_of

REPORTS = Path(__file__).parent / "reports"
NAMES = sorted(path.name for path in REPORTS.iterdir())


@cache
def builtin() -> dict[str, Entry]:
    return dict(load_catalog([Layer("built-in", builtin_folder())]).entries)


def imported(*names: str, target: Target | None = None) -> ImportPlan:
    return plan_import(
        [(name, (REPORTS / name).read_bytes()) for name in names], builtin(), {}, target or Target()
    )


def landed(name: str, target: Target | None = None) -> list[tuple[str, str]]:
    """Where the bugs of a report went: its titles, with the code of a known entry or `new`."""
    landings = imported(name, target=target).reports[0].landings
    return [(each.title, each.code if each.kind == "case" else "new") for each in landings]


def lost_lines(report: Imported, plan: ImportPlan) -> list[str]:
    """The lines of a report that neither its pages nor the remainder say."""
    told = [_words(plan.pages[each.path]) for each in report.landings if each.path in plan.pages]
    told.append(_words(report.left_over))
    return [line for line in report.markdown.split("\n") if not _is_told(line, told)]


def _is_told(line: str, told: list[str]) -> bool:
    """Whether some page says a line: a row cell by cell, a labelled line also without its label."""
    if line.strip().startswith("|"):
        return all(any(_words(cell) in text for text in told) for cell in cells_of(line))
    plain = re.sub(r"^\s*(?:[-*+•]|\d+[.)])\s+", "", line)
    candidates = [line, plain]
    if role_of(plain) in ("wrong", "right") and any(" flagged " in text for text in told):
        return True
    part = labelled(Block("text", 0, 0, [plain]))[0]
    if part.role is not None:
        candidates.append(
            re.sub(r"^.{0,4}?\**" + re.escape(part.label) + r"\**\s*[:：]?\**", "", plain.strip())
        )
    return any(_words(each) in text for each in candidates for text in told)


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text)).lower()


@pytest.mark.parametrize("merge", [True, False], ids=["merged", "drafted"])
@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_lost(name: str, merge: bool) -> None:
    plan = imported(name, target=Target(merge=merge))
    assert lost_lines(plan.reports[0], plan) == []
    assert all(landing.kind != "left over" for landing in plan.reports[0].landings)


@pytest.mark.parametrize("merge", [True, False], ids=["merged", "drafted"])
def test_what_is_drafted_loads(merge: bool) -> None:
    plan = imported(*NAMES, target=Target(merge=merge))
    for path, page in plan.pages.items():
        if path.startswith("left-over-"):
            assert not page.startswith("---")
            continue
        loaded = load_page(path, page, "workspace")
        assert isinstance(loaded, Entry), (path, loaded)
    layer = Layer("workspace", None, {path: page for path, page in plan.pages.items() if path[0].isupper()})
    assert load_catalog([Layer("built-in", builtin_folder()), layer]).errors == ()


def test_importing_is_deterministic() -> None:
    assert imported(*NAMES).pages == imported(*NAMES).pages


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "source-schema-and-cache.md",
            [
                ("Database Schema Mismatch", "BC709"),
                ("CacheInvalidator Method Name Error", "BC901"),
                ("Cache Invalidation Method Signature Error", "BC902"),
                ("Python Bytecode Caching", "BC706"),
            ],
        ),
        (
            "source-production-500.md",
            [
                ("Schema Mismatch: metadata vs event_metadata", "BC707"),
                ("Startup Crash: Background Scheduler/Settlement Jobs", "BC603"),
                ("Analytics Endpoint Runtime Errors", "BC607"),
                ("Missing Error Handling in Global Exception Handler", "BC604"),
            ],
        ),
        (
            "source-api-errors.md",
            [("Missing Database Tables", "BC708"), ("Enum Value Case Mismatches", "BC701")],
        ),
        (
            "source-critical-issues-mangled.md",
            [
                ("Missing API Endpoints", "BC105"),
                ("Database Connection Errors", "BC402"),
                # It tells more of logging than of the cache; it is offered as resembling BC403.
                ("User Data Sync Performance Issue", "new"),
            ],
        ),
    ],
)
def test_bugs_of_the_sources_are_recognised(name: str, expected: list[tuple[str, str]]) -> None:
    assert landed(name) == expected


def test_the_catalog_of_the_sources_is_recognised() -> None:
    codes = (
        "101 102 103 104 201 202 203 301 302 401 402 501 502 503 new 602 701 702 703 704 705 706 801 802 803"
    )
    expected = [code if code == "new" else f"BC{code}" for code in codes.split()]
    assert [code for _, code in landed("source-bug-fixing-catalog.md")] == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("postmortem-template.md", ["Postmortem: Invoices sent twice after the queue stalled"]),
        ("github-issue.md", ["Webhook retries never stop for a deleted endpoint (#1873)"]),
        (
            "github-issues.json",
            ["Export of large tables runs out of memory (#41)", "Avatar upload accepts any file (#57)"],
        ),
        (
            "changelog.md",
            [
                "refresh tokens survived a password change because the revocation list was keyed by device"
                " (#911)",
                "`GET /reports` answered 500 for an empty team; an average was taken of no rows",
                "Fixed a crash of the importer when a CSV begins with a byte order mark",
            ],
        ),
        ("confluence-wiki.txt", ["INC-2291 Nightly report is empty after the move to the new cluster"]),
        ("confluence-export.html", ["PM-77 Cache stampede on the price list"]),
        ("chinese-incident.md", ["线上故障复盘：订单状态回退"]),
        ("chinese-gbk.txt", ["退款金额为负数", "导出文件乱码"]),
        ("german-incident.md", ["Störungsbericht 2025-01-21: Mahnungen an bezahlte Rechnungen"]),
        ("german-latin1.txt", ["Umlaute in Rechnungen zerstört"]),
        ("mangled-windows-1252.md", ["Incident – login loop on Safari"]),
        ("windows-line-ends.txt", ["INCIDENT REPORT 17"]),
        ("no-headings.txt", ["On 4 March 2025 the sign-up page was down for 25 minutes."]),
        ("labels-only.txt", ["Scheduler skips the last day of the month"]),
        ("incidents.csv", ["Disk full on the log host", "Certificate expired"]),
    ],
)
def test_bugs_that_nobody_knew_become_entries(name: str, expected: list[str]) -> None:
    assert landed(name) == [(title, "new") for title in expected]


def test_tables_and_lists_hold_bugs() -> None:
    assert [code for _, code in landed("table-catalog.md")] == ["new", "new", "BC501"]
    assert landed("bug-list-english-chinese.md") == [
        ("Redis 连接泄漏 (connection leak)", "BC402"),
        ("分页重复数据", "new"),
    ]


def test_a_draft_has_the_sections_of_its_report() -> None:
    page = imported("labels-only.txt").pages["TEAM-1-scheduler-skips-last-day-month.md"]
    entry = load_page("page.md", page, "workspace")
    assert isinstance(entry, Entry)
    assert entry.severity == "warning"
    assert "`date.replace(month=month + 1)` raises" in entry.sections["root cause"]
    assert entry.sections["how to spot it"].startswith("*To be written")
    assert [symptom.text for symptom in entry.symptoms if symptom.error] == [
        r"ValueError:\s+day is out of range for month"
    ]
    assert [(case.id, case.title) for case in entry.cases] == [
        ("INC-2025-08-31", "Scheduler skips the last day of the month")
    ]


def test_wrong_and_right_code_become_examples() -> None:
    page = imported("chinese-incident.md").pages["TEAM-1-entry-team1.md"]
    entry = load_page("page.md", page, "workspace")
    assert isinstance(entry, Entry)
    flagged, fixed = entry.examples
    assert "order.status = status" in flagged.files[0].text
    assert "update_status" in fixed.files[0].text


def test_a_case_is_told_once() -> None:
    name = "source-api-errors.md"
    first = imported(name)
    again = imported(name, target=Target(pages=first.pages))
    # The pages of the first import are not in force here, so they are found by their names.
    assert [landing.kind for landing in again.reports[0].landings] == ["known", "known"]
    assert again.pages == {}


def test_cases_are_added_to_a_team_s_own_page() -> None:
    page = """---
code: TEAM-7
name: zone-lost
severity: warning
cases: [{id: BUG-1, title: Old one}]
---
# Dates compared without a zone
Times with and without a zone are compared on checkout: datetimes that are naive and aware.

## Real cases

- BUG-1: it began here.

## Flagged

```python
a < b
```
"""
    loaded = load_page("/root/.bugcatalog/TEAM-7.md", page, "workspace")
    assert isinstance(loaded, Entry)
    target = Target(pages={"TEAM-7.md": page}, into="TEAM-7")
    report = b"# Checkout fails\n\nSymptom: it fails.\n\nRoot cause: no zone.\n\nDate: 2025-02-01\n"
    plan = plan_import([("r.md", report)], {"TEAM-7": loaded}, {loaded.path: "TEAM-7.md"}, target)
    made = plan.pages["TEAM-7.md"]
    assert plan.before == {"TEAM-7.md": page}
    assert "cases: [{id: BUG-1, title: Old one}, {id: 'INC-2025-02-01', title: 'Checkout fails'}]" in made
    assert made.index("- BUG-1: it began here.") < made.index("### INC-2025-02-01") < made.index("## Flagged")
    entry = load_page("TEAM-7.md", made, "workspace")
    assert isinstance(entry, Entry)
    assert len(entry.cases) == 2
    assert len(entry.examples) == 1


def test_an_import_into_a_known_entry_extends_it() -> None:
    plan = imported("source-api-errors.md")
    layer = Layer("workspace", None, plan.pages)
    catalog = load_catalog([Layer("built-in", builtin_folder()), layer])
    before, after = builtin()["BC701"], catalog.entries["BC701"]
    assert after.analyzer == before.analyzer
    assert len(after.cases) == len(before.cases) + 1
    assert before.sections["real cases"] in after.sections["real cases"]
    assert "GoogleService Enum Mismatch" in after.sections["real cases"]


def test_codes_of_new_entries_are_free() -> None:
    target = Target(pages={"OPS-4-old.md": "x"}, prefix="OPS-")
    plan = imported("incidents.csv", target=target)
    assert [landing.code for landing in plan.reports[0].landings] == ["OPS-5", "OPS-6"]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n\n",
        b"\xff\xfe",
        b"# ",
        b"---\n---\n",
        b"|a|\n|-|\n",
        b"- \n",
        b"```\n",
        b"<!--",
        b"\0\0",
        b"[{}]",
        b"[1]",
    ],
)
def test_any_bytes_are_a_report(raw: bytes) -> None:
    for name in ("r.md", "r.json", "r.csv", "r.html"):
        plan = plan_import([(name, raw)], builtin(), {}, Target())
        for path, page in plan.pages.items():
            assert path.startswith("left-over-") or isinstance(load_page(path, page, "workspace"), Entry)
