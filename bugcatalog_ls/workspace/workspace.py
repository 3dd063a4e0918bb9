"""A workspace: one root's texts, results and diagnoses, on disk and as an editor changes them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from bugcatalog_ls.analysis.analyzer import Options
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.analysis.project import Project
from bugcatalog_ls.analysis.result import FileResult, Result, StoredResult, unpack
from bugcatalog_ls.facts.live_tables import live_facts, live_path
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.workspace.accepted import Accepted
from bugcatalog_ls.workspace.ahead import answers_ahead
from bugcatalog_ls.workspace.baseline import DEFAULT_FILE, Counts, addition, without_known
from bugcatalog_ls.workspace.cache import Cache, open_cache
from bugcatalog_ls.workspace.cache import cache_folder as default_cache_folder
from bugcatalog_ls.workspace.configuration import Configuration, load_configuration
from bugcatalog_ls.workspace.discovery import discover
from bugcatalog_ls.workspace.files import FileStamp, ReadProblem, ReadResult
from bugcatalog_ls.workspace.half_typed import Typed, analyse_keystroke, analyse_text, unseen
from bugcatalog_ls.workspace.live_databases import LiveAnswer, LiveDatabases
from bugcatalog_ls.workspace.own_findings import fault_in, stale_in
from bugcatalog_ls.workspace.publish import Diagnosis, publish, removal_of
from bugcatalog_ls.workspace.reading import read_file, too_large
from bugcatalog_ls.workspace.recall import recall
from bugcatalog_ls.workspace.recall import remember as remember_run
from bugcatalog_ls.workspace.scanning import Analysed, analyse_beside, analyse_files
from bugcatalog_ls.workspace.settings import Settings
from bugcatalog_ls.workspace.stale_bytecode import STALE_BYTECODE, StaleFile, removal_of_stale, stale_files
from bugcatalog_ls.workspace.third_party import CODES, ThirdParty
from bugcatalog_ls.workspace.tool_findings import ToolFinding, tool_findings
from bugcatalog_ls.workspace.whole_run import WholeRun, name_of
from bugcatalog_ls.workspace.whole_run import pack as pack_run
from bugcatalog_ls.workspace.whole_run import unpack as unpack_run
from bugcatalog_ls.workspace.witness import Witness

# So many results are read from the cache in one step of a scan.
_FILES_A_STEP = 8
_Analyse = Callable[[Path, Configuration, Sequence[str]], Iterator[Analysed | None]]


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
        self._incremental = incremental
        self._editor, self._command_line = editor, command_line
        self._trusted, self._use_cache = trusted, use_cache
        # Pages of catalogs are kept in any case: what they hold is all that decides how they are read.
        self._page_folder = cache_folder or default_cache_folder()
        self._cache_folder = self._page_folder if use_cache else None
        self._open: dict[str, Typed] = {}
        self._unsettled: set[str] = set()
        self._pages: dict[str, str] = {}
        self._sources: dict[str, Source] = {}
        self._pending: dict[str, FileStamp] = {}
        self._stamps: dict[str, FileStamp] = {}
        self._opened_cache: Cache | None = None
        self._was_scanned = False
        self._accepted = Accepted(root)
        self._faults: tuple[ToolFinding, ...] | None = None
        self._stale: tuple[StaleFile, ...] | None = None
        self.live = LiveDatabases()
        self.third_party = ThirdParty(root, self._cache_folder)
        # Where it is set, it is told of all that is diagnosed.
        self.witness: Witness | None = None
        self.problems: dict[str, ReadProblem] = {}
        # The answers of this run, or of the last one, where they still hold; and whether some are new.
        self._run = WholeRun()
        self._has_news = False
        self._recalled: dict[str, FileResult] | None = None
        self.configuration = self._load()
        self._project = self._new_project()

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
            self._project.plan = self.configuration.plan
            return False
        opened = {path: typed.source for path, typed in self._open.items()}
        self._open.clear()
        self._project = self._new_project()
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
        settings = self.settings
        self._stale = None
        found = discover(
            self.root,
            self.wants,
            exclude=(*settings.exclude, *settings.extend_exclude),
            respect_gitignore=settings.respect_gitignore,
            also=also,
        )
        self.problems = {problem.path: problem for problem in found.problems}
        stamps = dict(found.files)
        for path in set(self.results) - stamps.keys() - self._open.keys():
            self._forget(path)
        for path, stamp in stamps.items():
            if path not in self._open and self._stamps.get(path) != stamp:
                self._pending[path] = stamp
                self._sources.pop(path, None)
        self._stamps = stamps
        self._was_scanned = self._was_scanned or not self._pending
        return tuple(stamps)

    @property
    def n_pending(self) -> int:
        return len(self._pending)

    @property
    def next_pending(self) -> str | None:
        """The file that `scan` would begin with."""
        return next(iter(self._pending), None)

    def skip(self, path: str) -> None:
        """Leave a file alone whose analysis does not end well: nothing is known of it."""
        self._forget(path)
        self._was_scanned = self._was_scanned or not self._pending

    def scan(self, *, jobs: int = 1, report: Callable[[int, int], None] = lambda done, total: None) -> None:
        """Analyse pending files, from the cache where they are unchanged.

        `report` is told how many of how many are done; what it raises ends the scan, and what is
        left stays pending.
        """
        if (cache := self._cache()) is not None and self._recall(cache):
            report(len(self._stamps), len(self._stamps))
            return
        with closing(self._scanning(partial(analyse_files, jobs=jobs))) as steps:
            for done, total in steps:
                report(done, total)

    def scan_beside(self, jobs: int) -> Generator[tuple[int, int], None, None]:
        """The same in steps, for one who has other things to do between them: how many of how many
        files are done. What changes meanwhile is left as it is then; closing it ends the scan."""
        return self._scanning(partial(analyse_beside, jobs=jobs))

    def _scanning(self, analyse: _Analyse) -> Generator[tuple[int, int], None, None]:
        cache, pending = self._cache(), dict(self._pending)
        total, done = len(pending), 0
        missing: list[str] = []
        for path, stamp in pending.items():
            if self._pending.get(path) is not stamp:
                total -= 1
                continue
            result = self._unpacked(cache.by_stamp(path, stamp)) if cache is not None else None
            if result is not None:
                self._take(path, result)
            elif cache is None or not self._from_content(cache, path):
                missing.append(path)
                continue
            done += 1
            if done % _FILES_A_STEP == 0:
                yield done, total
        yield done, total
        for analysed in analyse(self.root, self.configuration, missing):
            if analysed is not None:
                done += 1
                if self._pending.get(analysed.path) is pending[analysed.path]:
                    self._take_analysed(analysed, cache)
            yield done, total
        self._was_scanned = self._was_scanned or not self._pending

    def save_cache(self, *, remember: bool = False) -> None:
        """Write what was learnt to the cache; a cache that can't be written is done without.

        `remember` keeps what the run found too, for a next one over the same files.
        """
        cache = self._opened_cache
        if cache is None:
            return
        cache.keep_only(self._stamps)
        if remember and self._can_recall and self._has_news:
            remember_run(cache, self._run, self.results)
        cache.save()
        if self._incremental:
            # It lies in memory as a whole, and is not needed before the next scan.
            self._opened_cache = None

    def file_changed(self, path: str) -> None:
        """A file was created, changed or deleted outside of the editor."""
        if path in self._open:
            return
        self._sources.pop(path, None)
        if not self.wants(path):
            return
        read = read_file(self.root, path, self.settings.max_file_size)
        if isinstance(read, ReadProblem):
            self._forget(path)
            if read.kind != "vanished":
                self.problems[path] = read
            return
        self.problems.pop(path, None)
        self._take(path, self._analysed(path, Source(read.data)).shown)
        self._stamps[path] = read.stamp

    # -- texts of an editor -----------------------------------------------------------------------------

    def set_text(self, path: str, text: str, *, quick: bool = False) -> None:
        """The editor's text of a file, when it is opened and after each edit.

        `quick` does the part of the work that a keystroke needs; `settle` does the rest.
        """
        source = Source(text)
        last = self._open.get(path)
        if last is not None and last.source.data == source.data:
            return
        if len(source.data) > self.settings.max_file_size:
            self.problems[path] = too_large(path, len(source.data), self.settings.max_file_size)
            self._unsettled.discard(path)
            self._open[path] = unseen(path, source)
            self._take(path, FileResult())
            return
        if path in self.problems:
            del self.problems[path]
            last = None
        typed: Typed | None = None
        if quick and last is not None:
            typed = analyse_keystroke(self.configuration.plan, path, source, self._options, last)
        self._unsettled.discard(path)
        if typed is not None:
            self._unsettled.add(path)
        typed = self._open[path] = typed or self._analysed(path, source, last)
        self._take(path, typed.shown)

    def settle(self, path: str) -> bool:
        """Finish the analysis of a text that was set quickly; whether there was anything to do."""
        if path not in self._unsettled:
            return False
        self._unsettled.discard(path)
        typed = self._open[path] = self._analysed(path, self._open[path].source)
        self._take(path, typed.shown)
        return True

    def close_text(self, path: str) -> None:
        """The editor let go of a file: what is on disk counts again."""
        self._unsettled.discard(path)
        if self._open.pop(path, None) is not None:
            self._forget(path)
            self.file_changed(path)

    def is_open(self, path: str) -> bool:
        return path in self._open

    # -- answers ------------------------------------------------------------------------------------------

    def source(self, path: str) -> Source | None:
        """The text of a file as it counts now, or None where it can't be read."""
        if path in self._open:
            return self._open[path].source
        if path.endswith(".pyc"):
            # It has a first line for what is told of it, and no text.
            return Source(b"")
        if path not in self._sources:
            read = read_file(self.root, path, self.settings.max_file_size)
            if not isinstance(read, ReadResult):
                self._run.others[path] = b""
                return None
            source = self._sources[path] = Source(read.data)
            if path not in self.results:
                self._run.others[path] = read.digest
            elif self._stamps.get(path) not in (None, read.stamp) and not self._is_as_cached(read):
                # It was changed since it was analysed: what was found then is not where it was.
                self._take(path, self._analysed(path, source).shown)
                self._forget_content(path)
        return self._sources[path]

    def findings(self, path: str) -> tuple[Finding, ...]:
        """All findings of a file, whatever settings and suppressions say."""
        return self.project.findings(path)

    def diagnose(self, path: str, *, with_accepted: bool = False) -> tuple[Diagnosis, ...]:
        """What is shown of a file: selected, weighed, without what is suppressed; sorted.

        What the baseline accepts is left out, unless it is asked for.
        """
        about_tool = [finding for finding in self.tool_findings() if finding.path == path]
        stale = [each for each in self.stale_files() if each.place == path]
        findings = self._findings(path)
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
            findings = self._findings(path)
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
        if not (self._can_recall and self.is_scanned) or self._run.findings:
            return

        def answer(some: Sequence[str]) -> bytes:
            self._run = WholeRun()
            for path in some:
                for diagnosis in filter(wanted, self.diagnose(path)):
                    self.fixes(diagnosis.finding)
            return pack_run(self._run)

        # All copies want the table of modules.
        self._project.index.module_paths("")
        weights = [1 + self._project.index.n_facts(path) for path in paths]
        for packed in answers_ahead(paths, weights, jobs, answer, report):
            found = unpack_run(packed)
            if found is not None:
                self._run.add(found)
                self._has_news = True

    @property
    def baseline_file(self) -> str:
        """The baseline's path: the one that settings name, else the default one."""
        return self.settings.baseline or DEFAULT_FILE

    def add_to_baseline(self, finding: Finding) -> Fix | None:
        """The fix that adds a finding to the baseline. Raises `BaselineError` where that is broken."""
        source = self.source(finding.path)
        if source is None:
            return None
        return addition(self.root, self.baseline_file, finding, source)

    def tool_findings(self) -> tuple[ToolFinding, ...]:
        """What is wrong with the settings and catalog pages in force, in whatever files."""
        if self._faults is None:
            self._faults = tool_findings(self.root, self.configuration, self.results)
        return self._faults

    def stale_files(self) -> tuple[StaleFile, ...]:
        """Compiled files on disk that Python would run in place of their source; looked for once a scan."""
        if STALE_BYTECODE not in self.configuration.entries:
            return ()
        if self._stale is None:
            self._stale = stale_files(self.root, (*self.settings.exclude, *self.settings.extend_exclude))
        return self._stale

    def read_databases(self) -> tuple[str, ...]:
        """Read the databases that settings give a URL for, and wait for them; what is to be told of those
        that can't be read."""
        return self.take_databases(self.live.read(self.settings.databases, self.root))

    def take_databases(self, answers: Iterable[LiveAnswer]) -> tuple[str, ...]:
        """Go on with what databases said; what is to be told of those that said nothing."""
        answers = tuple(answers)
        for answer in answers:
            if answer.picture is not None:
                self.project.index.set_file(live_path(answer.name), live_facts(answer.picture))
        return tuple(answer.problem for answer in answers if answer.problem)

    def look_outside(self, path: str) -> None:
        """Note what a file reads off installed packages, if that was not done since it changed."""
        source = self.source(path)
        if not path.endswith(".py") or source is None or self.third_party.is_seen(path, source):
            return
        if self.configuration.plan.codes & CODES:
            self.third_party.look(path, source, self.project.index)

    @property
    def has_databases(self) -> bool:
        return any(database.url is not None for database in self.settings.databases.values())

    def suppose_deleted(self, paths: Iterable[str] | None) -> None:
        """Go on as if compiled files were deleted, for fixes that are tried; None: look at the disk again."""
        kept = [each for each in self.stale_files() if paths is None or each.path not in set(paths)]
        self._stale = tuple(kept) if paths is not None else None

    @property
    def is_scanned(self) -> bool:
        """Whether all files have been seen once: before that, what needs several files stays silent."""
        return self._was_scanned

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
        if not self._can_recall:
            return self.project.fixes(finding)
        name = name_of(finding)
        if name not in self._run.fixes:
            made = self.project.fixes(finding)
            self._run.fixes[name] = made
            self._has_news = True
        return self._run.fixes[name]

    def together(self, finding: Finding, fixes: Sequence[Fix]) -> Fix | None:
        """One fix for several that ask something of the migrations; `finding` is one of theirs."""
        return self.project.together(finding, fixes)

    def files(self) -> tuple[str, ...]:
        """The paths of all analysed files, sorted."""
        return tuple(sorted(self.results))

    @property
    def results(self) -> Mapping[str, Result]:
        """The results of all analysed files; their facts and findings may be left out."""
        return self._project.results if self._recalled is None else self._recalled

    @property
    def project(self) -> Project:
        """The facts of all files and what is joined from them."""
        if self._recalled is not None:
            run, cache, paths = self._run, self._cache(), self._recalled.keys()
            before = cache.digests(paths) if cache is not None else None
            self._pending.update({path: self._stamps[path] for path in paths})
            self._recalled = None
            self.scan()
            if cache is not None and before is not None and before == cache.digests(self.results):
                self._run = run
        return self._project

    # -- within -------------------------------------------------------------------------------------------

    def _findings(self, path: str) -> tuple[Finding, ...]:
        if not (self._can_recall and self.is_scanned):
            return self.project.findings(path, complete=self.is_scanned)
        if path not in self._run.findings:
            found = self.project.findings(path)
            self._run.findings[path] = found
            self._has_news = True
        return self._run.findings[path]

    @property
    def _can_recall(self) -> bool:
        """Whether answers are kept: for a run that asks once, of files alone."""
        is_asked = self.has_databases or self.third_party.is_on
        return not self._incremental and not self._open and not is_asked

    def _recall(self, cache: Cache) -> bool:
        """Take over the answers of the last run, where all files are as they were then."""
        if not self._can_recall or self._was_scanned or self.results:
            return False
        recalled = recall(cache, self.root, self._pending, self.settings.max_file_size)
        if recalled is None:
            return False
        self._run, self._has_news = recalled.run, False
        self._recalled = recalled.run.results(recalled.paths)
        self._pending.clear()
        self.problems.update({problem.path: problem for problem in recalled.problems})
        self._was_scanned = True
        return True

    def _load(self) -> Configuration:
        self._faults = None
        return load_configuration(
            self.root,
            editor=self._editor,
            command_line=self._command_line,
            trusted=self._trusted,
            cache_folder=self._page_folder,
            open_pages=self._pages,
        )

    def _new_project(self) -> Project:
        self._opened_cache = None
        self._was_scanned = False
        self._unsettled.clear()
        self._pending.clear()
        self._stamps.clear()
        self._run, self._recalled = WholeRun(), None
        plan = self.configuration.plan
        return Project(plan, self._options, self.source, incremental=self._incremental)

    def _analysed(self, path: str, source: Source, last: Typed | None = None) -> Typed:
        return analyse_text(self.configuration.plan, path, source, self._options, last)

    @property
    def _options(self) -> Options:
        return self.configuration.options

    def _accepted_now(self) -> Counts:
        counts = self._accepted.counts(self.baseline_file)
        self.problems.pop(self.baseline_file, None)
        if self._accepted.problem is not None:
            self.problems[self.baseline_file] = self._accepted.problem
        return counts

    def _cache(self) -> Cache | None:
        if self._use_cache and self._opened_cache is None:
            self._opened_cache = open_cache(self.root, self.configuration.fingerprint, self._cache_folder)
        return self._opened_cache

    def _from_content(self, cache: Cache, path: str) -> bool:
        if not cache.has(path):
            return False
        read = read_file(self.root, path, self.settings.max_file_size)
        if not isinstance(read, ReadResult):
            return False
        result = self._unpacked(cache.by_content(path, read.digest, read.stamp))
        if result is None:
            return False
        self._take(path, result)
        return True

    def _take(self, path: str, result: Result) -> None:
        self._faults = None
        self._pending.pop(path, None)
        self.project.set_result(path, result)
        self._forget_run()

    def _take_analysed(self, analysed: Analysed, cache: Cache | None) -> None:
        if isinstance(analysed.outcome, ReadProblem):
            # What it said while it could be read holds no more.
            self._forget(analysed.path)
            self.problems[analysed.path] = analysed.outcome
            return
        result = self._unpacked(analysed.outcome)
        if result is None:
            return
        self._take(analysed.path, result)
        if cache is not None:
            cache.put(analysed.path, analysed.digest, analysed.outcome, analysed.stamp)

    def _unpacked(self, packed: bytes | None) -> StoredResult | None:
        """A packed result; squeezed where it is kept for long."""
        if packed is None:
            return None
        try:
            return unpack(packed, squeeze=self._incremental)
        except msgspec.MsgspecError:
            return None

    def _forget(self, path: str) -> None:
        self._faults = None
        self._pending.pop(path, None)
        self._sources.pop(path, None)
        self.third_party.forget(path)
        self._stamps.pop(path, None)
        self.project.remove(path)
        self._forget_run()

    def _is_as_cached(self, read: ReadResult) -> bool:
        """Whether a file that was changed a moment ago, so that no stamp tells, is as it was analysed."""
        cache = self._cache() if self._can_recall else None
        return cache is not None and cache.digests([read.path]) == {read.path: read.digest}

    def _forget_content(self, path: str) -> None:
        if (cache := self._cache()) is not None:
            cache.forget(path)

    def _forget_run(self) -> None:
        """Answers that were given hold no more."""
        if self._run.findings or self._run.fixes:
            self._run = WholeRun(others=self._run.others)
