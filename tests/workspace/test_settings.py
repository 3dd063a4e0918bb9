"""Settings: what is read from where, what wins, and what is said of a mistake."""

from __future__ import annotations

import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bugcatalog_ls.workspace.configuration import load_configuration
from bugcatalog_ls.workspace.settings import Settings, shown_settings
from bugcatalog_ls.workspace.settings_layers import load_settings
from bugcatalog_ls.workspace.settings_roots import find_root
from bugcatalog_ls.workspace.settings_secrets import Database, Secret
from bugcatalog_ls.workspace.settings_selection import is_selected, severity_of, unknown_codes
from bugcatalog_ls.workspace.settings_toml import TomlFile, read_toml
from bugcatalog_ls.workspace.settings_values import READERS

KNOWN = {"BC201": "missing-timeout", "BC202": "retry-storm", "BC703": "missing-migration", "BUG-078": "x"}
VARIANTS = {"BC703": ("stale",)}


def write(root: Path, text: str, name: str = "bugcatalog.toml") -> Path:
    (root / name).write_text(text, encoding="utf-8")
    return root


def errors(root: Path, **layers: Any) -> list[str]:
    return [f"{e.path}:{e.line}:{e.column} {e.message}" for e in load_settings(root, **layers).errors]


def test_without_files_the_defaults_hold(tmp_path: Path) -> None:
    loaded = load_settings(tmp_path)
    assert loaded.settings == Settings()
    assert not loaded.errors
    assert {row.origin for row in shown_settings(loaded)} == {"default"}


def test_every_key_is_read(tmp_path: Path) -> None:
    write(
        tmp_path,
        """
        [project]
        requires-python = ">=3.9"
        [tool.bugcatalog]
        select = ["BC2", "bc703"]
        ignore = ["BC202"]
        exclude = ["/generated"]
        extend-exclude = ["*_pb2.py"]
        respect-gitignore = false
        max-file-size = 1000
        catalogs = ["docs/bugs", "postgresql://u:secret@h/d"]
        migrations = ["db/versions"]
        newest-migrations = 5
        fail-on = "never"
        baseline = "bugs.json"
        store = "env:BUGS"
        diagnostic-mode = "workspace"
        require-reason = true
        severity.BC201 = "hint"
        severity."BC703.stale" = "error"
        [tool.bugcatalog.per-file-ignores]
        "tests/" = ["BC2"]
        [tool.bugcatalog.databases]
        local = "sqlite"
        main = { url = "postgresql+psycopg://u:secret@h/d", version = 16 }
        """,
        "pyproject.toml",
    )
    loaded = load_settings(tmp_path)
    assert not loaded.errors
    assert loaded.settings == Settings(
        select=("BC2", "BC703"),
        ignore=("BC202",),
        severity={"BC201": "hint", "BC703.stale": "error"},
        per_file_ignores={"tests/": ("BC2",)},
        exclude=("/generated",),
        extend_exclude=("*_pb2.py",),
        respect_gitignore=False,
        max_file_size=1000,
        catalogs=("docs/bugs",),
        catalog_stores=(Secret("postgresql://u:secret@h/d"),),
        databases={
            "local": Database("sqlite"),
            "main": Database("postgresql", Secret("postgresql+psycopg://u:secret@h/d"), "16"),
        },
        migrations=("db/versions",),
        newest_migrations=5,
        target_python=(3, 9),
        fail_on="never",
        baseline="bugs.json",
        store=Secret("env:BUGS"),
        diagnostic_mode="workspace",
        require_reason=True,
    )
    shown = {row.key: row for row in shown_settings(loaded)}
    assert shown["select"].origin == "pyproject.toml:5"
    assert shown["severity.BC703.stale"].origin == "pyproject.toml:20"
    assert shown["databases.main"].origin == "pyproject.toml:25"
    assert shown["target-python"].origin == "pyproject.toml:3 (requires-python)"
    assert set(READERS) <= {key.split(".")[0] for key in shown}


