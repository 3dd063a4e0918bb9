"""`check_…`: small workspaces in one string, and results, against what is expected of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from bugcatalog_ls.analysis.analyzer import Options
from bugcatalog_ls.analysis.driver import Plan, plan_for
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.analysis.loading import load_analyzer
from bugcatalog_ls.analysis.project import Project
from bugcatalog_ls.analysis.result import FileResult, pack, unpack
from bugcatalog_ls.catalog.builtin import builtin_folder
from bugcatalog_ls.catalog.loader import Catalog, Layer, load_catalog
from bugcatalog_ls.facts.fact import Fact
from bugcatalog_ls.text.annotations import Mark, parse_annotations, render_annotations
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import TextEdit, apply_edits

_FILE = re.compile(r"^#- (\S+)\n", re.MULTILINE)


def check_findings(code: str, fixture: str, options: Options | None = None) -> None:
    """Compare the findings of an entry with the marks of a fixture, as annotated text.

    A fixture is one file, or several that begin with a line `#- path`. Marks without a message
    accept any; the texts differ by a diff of code where something is missing, noisy or elsewhere.
    """
    expected = {path: parse_annotations(text) for path, text in split_fixture(fixture).items()}
    project = project_of(code, {path: annotated.text for path, annotated in expected.items()}, options)
    wanted, found = "", ""
    for path, annotated in expected.items():
        marks = [_mark(finding, annotated.marks) for finding in _of(project, path, code)]
        wanted += f"#- {path}\n{render_annotations(annotated.text, annotated.marks)}"
        found += f"#- {path}\n{render_annotations(annotated.text, marks)}"
    assert found == wanted


def check_fix(code: str, before: str, after: str, *, title: str = "", options: Options | None = None) -> None:
    """Apply the first fix (or the one whose title holds `title`) of each finding of the first file
    until none is left, and compare the files with `after`; files that a fix creates count too."""
    files = {path: parse_annotations(text).text for path, text in split_fixture(before).items()}
    fixed = apply_all_fixes(code, files, lambda fix: title in fix.title, options)
    assert join_fixture(fixed) == join_fixture(split_fixture(after))


def check_facts(kind: type[Fact], fixture: str, expected: str) -> None:
    """Compare the facts of a kind, one a line as `repr`, with `expected`."""
    project = project_of("", split_fixture(fixture), None)
    lines = [repr(fact) for path in sorted(project.results) for fact in project.index.in_file(path, kind)]
    assert "\n".join(lines) == _dedented(expected).strip()


def check_packed(result: FileResult) -> None:
    """Compare a result with what comes back when it is packed; the facts of each kind keep their order."""
    for squeeze in (False, True):
        again = unpack(pack(result), squeeze=squeeze)
        for kind, group in result.groups.items():
            assert again.groups[kind].facts == group.facts
        assert again.groups.keys() == result.groups.keys()
        for name in ("findings", "anchors", "has_error", "failures", "quarantined", "has_suppressions"):
            assert getattr(again, name) == getattr(result, name)


def split_fixture(fixture: str) -> dict[str, str]:
    """The files of a fixture by path; a fixture without `#- path` lines is `example.py`."""
    text = _dedented(fixture)
    parts = _FILE.split(text)
    if len(parts) == 1:
        return {"example.py": text}
    return {parts[i]: parts[i + 1] for i in range(1, len(parts), 2)}


def join_fixture(files: dict[str, str]) -> str:
    return "".join(f"#- {path}\n{text.rstrip()}\n" for path, text in sorted(files.items()))


def project_of(code: str, files: dict[str, str], options: Options | None) -> Project:
    """A project in memory that runs one entry (no entry where `code` is empty)."""
    entry = builtin_catalog().entries.get(code)
    plan = plan_for([entry])[0] if entry is not None else Plan({})
    if entry is None and code:
        plan = Plan({code: load_analyzer(code)})
    sources = {path: Source(text) for path, text in files.items()}
    project = Project(plan, options or Options(), sources.get)
    for path, source in sources.items():
        project.set_text(path, source)
    for path, result in project.results.items():
        assert not result.failures, f"{path}: {result.failures}"
    return project


def apply_all_fixes(
    code: str,
    files: dict[str, str],
    chosen: Callable[[Fix], bool],
    options: Options | None = None,
) -> dict[str, str]:
    """The files after the first chosen fix of every finding, one after the other."""
    files = dict(files)
    for _ in range(50):
        project = project_of(code, files, options)
        findings = [finding for path in sorted(files) for finding in _of(project, path, code)]
        fixes = (fix for finding in findings for fix in project.fixes(finding) if chosen(fix))
        fix = next(fixes, None)
        if fix is None:
            return files
        files = apply_fix(files, fix)
    raise AssertionError(f"the fixes of {code} do not come to an end")


def apply_fix(files: dict[str, str], fix: Fix) -> dict[str, str]:
    """The files after one fix."""
    files = dict(files)
    for path in {edit.path for edit in fix.edits}:
        edits = [TextEdit(edit.span, edit.content) for edit in fix.edits if edit.path == path]
        files[path] = apply_edits(files[path].encode("utf-8"), edits).decode("utf-8")
    for new in fix.creates:
        assert new.path not in files, f"{new.path} exists"
        files[new.path] = new.content
    for path in fix.deletes:
        del files[path]
    return files


@cache
def builtin_catalog() -> Catalog:
    return load_catalog([Layer("built-in", builtin_folder())])


def _of(project: Project, path: str, code: str) -> list[Finding]:
    return [finding for finding in project.findings(path) if finding.code == code]


def _mark(finding: Finding, wanted: tuple[Mark, ...]) -> Mark:
    """The mark of a finding, in the words of the wanted mark at its place as far as these agree."""
    assert finding.span is not None
    for mark in wanted:
        if mark.span.start == finding.span.start and mark.code == finding.code:
            message = mark.message if mark.message in finding.message else finding.message
            variant = mark.variant if mark.variant in ("", finding.variant) else finding.variant
            return Mark(finding.span, finding.code, variant, message)
    return Mark(finding.span, finding.code, finding.variant, finding.message)


def _dedented(text: str) -> str:
    lines = text.lstrip("\n").split("\n")
    margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return "\n".join(line[margin:] for line in lines)
