"""Verification: an entry's examples run against what finds and mends it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from bugcatalog_ls.analysis.analyzer import Options
from bugcatalog_ls.analysis.driver import plan_for
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.analysis.project import Project
from bugcatalog_ls.catalog.entry import Entry, Example, ExampleFile
from bugcatalog_ls.text.annotations import Mark, comment_leader, parse_annotations, render_annotations
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import TextEdit, apply_edits

Verdict = Literal["validated", "reported", "noisy", "missing", "unmended"]

MAX_FIXES = 100


class Outcome(NamedTuple):
    """One thing an example said, and what came of it.

    *validated*: found, or mended, as it says; *reported*: found on that line, but with another
    range, variant or message; *noisy*: found where nothing is marked; *missing*: marked, but not
    found; *unmended*: the fix does not give what *Fixed* shows. `line` counts from 1.
    """

    code: str
    verdict: Verdict
    page: str
    line: int
    message: str


def verify(entry: Entry) -> tuple[Outcome, ...]:
    """Run all examples of an entry; empty where nothing detects it, since then it only explains."""
    return tuple(outcome for example in entry.examples for outcome in verify_example(entry, example))


def verify_example(entry: Entry, example: Example) -> tuple[Outcome, ...]:
    """Run one example of an entry."""
    if not entry.detects:
        return ()
    if example.kind == "fixed":
        return tuple(_verify_fix(entry, flagged_of(entry, example), example))
    return tuple(_verify_findings(entry, example))


def flagged_of(entry: Entry, fixed: Example) -> list[Example]:
    """The flagged examples that a fixed one shows mended."""
    return [other for other in entry.examples if _pairs(other, fixed)]


def marked_as_found(entry: Entry, example: Example) -> dict[str, str]:
    """The files of an example with marks for what is found now.

    A mark that was right, or only stood at the wrong place of its line, keeps its words as far as
    they are said. Marks of other entries stay.
    """
    annotated = {file.path: parse_annotations(file.text) for file in example.files}
    project = project_for(entry, {path: parsed.text for path, parsed in annotated.items()})
    texts = {}
    for path, parsed in annotated.items():
        source = Source(parsed.text)
        marks = [mark for mark in parsed.marks if mark.code != entry.code]
        own = [mark for mark in parsed.marks if mark.code == entry.code]
        for finding in project.findings(path):
            if finding.code != entry.code or finding.span is None:
                continue
            row = _row(finding, source)
            known = (mark for mark in own if source.lines.row_of(mark.span.start) == row)
            said = next((mark.message for mark in known if mark.message in finding.message), finding.message)
            marks.append(Mark(finding.span, entry.code, finding.variant, said))
        texts[path] = render_annotations(parsed.text, marks, comment_leader(path))
    return texts


def mended_example(entry: Entry, fixed: Example) -> dict[str, str]:
    """The files that the fixes give for a fixed example; what they do not touch is left out."""
    after: dict[str, str] = {}
    for example in flagged_of(entry, fixed):
        before = {file.path: parse_annotations(file.text).text for file in example.files}
        mended = mend(entry, before, fixed.title)
        shown = {file.path for file in fixed.files}
        after |= {path: text for path, text in mended.items() if path in shown or text != before.get(path)}
    return after


def project_for(entry: Entry, texts: Mapping[str, str], options: Options | None = None) -> Project:
    """A small workspace in memory, analysed for one entry alone."""
    sources = {path: Source(text) for path, text in texts.items()}
    project = Project(plan_for([entry])[0], options or Options(), sources.get)
    for path, source in sources.items():
        project.set_text(path, source)
    return project


def mend(entry: Entry, texts: Mapping[str, str], title: str = "") -> dict[str, str]:
    """The files after, one by one, the first fix of each finding whose title begins with `title`.

    Stops after `MAX_FIXES`, so that a fix which triggers its own entry again comes to an end.
    """
    files = dict(texts)
    for _ in range(MAX_FIXES):
        project = project_for(entry, files)
        found = (finding for path in sorted(files) for finding in project.findings(path))
        fixes = (fix for finding in found for fix in project.fixes(finding))
        fix = next((fix for fix in fixes if fix.title.lower().startswith(title.lower())), None)
        if fix is None:
            break
        files = applied(files, fix)
    return files


def applied(texts: Mapping[str, str], fix: Fix) -> dict[str, str]:
    """The files after one fix."""
    files = dict(texts)
    for path in sorted({edit.path for edit in fix.edits}):
        edits = [TextEdit(edit.span, edit.content) for edit in fix.edits if edit.path == path]
        files[path] = apply_edits(files[path].encode("utf-8"), edits).decode("utf-8")
    files.update({new.path: new.content for new in fix.creates})
    return {path: text for path, text in files.items() if path not in fix.deletes}


def _pairs(flagged: Example, fixed: Example) -> bool:
    return flagged.kind == "flagged" and flagged.case == fixed.case


def _verify_findings(entry: Entry, example: Example) -> Iterator[Outcome]:
    annotated = {file.path: parse_annotations(file.text) for file in example.files}
    project = project_for(entry, {path: parsed.text for path, parsed in annotated.items()})
    for failed, error in (failure for result in project.results.values() for failure in result.failures):
        yield Outcome(entry.code, "missing", example.page, example.line, f"{failed} failed: {error}")
    for file in example.files:
        parsed = annotated[file.path]
        found = [finding for finding in project.findings(file.path) if finding.code == entry.code]
        yield from _compare(entry, example, file, Source(parsed.text), list(parsed.marks), found)


def _compare(
    entry: Entry,
    example: Example,
    file: ExampleFile,
    source: Source,
    marks: list[Mark],
    findings: list[Finding],
) -> Iterator[Outcome]:
    def outcome(verdict: Verdict, row: int, message: str) -> Outcome:
        return Outcome(entry.code, verdict, example.page, file.line + _raw_row(file.text, row), message)

    wanted = [mark for mark in marks if mark.code == entry.code]
    left = list(findings)
    for mark in list(wanted):
        row = source.lines.row_of(mark.span.start)
        match = next((finding for finding in left if _fits(mark, finding, source)), None)
        if match is not None:
            left.remove(match)
            wanted.remove(mark)
            yield outcome("validated", row, match.message)
    for mark in wanted:
        row = source.lines.row_of(mark.span.start)
        near = next((finding for finding in left if _row(finding, source) == row), None)
        if near is None:
            yield outcome("missing", row, f"nothing is found at {source.slice(mark.span)!r}")
            continue
        left.remove(near)
        yield outcome(
            "reported", row, f"found as {_described(near, source)}, marked as {_marked(mark, source)}"
        )
    for finding in left:
        yield outcome("noisy", _row(finding, source), f"not marked: {_described(finding, source)}")


def _verify_fix(entry: Entry, flagged: Iterable[Example], fixed: Example) -> Iterator[Outcome]:
    for example in flagged:
        before = {file.path: parse_annotations(file.text).text for file in example.files}
        after = mend(entry, before, fixed.title)
        wanted = {file.path: file.text for file in fixed.files}
        for path in sorted({*wanted, *after}):
            got, want = after.get(path), wanted.get(path)
            if want is None and got == before.get(path):
                continue
            line = next((file.line for file in fixed.files if file.path == path), fixed.line)
            if got is not None and want is not None and got.rstrip() == want.rstrip():
                yield Outcome(entry.code, "validated", fixed.page, line, f"the fix gives {path}")
            else:
                yield Outcome(entry.code, "unmended", fixed.page, line, _difference(path, want, got))


def _fits(mark: Mark, finding: Finding, source: Source) -> bool:
    if finding.span is None or finding.span.start != mark.span.start:
        return False
    shown = render_annotations(source.text, [Mark(finding.span, mark.code)])
    if parse_annotations(shown).marks[0].span != mark.span:
        return False
    return mark.variant in ("", finding.variant) and mark.message in finding.message


def _row(finding: Finding, source: Source) -> int:
    return source.lines.row_of(finding.span.start if finding.span is not None else 0)


def _described(finding: Finding, source: Source) -> str:
    name = f"{finding.code}.{finding.variant}" if finding.variant else finding.code
    text = source.slice(finding.span).split("\n")[0] if finding.span is not None else ""
    return f"{name} at {text!r}: {finding.message}"


def _marked(mark: Mark, source: Source) -> str:
    return f"{mark.name} at {source.slice(mark.span)!r}{': ' if mark.message else ''}{mark.message}"


def _raw_row(text: str, row: int) -> int:
    """The row of the marked text for a row of the text without its marks."""
    kept = 0
    lines = text.split("\n")
    for raw in range(len(lines)):
        if raw and parse_annotations("\n".join(["x" * 400, lines[raw]])).marks:
            continue
        if kept == row:
            return raw
        kept += 1
    return max(len(lines) - 1, 0)


def _difference(path: str, want: str | None, got: str | None) -> str:
    if got is None:
        return f"the fix makes no file {path}"
    if want is None:
        return f"the fix makes {path}, which is not shown"
    pairs = zip([*want.rstrip().splitlines(), ""], [*got.rstrip().splitlines(), ""], strict=False)
    for number, (wanted, given) in enumerate(pairs, start=1):
        if wanted != given:
            return f"{path}, line {number}: the fix gives {given!r}, not {wanted!r}"
    return f"{path}: the fix gives a text of another length"