def test_secrets_are_never_shown(tmp_path: Path) -> None:
    write(
        tmp_path,
        'store = "postgresql://u:hunter2@h"\ncatalogs = ["https://u:hunter2@h"]\n'
        'databases = ["mysql://u:hunter2@h", {a = "postgresql://u:hunter2@h", dialect = 3}]\n',
    )
    loaded = load_settings(tmp_path)
    assert loaded.settings.store is not None
    assert loaded.settings.store.reveal({}) == "postgresql://u:hunter2@h"
    assert Secret("env:X").reveal({"X": "sqlite://"}) == "sqlite://"
    assert Secret("env:X").reveal({}) is None
    for shown in (repr(loaded), str(loaded), str(shown_settings(loaded)), f"{loaded.settings.store}"):
        assert "hunter2" not in shown


def test_the_editor_lies_over_the_file_and_the_command_line_over_both(tmp_path: Path) -> None:
    write(
        tmp_path,
        'select = ["BC2"]\nignore = ["BC201", "BC7"]\nfail-on = "error"\nrequire-reason = true\n'
        '[severity]\nBC201 = "hint"\nBC202 = "hint"\n',
    )
    loaded = load_settings(
        tmp_path,
        editor={
            "failOn": "warning",
            "severity": {"BC201": "error"},
            "severity.BC703": "information",
            "trace": {"server": "off"},
            "store": None,
        },
        command_line={"select": ["BC201"], "ignore": ["BC9"]},
    )
    assert not loaded.errors
    settings = loaded.settings
    assert (settings.select, settings.ignore) == (("BC201",), ("BC7", "BC9"))
    assert settings.severity == {"BC201": "error", "BC202": "hint", "BC703": "information"}
    assert (settings.fail_on, settings.require_reason) == ("warning", True)
    origins = {
        key: loaded.origin_of(key) for key in ("select", "ignore", "fail-on", "require-reason", "store")
    }
    assert origins == {
        "select": "command line",
        "ignore": "bugcatalog.toml:2, command line",
        "fail-on": "editor",
        "require-reason": "bugcatalog.toml:4",
        "store": "default",
    }
    assert loaded.origin_of("severity.BC202") == "bugcatalog.toml:7"
    assert loaded.origin_of("severity.BC703") == "editor"


def test_of_two_files_our_own_wins(tmp_path: Path) -> None:
    write(tmp_path, '[tool.bugcatalog]\nselect = ["BC2"]\nfail-on = "error"', "pyproject.toml")
    write(tmp_path, 'select = ["BC7"]')
    loaded = load_settings(tmp_path)
    assert (loaded.settings.select, loaded.settings.fail_on) == (("BC7",), "warning")
    (error,) = loaded.errors
    assert (error.path, error.line, error.severity) == ("pyproject.toml", 1, "warning")
    assert "has no effect" in error.message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\nexlude = ['x']", ["2:1 unknown setting `exlude`; did you mean `exclude`?"]),
        ("per_file_ignores = 0", ["1:1 unknown setting `per_file_ignores`; "
                                   "did you mean `per-file-ignores`?"]),
        ("zzz = 1", ["1:1 unknown setting `zzz`."]),
        ("select = 'BC2'", ["1:1 `select`: expected a list of codes such as `BC201` or `BC2`, not `BC2`."]),
        (
            "select = [\n  'BC2', # one\n  'no code',\n  5,\n]",
            ["4:3 `select[2]`: expected text, not `5`.", "3:3 `select[1]`: `no code` is not a code or the "
             "beginning of one."],
        ),
        (
            "[severity]\nBC201 = 'warn'",
            ["2:1 `severity.BC201`: `warn` is not a severity (error, warning, information, hint); "
             "did you mean `warning`?"],
        ),
        ("severity = {BC201 = 'off'}", ["1:13 `severity.BC201`: a severity can't switch an entry off; "
                                        "name its code in `ignore`."]),
        ("require-reason = 'yes'", ["1:1 `require-reason`: expected `true` or `false`, not `yes`."]),
        ("databases = ['postgrsql']", ["1:14 `databases[0]`: unknown dialect `postgrsql`; "
                                       "did you mean `postgresql`?"]),
        ("databases.main.url = 'env:X'", ["1:11 `databases.main`: a URL from the environment needs a "
                                          "`dialect` next to it."]),
        ("target-python = 3.12", ["1:1 `target-python`: expected a version of Python such as `3.12`, "
                                  "not `3.12`."]),
        ("max-file-size = -1", ["1:1 `max-file-size`: expected a whole number from 0, not `-1`."]),
        ("[tool.bugcatalog]\nselect = []", ["1:2 `tool`: settings stand at the top level here."]),
        ("store = 'nowhere'", ["1:1 `store`: expected a URL such as `postgresql+psycopg://host/name`, "
                               "or `env:NAME`."]),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place_and_everything_else_holds(
    tmp_path: Path, text: str, expected: list[str]
) -> None:
    write(tmp_path, text if text.startswith("[") else 'diagnostic-mode = "workspace"\n' + text)
    shift = 0 if text.startswith("[") else 1
    found = [
        f"{error.line - shift}:{error.column} {error.message}" for error in load_settings(tmp_path).errors
    ]
    assert found == expected
    if shift:
        assert load_settings(tmp_path).settings.diagnostic_mode == "workspace"


