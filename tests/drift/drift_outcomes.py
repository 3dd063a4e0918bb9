"""What comes of one drawn project on one database: what Alembic sees, what we find, what our fixes leave."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path

import sqlalchemy as sa
from alembic_at_work import Difference, downgrade, empty, laid_out, seen_by_check, upgrade, write
from drifting_projects import Project
from written_projects import files

from bugcatalog_ls.cli.written import write_mended
from bugcatalog_ls.workspace.mending import first_of_any, mend
from bugcatalog_ls.workspace.publish import Diagnosis
from bugcatalog_ls.workspace.workspace import Workspace

ENTRIES = ("BC701", "BC702", "BC703", "BC704", "BC708", "BC711")


@dataclass
class Outcome:
    """`missed` is what `alembic check` finds and we do not; `noise` what we say beyond the change; `left`
    what is still wrong once our fixes ran (`failure` says why they did not)."""

    theirs: list[Difference]
    ours: list[str]
    missed: list[Difference]
    noise: list[str]
    left: list[str]
    failure: str = ""

    @property
    def is_good(self) -> bool:
        return not (self.missed or self.noise or self.left or self.failure)


def outcome_of(project: Project, url: str, folder: Path, *, mends: bool = True) -> Outcome:
    """Run Alembic and ourselves on a project; `folder` is empty and the database is made so."""
    empty(url)
    written = files(project, url)
    with laid_out(folder, written, url) as config:
        upgrade(config)
        theirs = seen_by_check(config)
        workspace, paths = scanned(folder)
        ours = _said(workspace, paths)
        missed = [each for each in theirs if not any(_tells_of(text, each) for text in ours)]
        noise = [text for text in ours if not _concerns(text, project)]
        result = Outcome(theirs, ours, missed, noise, [])
        if project.mends and mends:
            try:
                _mend(workspace, paths)
                sys.modules.pop("models", None)
                upgrade(config)
                result.left = [" ".join(each) for each in seen_by_check(config)]
                result.left += _labels_that_lack(project, url)
                again, paths = scanned(folder)
                result.left += [f"still: {text}" for text in _said(again, paths)]
                downgrade(config)
                upgrade(config)
            except Exception as error:
                new = [
                    path
                    for path in sorted(folder.glob("migrations/versions/*.py"))
                    if "1a2b" not in path.name
                ]
                text = "\n".join(path.read_text(encoding="utf-8") for path in new)
                result.failure = f"{type(error).__name__}: {str(error)[:500]}\n{text}"
    return result


def said_of_unchanged(project: Project, url: str, folder: Path) -> list[str]:
    """What we say where models and history agree: nothing, as it should be."""
    write(folder, files(replace(project, after=project.before), url))
    return _said(*scanned(folder))


def scanned(folder: Path) -> tuple[Workspace, list[str]]:
    workspace = Workspace(folder)
    paths = list(workspace.find_files())
    workspace.scan()
    return workspace, paths


def _said(workspace: Workspace, paths: list[str]) -> list[str]:
    return [
        f"{diagnosis.finding.code}: {diagnosis.finding.message}"
        for path in paths
        for diagnosis in workspace.diagnose(path)
        if _is_wanted(diagnosis)
    ]


def _is_wanted(diagnosis: Diagnosis) -> bool:
    return diagnosis.finding.code in ENTRIES and diagnosis.severity != "hint"


def _mend(workspace: Workspace, paths: list[str]) -> None:
    mended = mend(workspace, paths, _is_wanted, first_of_any)
    assert not write_mended(workspace, mended)


def _tells_of(text: str, difference: Difference) -> bool:
    _, table, columns = difference
    if table not in text:
        return False
    return all(column in text for column in columns.split(",")) or f"table {table}" in text


def _concerns(text: str, project: Project) -> bool:
    return project.what.partition(".")[0] in text


def _labels_that_lack(project: Project, url: str) -> list[str]:
    """Members that the database still cannot hold, which autogenerate does not look at."""
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    lacking: list[str] = []
    inspector = sa.inspect(engine)
    for table in project.after.values():
        for column in inspector.get_columns(table.name):
            labels = getattr(column["type"], "enums", None)
            wanted = table.field(column["name"]).labels
            if labels and wanted and set(labels) != set(wanted):
                lacking.append(f"{table.name}.{column['name']} holds {', '.join(labels)}")
    engine.dispose()
    return lacking
