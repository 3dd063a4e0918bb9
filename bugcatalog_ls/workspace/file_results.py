"""The results of all files of a root and what is joined from them, brought up to date by scans."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.analysis.project import Project
from bugcatalog_ls.analysis.result import FileResult, Result
from bugcatalog_ls.facts.root_packages import ROOT_PATH, RootPackage
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.workspace.ahead import answers_ahead
from bugcatalog_ls.workspace.cache import Cache
from bugcatalog_ls.workspace.configuration import Configuration
from bugcatalog_ls.workspace.disk_files import DiskFiles
from bugcatalog_ls.workspace.files import ReadProblem
from bugcatalog_ls.workspace.recall import recall
from bugcatalog_ls.workspace.run_answers import RunAnswers
from bugcatalog_ls.workspace.scanning import Analysed, analyse_beside, analyse_files
from bugcatalog_ls.workspace.stored_results import StoredResults
from bugcatalog_ls.workspace.whole_run import WholeRun, pack

# So many results are read from the cache in one step of a scan.
_FILES_A_STEP = 8
_Analyse = Callable[[Path, Configuration, Sequence[str]], Iterator[Analysed | None]]


class FileResults:
    """Where all files are as they were in the last run, its answers are recalled (if `may_recall` says so),
    and facts and findings are left out until somebody asks for what is joined.

    `n_changes` counts what was taken and forgotten; `forgotten` is told of files of which nothing is
    known any more.
    """

    def __init__(
        self,
        disk: DiskFiles,
        stored: StoredResults,
        configuration: Configuration,
        source: Callable[[str], Source | None],
        *,
        incremental: bool,
        may_recall: Callable[[], bool],
        forgotten: Callable[[str], None],
    ) -> None:
        self._disk, self._stored = disk, stored
        self._may_recall, self._forgotten = may_recall, forgotten
        self._source, self._incremental = source, incremental
        self.answers = RunAnswers()
        self.n_changes = 0
        self.use(configuration)

    def use(self, configuration: Configuration) -> None:
        """Begin anew, with nothing analysed, by another configuration."""
        self._configuration = configuration
        self._stored.use(configuration.fingerprint)
        self._disk.begin_anew()
        self.is_scanned = False
        self._recalled: dict[str, FileResult] | None = None
        self.answers.run = WholeRun()
        self.n_changes += 1
        self._project = Project(
            configuration.plan, configuration.options, self._source, incremental=self._incremental
        )
        # Facts know paths below the root only; whether it is a package may change at any time.
        self._project.index.set_file(ROOT_PATH, [RootPackage(self._disk.root.resolve().name)])

    def keep_on(self, configuration: Configuration) -> None:
        """Go on by a configuration that decides nothing else."""
        self._configuration = configuration
        self._project.plan = configuration.plan
        self.n_changes += 1

    # -- what is known ------------------------------------------------------------------------------

    @property
    def results(self) -> Mapping[str, Result]:
        return self._project.results if self._recalled is None else self._recalled

    @property
    def project(self) -> Project:
        """The facts of all files and what is joined from them."""
        if self._recalled is not None:
            run, paths = self.answers.run, self._recalled.keys()
            before = self._stored.digests(paths)
            self._disk.pending.update({path: self._disk.stamps[path] for path in paths})
            self._recalled = None
            self.scan()
            if before is not None and before == self._stored.digests(self.results):
                self.answers.run = run
        return self._project

    def findings(self, path: str) -> tuple[Finding, ...]:
        """What is found in a file so far."""
        if not (self.is_scanned and self._may_recall()):
            return self.project.findings(path, complete=self.is_scanned)
        return self.answers.findings(path, lambda each: self.project.findings(each))

    def fixes(self, finding: Finding) -> tuple[Fix, ...]:
        if not self._may_recall():
            return self.project.fixes(finding)
        return self.answers.fixes(finding, lambda each: self.project.fixes(each))

    def find_ahead(
        self,
        paths: Sequence[str],
        ask: Callable[[str], None],
        jobs: int,
        report: Callable[[int, int], None],
    ) -> None:
        """Have up to `jobs` processes `ask` about files, and keep the answers."""
        if not (self.is_scanned and self._may_recall()) or self.answers.run.findings:
            return

        def answer(some: Sequence[str]) -> bytes:
            self.answers.recall(WholeRun())
            for path in some:
                ask(path)
            return pack(self.answers.run)

        # All copies want the table of modules.
        self._project.index.module_paths("")
        weights = [1 + self._project.index.n_facts(path) for path in paths]
        for packed in answers_ahead(paths, weights, jobs, answer, report):
            self.answers.add(packed)

    # -- changes ------------------------------------------------------------------------------------

    def take(self, path: str, result: Result) -> None:
        self.n_changes += 1
        self._disk.pending.pop(path, None)
        self.project.set_result(path, result)
        self.answers.drop()

    def forget(self, path: str) -> None:
        self.n_changes += 1
        self._disk.forget(path)
        self._forgotten(path)
        self.project.remove(path)
        self.answers.drop()

    def look(self, also: Iterable[str], held: Iterable[str]) -> tuple[str, ...]:
        """Look which files there are; an editor's texts count instead of the `held` ones. Sorted paths."""
        held = frozenset(held)
        settings = self._configuration.loaded.settings
        stamps = self._disk.look(self._configuration.plan.wants, settings, also)
        for path in set(self.results) - stamps.keys() - held:
            self.forget(path)
        self._disk.take_over(stamps, held)
        self.note_progress()
        return tuple(stamps)

    def note_progress(self) -> None:
        self.is_scanned = self.is_scanned or not self._disk.pending

    # -- scans --------------------------------------------------------------------------------------

    def scan(self, jobs: int = 1, report: Callable[[int, int], None] = lambda done, total: None) -> None:
        """Analyse pending files, from the cache where they are unchanged."""
        if (cache := self._stored.cache()) is not None and self._recall(cache):
            report(len(self._disk.stamps), len(self._disk.stamps))
            return
        with closing(self._steps(partial(analyse_files, jobs=jobs))) as steps:
            for done, total in steps:
                report(done, total)

    def scan_beside(self, jobs: int) -> Generator[tuple[int, int], None, None]:
        """The same in steps: how many of how many files are done."""
        return self._steps(partial(analyse_beside, jobs=jobs))

    def _steps(self, analyse: _Analyse) -> Generator[tuple[int, int], None, None]:
        cache, disk, pending = self._stored.cache(), self._disk, dict(self._disk.pending)
        total, done = len(pending), 0
        missing: list[str] = []
        for path, stamp in pending.items():
            if disk.pending.get(path) is not stamp:
                total -= 1
                continue
            result = self._stored.result(cache, path, stamp, self._max_size) if cache is not None else None
            if result is None:
                missing.append(path)
                continue
            self.take(path, result)
            done += 1
            if done % _FILES_A_STEP == 0:
                yield done, total
        yield done, total
        for analysed in analyse(disk.root, self._configuration, missing):
            if analysed is not None:
                done += 1
                if disk.pending.get(analysed.path) is pending[analysed.path]:
                    self._take_analysed(analysed, cache)
            yield done, total
        self.note_progress()

    def _take_analysed(self, analysed: Analysed, cache: Cache | None) -> None:
        if isinstance(analysed.outcome, ReadProblem):
            # What it said while it could be read holds no more.
            self.forget(analysed.path)
            self._disk.problems[analysed.path] = analysed.outcome
            return
        result = self._stored.unpacked(analysed.outcome)
        if result is None:
            return
        self.take(analysed.path, result)
        if cache is not None:
            cache.put(analysed.path, analysed.digest, analysed.outcome, analysed.stamp)

    def _recall(self, cache: Cache) -> bool:
        """Take over the answers of the last run, where all files are as they were then."""
        if self.is_scanned or self.results or not self._may_recall():
            return False
        recalled = recall(cache, self._disk.root, self._disk.pending, self._max_size)
        if recalled is None:
            return False
        self.answers.recall(recalled.run)
        self._recalled = recalled.run.results(recalled.paths)
        self._disk.pending.clear()
        self._disk.problems.update({problem.path: problem for problem in recalled.problems})
        self.is_scanned = True
        return True

    def save(self, *, with_run: bool) -> None:
        """Write what was learnt to the cache, and what the run found too where it is to be recalled."""
        is_kept = with_run and self.answers.has_news and self._may_recall()
        self._stored.save(self._disk.stamps, self.answers.run if is_kept else None, self.results)

    @property
    def _max_size(self) -> int:
        return self._configuration.loaded.settings.max_file_size