def test_broken_toml_is_one_message(tmp_path: Path) -> None:
    write(tmp_path, 'select = ["BC2"]\nignore = [\n')
    assert len(errors(tmp_path)) == 1
    write(tmp_path, 'select = ["BC2"]\nignore == 5\n')
    assert errors(tmp_path) == [
        "bugcatalog.toml:2:9 bugcatalog.toml is not TOML: invalid value; the default settings hold."
    ]
    (tmp_path / "bugcatalog.toml").write_bytes(b"# ok\n# caf\xe9\n")
    assert errors(tmp_path) == [
        "bugcatalog.toml:2:1 bugcatalog.toml is not UTF-8 at line 2; the default settings hold."
    ]


def test_a_broken_pyproject_that_does_not_speak_of_us_is_not_ours(tmp_path: Path) -> None:
    assert errors(write(tmp_path, "[project", "pyproject.toml")) == []
    assert len(errors(write(tmp_path, "[tool.bugcatalog", "pyproject.toml"))) == 1


@pytest.mark.parametrize("text", ["tool = 1", "[tool]\nbugcatalog = 1", "project = 3", "[[tool]]\na = 1"])
def test_a_strange_pyproject_breaks_nothing(tmp_path: Path, text: str) -> None:
    assert load_settings(write(tmp_path, text, "pyproject.toml")).settings == Settings()


def test_an_untrusted_root_cannot_lead_out_of_itself(tmp_path: Path) -> None:
    write(
        tmp_path,
        'catalogs = ["docs/bugs", "../other", "/etc", "https://h/x"]\nstore = "postgresql://h"\n'
        'baseline = "../b.json"\nmigrations = ["db", "~/db"]\nselect = ["BC2"]\n'
        '[databases]\na = "sqlite"\nb = {dialect = "mysql", url = "mysql://h"}\nc = "env:X"\n',
    )
    loaded = load_settings(tmp_path, trusted=False, editor={"store": "sqlite:///mine"})
    settings = loaded.settings
    assert (settings.catalogs, settings.catalog_stores) == (("docs/bugs",), ())
    assert settings.databases == {"a": Database("sqlite"), "b": Database("mysql")}
    assert (settings.baseline, settings.migrations, settings.select) == (None, ("db",), ("BC2",))
    assert settings.store == Secret("sqlite:///mine")
    assert {error.severity for error in loaded.errors} == {"information"}
    assert [(error.line, error.key) for error in loaded.errors] == [
        (2, "store"),
        (3, "baseline"),
        (1, "catalogs[1]"),
        (1, "catalogs[2]"),
        (1, "catalogs[3]"),
        (4, "migrations[1]"),
        (8, "databases.b.url"),
        (9, "databases.c"),
    ]
    assert load_settings(tmp_path).settings.catalogs != settings.catalogs


