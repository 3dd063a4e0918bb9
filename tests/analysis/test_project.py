"""A project: which joins run again, which files are stale, and what one that raises costs."""

from __future__ import annotations

from typing import NoReturn

import pytest

from bugcatalog_ls.analysis.analyzer import Analyzer, FileContext, FixContext, JoinContext, Options
from bugcatalog_ls.analysis.driver import Plan, plan_for
from bugcatalog_ls.analysis.finding import Finding, Fix, NewFile
from bugcatalog_ls.analysis.project import Project
from bugcatalog_ls.catalog.entry import Entry
from bugcatalog_ls.catalog.loader import load_page
from bugcatalog_ls.facts import fact
from bugcatalog_ls.facts.exports import ModuleExports
from bugcatalog_ls.facts.fact import Vocabulary
from bugcatalog_ls.text.source import Source


def names_elsewhere(context: JoinContext) -> list[Finding]:
    """A finding at `def mine` for each name that the module `names` exports."""
    found = context.index.one(ModuleExports, "names")
    if found is None or context.path == "names.py":
        return []
    path, exports = found
    related = [context.related(path, "class names.Here", "here")]
    return [context.find("class mine.Mine", name, related=related) for name in exports.names]


def project_of(texts: dict[str, str], **analyzers: Analyzer) -> tuple[Project, dict[str, Source]]:
    sources = {path: Source(text) for path, text in texts.items()}
    project = Project(Plan(analyzers), Options(), sources.get)
    for path, source in sources.items():
        project.set_text(path, source)
    return project, sources


def edit(project: Project, sources: dict[str, Source], path: str, text: str) -> None:
    sources[path] = Source(text)
    project.set_text(path, sources[path])


TEXTS = {"mine.py": "class Mine: pass\n", "names.py": "class Here: pass\n"}


def test_a_join_runs_again_only_when_what_it_read_changes() -> None:
    project, sources = project_of(TEXTS, T1=Analyzer(join=names_elsewhere))
    assert [finding.message for finding in project.findings("mine.py")] == ["Here"]
    project.findings("names.py")
    assert project.index.n_runs["T1"] == 2
    for text in ("# A comment.\nclass Here: pass\n", "class Here: pass  # Another.\n\n\n"):
        edit(project, sources, "names.py", text)
        project.findings("mine.py")
        project.findings("names.py")
    assert project.index.n_runs["T1"] == 2
    edit(project, sources, "mine.py", "class Mine:\n    x = 1\n")
    project.findings("mine.py")
    assert project.index.n_runs["T1"] == 2
    edit(project, sources, "names.py", "class Here: pass\nx = 1\n")
    assert project.stale_paths() == {"mine.py", "names.py"}
    assert sorted(finding.message for finding in project.findings("mine.py")) == ["Here"]
    assert project.index.n_runs["T1"] == 3


def test_a_file_is_stale_when_a_place_that_it_speaks_of_moves() -> None:
    project, sources = project_of(TEXTS, T1=Analyzer(join=names_elsewhere))
    project.findings("mine.py")
    project.findings("names.py")
    assert project.stale_paths() == set()
    edit(project, sources, "names.py", "# A comment.\nclass Here: pass\n")
    assert project.stale_paths() == {"mine.py"}
    (finding,) = project.findings("mine.py")
    assert [sources["names.py"].slice(place.span) for place in finding.related if place.span] == ["Here"]
    assert project.stale_paths() == set()
    project.remove("names.py")
    assert project.stale_paths() == {"mine.py"}
    assert project.findings("mine.py") == ()


def failing(*_: object) -> NoReturn:
    raise ZeroDivisionError("by design")


def test_an_analyzer_that_raises_costs_only_its_own_findings(caplog: pytest.LogCaptureFixture) -> None:
    def check(context: FileContext) -> list[Finding]:
        return [context.find(context.file.root, "whole")]

    good = Analyzer(check=check)
    project, _ = project_of(
        {"a.py": "x = 1\n"}, T1=Analyzer(check=failing), T2=good, T3=Analyzer(join=failing), T4=good
    )
    assert [finding.code for finding in project.findings("a.py")] == ["T2", "T4"]
    assert project.results["a.py"].failures == (("the analyzer of T1", "ZeroDivisionError: by design"),)
    assert "T3 failed on a.py" in caplog.text
    assert "T1 failed on a.py" in caplog.text


def test_a_vocabulary_that_raises_costs_only_its_own_facts(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken = Vocabulary(collect=failing, read=failing, names=("*.sql",))
    others = fact.vocabularies()
    monkeypatch.setattr(fact, "vocabularies", lambda: (broken, *others))
    project, _ = project_of({**TEXTS, "schema.sql": ""}, T1=Analyzer(join=names_elsewhere))
    assert [finding.message for finding in project.findings("mine.py")] == ["Here"]
    failure = (f"the vocabulary {__name__}", "ZeroDivisionError: by design")
    assert [project.results[path].failures for path in ("mine.py", "schema.sql")] == [(failure,)] * 2
    assert f"the vocabulary {__name__} failed on mine.py" in caplog.text


def test_a_fix_that_raises_is_no_fix(caplog: pytest.LogCaptureFixture) -> None:
    def check(context: FileContext) -> list[Finding]:
        return [context.find(context.file.root, "whole")]

    def fix(*_: object) -> NoReturn:
        raise ZeroDivisionError("by design")

    project, _ = project_of({"a.py": "x = 1\n"}, T1=Analyzer(check=check, fix=fix))
    (finding,) = project.findings("a.py")
    assert project.fixes(finding) == ()
    assert "T1 failed on a.py" in caplog.text


def entry(code: str, analyzer: str) -> Entry:
    page = (
        f"---\ncode: {code}\nname: some-name\nseverity: warning\nanalyzer: {analyzer}\n---\n# Title\nYes.\n"
    )
    loaded = load_page(f"{code}.md", page, "workspace")
    assert isinstance(loaded, Entry)
    return loaded


def test_an_analyzer_that_is_not_there_or_breaks_when_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(name: str) -> Analyzer:
        if name == "broken":
            raise RuntimeError("by design")
        return real(name)

    from bugcatalog_ls.analysis import driver

    real = driver.load_analyzer
    monkeypatch.setattr(driver, "load_analyzer", load)
    plan, errors = plan_for([entry("T1", "nowhere"), entry("T2", "broken"), entry("T3", "missing_timeout")])
    assert plan.codes == {"T3"}
    assert [(error.path, error.line) for error in errors] == [("T1.md", 5), ("T2.md", 5)]
    assert "no analyzer is called 'nowhere'" in errors[0].message
    assert "RuntimeError: by design" in errors[1].message


def test_a_fix_takes_no_file_s_place() -> None:
    def writes_both(context: FixContext, _: Finding) -> list[Fix]:
        made = ("names.py", "new.py")
        return [context.fix(f"Write {path}", "safe", [], creates=[NewFile(path, "")]) for path in made]

    project, _ = project_of(TEXTS, T1=Analyzer(join=names_elsewhere, fix=writes_both))
    fixes = project.fixes(project.findings("mine.py")[0])
    assert [fix.title for fix in fixes] == ["Write new.py"]
