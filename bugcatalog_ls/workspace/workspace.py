"""A workspace: one root's texts, results and diagnoses, on disk and as an editor changes them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bugcatalog_ls.analysis.analyzer import Options
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.analysis.project import Project
from bugcatalog_ls.analysis.result import FileResult, Result
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.workspace.accepted import Accepted
from bugcatalog_ls.workspace.baseline import Counts, baseline_path, without_known
from bugcatalog_ls.workspace.cache import cache_folder as default_cache_folder
from bugcatalog_ls.workspace.configuration import Configuration, load_configuration
from bugcatalog_ls.workspace.disk_files import DiskFiles
from bugcatalog_ls.workspace.file_results import FileResults
from bugcatalog_ls.workspace.files import ReadProblem, ReadResult
from bugcatalog_ls.workspace.half_typed import analyse_text
from bugcatalog_ls.workspace.live_databases import LiveDatabases, are_asked
from bugcatalog_ls.workspace.open_texts import OpenTexts
from bugcatalog_ls.workspace.own_findings import fault_in, stale_in
from bugcatalog_ls.workspace.publish import Diagnosis, publish, removal_of
from bugcatalog_ls.workspace.reading import read_file, too_large
from bugcatalog_ls.workspace.settings import Settings
from bugcatalog_ls.workspace.stale_bytecode import STALE_BYTECODE, StaleFile, removal_of_stale, stale_files
from bugcatalog_ls.workspace.stored_results import StoredResults
from bugcatalog_ls.workspace.third_party import CODES, ThirdParty
from bugcatalog_ls.workspace.tool_findings import ToolFinding, tool_findings
from bugcatalog_ls.workspace.witness import Witness


class Workspace:
    """Everything known of one root. Paths are relative to it, with `/`.

    Texts that an editor holds count instead of the files. One that is not `incremental` is for a
    single run: after a change every join runs again. Nothing here is thread-safe.
    """

    def __init__(
        self,
        root: Path,
        *,
        editor: Mapping[str, Any] | None = None,
        command_line: Mapping[str, Any] | None = None,
        trusted: bool = True,
        cache_folder: Path | None = None,
        use_cache: bool = True,
        incremental: bool = True,
    ) -> None:
        self.root = root
        self._editor, self._command_line = editor, command_line
        self._trusted = trusted
        # Pages of catalogs are kept in any case: what they hold is all that decides how they are read.
        self._page_folder = cache_folder or default_cache_folder()
        folder = self._page_folder if use_cache else None
        self._pages: dict[str, str] = {}
        self.configuration = self._load()
        self._open = OpenTexts()
        self._disk = DiskFiles(root)
        self._accepted = Accepted(root)
        self._faults: tuple[int, tuple[ToolFinding, ...]] | None = None
        self._stale: tuple[StaleFile, ...] | None = None
        self.live = LiveDatabases()
        self.third_party = ThirdParty(root, folder)
        # Where it is set, it is told of all that is diagnosed.
        self.witness: Witness | None = None
        self._stored = StoredResults(root, folder, is_used=use_cache, is_for_long=incremental)
        self._is_for_one_run = not incremental
        self._known = FileResults(
            self._disk,
            self._stored,
            self.configuration,
            self.source,
            incremental=incremental,
            may_recall=self._may_recall,
            forgotten=self.third_party.forget,
        )

    # -- configuration ------------------------------------------------------------------------------

    def reload(self, *, editor: Mapping[str, Any] | None = None, trusted: bool | None = None) -> bool:
        """Read settings and catalogs again; whether anything that decides findings has changed.

        Where it has, open texts are analysed again and all other files are pending.
        """
        self._editor = self._editor if editor is None else editor
        self._trusted = self._trusted if trusted is None else trusted
        before = self.configuration
        self.configuration = self._load()
        same = before.fingerprint == self.configuration.fingerprint
        if same and before.loaded.settings == self.configuration.loaded.settings:
            self._known.keep_on(self.configuration)
            return False
        opened = self._open.release()
        self._known.use(self.configuration)
        for path, source in opened.items():
            self.set_text(path, source.text)
        self.find_files()
        return True

    def set_page(self, path: str, text: str | None) -> None:
        """The text of a catalog page that an editor holds (absolute path), or None when it lets go."""
        if text is None:
            self._pages.pop(path, None)
        else:
            self._pages[path] = text

    @property
    def settings(self) -> Settings:
        return self.configuration.loaded.settings

    def wants(self, path: str) -> bool:
        """Whether a file with this name is analysed at all."""
        return self.configuration.plan.wants(path)

    # -- files on disk --------------------------------------------------------------------------------

    def find_files(self, also: Iterable[str] = ()) -> tuple[str, ...]:
        """Look which files there are; those that are new or changed become pending. Sorted paths."""
        self._stale = None
        return self._known.look(also, self._open)

    @property
    def problems(self) -> dict[str, ReadProblem]:
        """What could not be read, by path."""
        return self._disk.problems

    @property
    def n_pending(self) -> int:
        return len(self._disk.pending)

    @property
    def next_pending(self) -> str | None:
        """The file that `scan` would begin with."""
        return next(iter(self._disk.pending), None)

    def skip(self, path: str) -> None:
        """Leave a file alone whose analysis does not end well: nothing is known of it."""
        self._known.forget(path)
        self._known.note_progress()

    def scan(self, *, jobs: int = 1, report: Callable[[int, int], None] = lambda done, total: None) -> None:
        """Analyse pending files, from the cache where they are unchanged.

        `report` is told how many of how many are done; what it raises ends the scan, and what is
        left stays pending.
        """
        self._known.scan(jobs, report)

    def scan_beside(self, jobs: int) -> Generator[tuple[int, int], None, None]:
        """The same in steps, for one who has other things to do between them: how many of how many
        files are done. What changes meanwhile is left as it is then; closing it ends the scan."""
        return self._known.scan_beside(jobs)

    def save_cache(self, *, remember: bool = False) -> None:
        """Write what was learnt to the cache; a cache that can't be written is done without.

        `remember` keeps what the run found too, for a next one over the same files.
        """
        self._known.save(with_run=remember)

    def file_changed(self, path: str) -> None:
        """A file was created, changed or deleted outside of the editor."""
        if path in self._open:
            return
        self._disk.texts.pop(path, None)
        if not self.wants(path):
            return
        read = read_file(self.root, path, self.settings.max_file_size)
        if isinstance(read, ReadProblem):
            self._known.forget(path)
            if read.kind != "vanished":
                self.problems[path] = read
            return
        self.problems.pop(path, None)
        self._known.take(path, self._analysed(path, Source(read.data)))
        self._disk.stamps[path] = read.stamp

    # -- texts of an editor -----------------------------------------------------------------------------

    def set_text(self, path: str, text: str, *, quick: bool = False) -> None:
        """The editor's text of a file, when it is opened and after each edit.

        `quick` does the part of the work that a keystroke needs; `settle` does the rest.
        """
        source, plan = Source(text), self.configuration.plan
        last = self._open.source(path)
        if last is not None and last.data == source.data:
            return
        if len(source.data) > self.settings.max_file_size:
            self.problems[path] = too_large(path, len(source.data), self.settings.max_file_size)
            self._open.set_unseen(path, source)
            self._known.take(path, FileResult())
            return
        was_unseen = self.problems.pop(path, None) is not None
        shown = self._open.set(path, source, plan, self._options, quick=quick, was_unseen=was_unseen)
        self._known.take(path, shown)

    def settle(self, path: str) -> bool:
        """Finish the analysis of a text that was set quickly; whether there was anything to do."""
        shown = self._open.settle(path, self.configuration.plan, self._options)
        if shown is None:
            return False
        self._known.take(path, shown)
        return True

    def close_text(self, path: str) -> None:
        """The editor let go of a file: what is on disk counts again."""
        if self._open.close(path):
            self._known.forget(path)
            self.file_changed(path)

    def is_open(self, path: str) -> bool:
        return path in self._open

    # -- answers ------------------------------------------------------------------------------------------

    def source(self, path: str) -> Source | None:
        """The text of a file as it counts now, or None where it can't be read."""
        disk = self._disk
        if path in self._open:
            return self._open.source(path)
        if path.endswith(".pyc"):
            # It has a first line for what is told of it, and no text.
            return Source(b"")
        if path not in disk.texts:
            read = read_file(self.root, path, self.settings.max_file_size)
            if not isinstance(read, ReadResult):
                self._known.answers.note_text(path, b"")
                return None
            source = disk.texts[path] = Source(read.data)
            if path not in self.results:
                self._known.answers.note_text(path, read.digest)
            elif disk.stamps.get(path) not in (None, read.stamp) and not self._is_as_cached(read):
                # It was changed since it was analysed: what was found then is not where it was.
                self._known.take(path, self._analysed(path, source))
                self._stored.forget(path)
        return disk.texts[path]

    def findings(self, path: str) -> tuple[Finding, ...]:
        """All findings of a file, whatever settings and suppressions say."""
        return self.project.findings(path)

    def diagnose(self, path: str, *, with_accepted: bool = False) -> tuple[Diagnosis, ...]:
        """What is shown of a file: selected, weighed, without what is suppressed; sorted.

        What the baseline accepts is left out, unless it is asked for.
        """
        about_tool = [finding for finding in self.tool_findings() if finding.path == path]
        stale = [each for each in self.stale_files() if each.place == path]
        findings = self._known.findings(path)
        result = self.results.get(path)
        is_seen = self.third_party.has_seen(path)
        if (
            not about_tool
            and not stale
            and not is_seen
            and (result is None or not (findings or result.has_suppressions))
        ):
            return ()
        source = self.source(path)
        if source is None:
            return ()
        if self.results.get(path) is not result:
            findings = self._known.findings(path)
        entries, plan = self.configuration.entries, self.configuration.plan
        # Until all files were seen, nothing is known to be unused either.
        checked = plan.codes if self.is_scanned else frozenset()
        placed = [fault_in(source, fault) for fault in about_tool]
        placed += [stale_in(source, each) for each in stale]
        placed += self.third_party.findings(path, source) if is_seen else ()
        suppressed: list[tuple[Diagnosis, str]] = []
        found = publish((*findings, *placed), path, source, entries, checked, self.settings, suppressed)
        known = Counts() if with_accepted else self._accepted_now()
        shown = without_known(found, source, known) if known else found
        if self.witness is not None:
            self.witness.note(path, source, found, shown, suppressed)
        return shown

    def answer_ahead(
        self,
        paths: Sequence[str],
        wanted: Callable[[Diagnosis], bool],
        jobs: int,
        report: Callable[[int, int], None] = lambda done, total: None,
    ) -> None:
        """Find out by up to `jobs` processes what `diagnose` will be asked of files, and `fixes` of the
        wanted diagnoses. It is kept for them, and nothing else changes."""

        def ask(path: str) -> None:
            for diagnosis in filter(wanted, self.diagnose(path)):
                self.fixes(diagnosis.finding)

        self._known.find_ahead(paths, ask, jobs, report)

    def tool_findings(self) -> tuple[ToolFinding, ...]:
        """What is wrong with the settings and catalog pages in force, in whatever files."""
        n_changes = self._known.n_changes
        if self._faults is None or self._faults[0] != n_changes:
            self._faults = (n_changes, tool_findings(self.root, self.configuration, self.results))
        return self._faults[1]

    def stale_files(self) -> tuple[StaleFile, ...]:
        """Compiled files on disk that Python would run in place of their source; looked for once a scan."""
        if STALE_BYTECODE not in self.configuration.entries:
            return ()
        if self._stale is None:
            self._stale = stale_files(self.root, (*self.settings.exclude, *self.settings.extend_exclude))
        return self._stale

    def suppose_deleted(self, paths: Iterable[str] | None) -> None:
        """Go on as if compiled files were deleted, for fixes that are tried; None: look at the disk again."""
        kept = [each for each in self.stale_files() if paths is None or each.path not in set(paths)]
        self._stale = tuple(kept) if paths is not None else None

    def look_outside(self, path: str) -> None:
        """Note what a file reads off installed packages, if that was not done since it changed."""
        source = self.source(path)
        if not path.endswith(".py") or source is None or self.third_party.is_seen(path, source):
            return
        if self.configuration.plan.codes & CODES:
            self.third_party.look(path, source, self.project.index)

    @property
    def is_scanned(self) -> bool:
        """Whether all files have been seen once: before that, what needs several files stays silent."""
        return self._known.is_scanned

    def stale_paths(self) -> set[str]:
        """The files whose diagnoses may have changed since they were asked for."""
        return self.project.stale_paths()

    def fixes(self, finding: Finding) -> tuple[Fix, ...]:
        """The fixes of a finding, best first."""
        removal = removal_of(finding)
        if finding.code == STALE_BYTECODE:
            removal = removal_of_stale(self.root, finding)
        if removal is not None:
            return (removal,)
        return self._known.fixes(finding)

    def together(self, finding: Finding, fixes: Sequence[Fix]) -> Fix | None:
        """One fix for several that ask something of the migrations; `finding` is one of theirs."""
        return self.project.together(finding, fixes)

    def files(self) -> tuple[str, ...]:
        """The paths of all analysed files, sorted."""
        return tuple(sorted(self.results))

    @property
    def results(self) -> Mapping[str, Result]:
        """The results of all analysed files; their facts and findings may be left out."""
        return self._known.results

    @property
    def project(self) -> Project:
        """The facts of all files and what is joined from them."""
        return self._known.project

    # -- within -------------------------------------------------------------------------------------------

    def _load(self) -> Configuration:
        return load_configuration(
            self.root,
            editor=self._editor,
            command_line=self._command_line,
            trusted=self._trusted,
            cache_folder=self._page_folder,
            open_pages=self._pages,
        )

    def _may_recall(self) -> bool:
        """Whether answers are kept: for a run that asks once, of files alone."""
        if not self._is_for_one_run or self._open or self.third_party.is_on:
            return False
        return not are_asked(self.settings.databases)

    def _analysed(self, path: str, source: Source) -> FileResult:
        return analyse_text(self.configuration.plan, path, source, self._options).shown

    @property
    def _options(self) -> Options:
        return self.configuration.options

    def _accepted_now(self) -> Counts:
        path = baseline_path(self.settings)
        counts = self._accepted.counts(path)
        self.problems.pop(path, None)
        if self._accepted.problem is not None:
            self.problems[path] = self._accepted.problem
        return counts

    def _is_as_cached(self, read: ReadResult) -> bool:
        """Whether a file that was changed a moment ago, so that no stamp tells, is as it was analysed."""
        return self._may_recall() and self._stored.digests([read.path]) == {read.path: read.digest}