@pytest.mark.parametrize(
    ("select", "ignore", "code", "expected"),
    [
        (["ALL"], [], "BC201", True),
        (["BC2"], [], "BC201", True),
        (["BC2"], [], "BC703", False),
        (["BC2"], ["BC201"], "BC201", False),
        (["BC201"], ["BC2"], "BC201", True),
        (["BC201"], ["BC201"], "BC201", False),
        (["ALL"], ["ALL"], "BC201", False),
        (["BC2"], ["ALL"], "BC201", True),
        ([], [], "BC201", False),
    ],
)
def test_selection(select: list[str], ignore: list[str], code: str, expected: bool) -> None:
    assert is_selected(Settings(select=tuple(select), ignore=tuple(ignore)), code) is expected


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("tests/", "tests/a/test_x.py", False),
        ("tests/", "src/tests/x.py", False),
        ("/tests/", "src/tests/x.py", True),
        ("*_pb2.py", "a/b/c_pb2.py", False),
        ("src/**/gen", "src/a/gen/x.py", False),
        ("!src/", "src/a.py", True),
        ("!src/", "scripts/a.py", False),
    ],
)
def test_codes_are_ignored_per_file(pattern: str, path: str, expected: bool) -> None:
    settings = Settings(per_file_ignores={pattern: ("BC2",)})
    assert is_selected(settings, "BC201", path) is expected
    assert is_selected(settings, "BC703", path)


def test_a_notebook_is_named_as_its_file_is() -> None:
    settings = Settings(per_file_ignores={"*.ipynb": ("BC2",)})
    assert not is_selected(settings, "BC201", "a/n.ipynb.py")
    assert is_selected(settings, "BC201", "a/n.py")


def test_the_nearest_severity_wins() -> None:
    settings = Settings(
        severity={"ALL": "hint", "BC7": "information", "BC703": "warning", "BC703.stale": "error"}
    )
    assert severity_of(settings, "BC703", "stale", "hint") == "error"
    assert severity_of(settings, "BC703", "", "hint") == "warning"
    assert severity_of(settings, "BC704", "stale", "hint") == "information"
    assert severity_of(settings, "BC201", "", "error") == "hint"
    assert severity_of(Settings(), "BC201", "", "error") == "error"


def test_unknown_codes_are_named(tmp_path: Path) -> None:
    write(
        tmp_path,
        'select = ["BC2", "BC210"]\nseverity."BC777.x" = "hint"\n'
        'per-file-ignores = {"tests/*.py" = ["BUG-078", "XX"]}',
    )
    loaded = load_settings(tmp_path, command_line={"ignore": ["BC2O1", "?"]})
    errors = unknown_codes(loaded, KNOWN, VARIANTS)
    assert [(error.path, error.line, error.column, error.key) for error in errors] == [
        ("bugcatalog.toml", 1, 18, "select[1]"),
        ("bugcatalog.toml", 2, 10, "severity.BC777.x"),
        ("bugcatalog.toml", 3, 48, "per-file-ignores.tests/*.py[1]"),
        ("", 0, 0, "ignore[0]"),
    ]
    assert "did you mean `BC20" in errors[0].message
    # What can be no code is near to one all the same.
    assert errors[-1].message == "`ignore[0]`: no entry has the code `BC2O1`; did you mean `BC201`?"
    assert [error.message for error in loaded.errors] == [
        "`ignore[1]`: `?` is not a code or the beginning of one."
    ]


def test_unknown_variants_are_named(tmp_path: Path) -> None:
    write(tmp_path, '[severity]\n"BC703.stale" = "hint"\n"BC703.stle" = "hint"\n"BC201.any" = "hint"')
    loaded = load_settings(tmp_path)
    assert [(error.line, error.message) for error in unknown_codes(loaded, KNOWN, VARIANTS)] == [
        (3, "`severity.BC703.stle`: BC703 has no variant `stle`; did you mean `stale`?"),
        (4, "`severity.BC201.any`: BC201 has no variant `any`."),
    ]


def test_a_catalog_that_is_not_there_is_told_at_its_setting(tmp_path: Path) -> None:
    write(tmp_path, 'select = ["BC2"]\ncatalogs = ["nowhere"]')
    configuration = load_configuration(tmp_path)
    assert not configuration.page_errors
    assert [(error.path, error.line, error.message) for error in configuration.settings_errors] == [
        ("bugcatalog.toml", 2, "`catalogs`: there is no folder `nowhere`.")
    ]


def test_roots(tmp_path: Path) -> None:
    inner = tmp_path / "service" / "app"
    inner.mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    (inner / "x.py").touch()
    assert find_root(inner / "x.py") == tmp_path
    (tmp_path / "service" / "pyproject.toml").touch()
    assert find_root(inner / "x.py") == tmp_path / "service"
    assert find_root(inner) == tmp_path / "service"
    (inner / "bugcatalog.toml").touch()
    assert find_root(inner / "missing.py") == inner


RAW = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(sorted(KNOWN)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=5) | st.sampled_from([*KNOWN, "url", "dialect"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(sorted(READERS)) | st.text(max_size=6), RAW, max_size=4))
def test_any_value_of_an_editor_gives_settings(tmp_path: Path, raw: dict[str, Any]) -> None:
    loaded = load_settings(tmp_path, editor=raw)
    shown_settings(loaded)
    unknown_codes(loaded, KNOWN, VARIANTS)
    for code in KNOWN:
        is_selected(loaded.settings, code, "a/b.py")
        assert severity_of(loaded.settings, code, "stale", "hint") in (
            "error",
            "warning",
            "information",
            "hint",
        )


TOML_PIECES = (
    *("[tool.bugcatalog]", "[severity]", "[[a]]", "select", "BC201", ".", "=", "[", "]", "{", "}", ",", "\n"),
    *("'BC2'", '"BC\\u0041"', "'''\n'''", '"""a\n"b"""', "# c", "1979-05-27 07:32:00", "true", "3.5", "\r\n"),
)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(TOML_PIECES), max_size=16).map("".join))
def test_any_file_gives_settings(tmp_path: Path, text: str) -> None:
    (tmp_path / "bugcatalog.toml").write_bytes(text.encode())
    for trusted in (True, False):
        loaded = load_settings(tmp_path, trusted=trusted)
        assert all(1 <= error.line <= text.count("\n") + 1 for error in loaded.errors)


KEYS = st.text(string.ascii_letters + "-_ .\"'#=[]é\\\n", min_size=1, max_size=6)
VALUES = st.recursive(
    st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)


def as_toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        escaped = "".join(f"\\U{ord(c):08x}" if c in '"\\' or not c.isprintable() else c for c in value)
        return f'"{escaped}"'
    if isinstance(value, list):
        return "[ # items\n" + ",\n".join(as_toml(item) for item in value) + "]"
    return "{" + ", ".join(f"{as_toml(key)} = {as_toml(item)}" for key, item in value.items()) + "}"


@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_every_key_of_a_file_has_a_place(values: dict[str, Any]) -> None:
    text = "".join(f"{as_toml(key)} = {as_toml(value)}\n" for key, value in values.items())
    file = read_toml(text.encode())
    assert isinstance(file, TomlFile)
    assert file.values == values

    def paths(value: Any, path: tuple[str | int, ...]) -> list[tuple[str | int, ...]]:
        below = (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        )
        return [found for key, item in below for found in [(*path, key), *paths(item, (*path, key))]]

    assert set(file.places) == set(paths(values, ()))
    lines = text.split("\n")
    for path, place in file.places.items():
        if isinstance(path[-1], str):
            assert lines[place.line - 1][place.column - 1 :].startswith(as_toml(path[-1]))
