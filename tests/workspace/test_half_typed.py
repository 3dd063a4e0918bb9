"""Half-typed texts: what is shown while a line does not parse, and once it is left unfinished."""

from __future__ import annotations

from pathlib import Path

import pytest

from bugcatalog_ls.workspace.workspace import Workspace

CLIENT = """\
import requests


def first(url):
    return requests.get(url)


def second(url):
    return requests.post(url, timeout=3)


def third(url):
    try:
        return requests.put(url)
    except Exception:
        pass
"""
SHOWN = {(5, "BC201"), (14, "BC201"), (15, "BC601")}


def workspace_with(tmp_path: Path, files: dict[str, str]) -> Workspace:
    root = tmp_path / "app"
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
    workspace = Workspace(root, cache_folder=tmp_path / "cache")
    workspace.find_files()
    workspace.scan()
    return workspace


def shown(workspace: Workspace, path: str = "client.py") -> set[tuple[int, str]]:
    """Line (from 1) and code of everything that is shown."""
    source = workspace.source(path)
    assert source is not None
    return {
        (source.lines.row_of(diagnosis.span.start) + 1, diagnosis.finding.code)
        for diagnosis in workspace.diagnose(path)
    }


@pytest.fixture
def client(tmp_path: Path) -> Workspace:
    workspace = workspace_with(tmp_path, {"client.py": CLIENT})
    workspace.set_text("client.py", CLIENT)
    assert shown(workspace) == SHOWN
    return workspace


def replaced(text: str, *changes: tuple[str, str]) -> str:
    for old, new in changes:
        assert text.count(old) == 1
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("import requests\n", "import\n"),
        ("import requests\n", "import requests as\n"),
        ("def first(url):\n", "def fi\n"),
        ("    try:\n", "    t\n"),
        ("    except Exception:\n", "    exc\n"),
        ("def second(url):\n", "def second(url):\n    x = '''\n"),
        ("    return requests.post(url, timeout=3)", "    return requests.post(url, timeout="),
        ("    return requests.post(url, timeout=3)", "    return requests.post("),
        ("    return requests.post(url, timeout=3)", "    )"),
    ],
)
def test_what_does_not_parse_changes_nothing_elsewhere(client: Workspace, old: str, new: str) -> None:
    broken = replaced(CLIENT, (old, new))
    client.set_text("client.py", broken)
    n_new = broken.count("\n") - CLIENT.count("\n")
    row = CLIENT[: CLIENT.index(old)].count("\n") + 1
    elsewhere = {(line + n_new * (line > row), code) for line, code in SHOWN if line != row}
    assert {(line, code) for line, code in shown(client) if line != row} == elsewhere
    client.set_text("client.py", CLIENT)
    assert shown(client) == SHOWN


def test_python_has_a_say_in_what_parses(client: Workspace) -> None:
    """The grammar takes a function without a body, and a `try` that has nothing but an `else`."""
    handled = replaced(CLIENT, ("        pass\n", "        pass\n    else:\n        requests.get(url)\n"))
    client.set_text("client.py", handled)
    assert shown(client) == {*SHOWN, (18, "BC201")}
    for line, typed in (
        ("    except Exception:\n", "\n"),
        ("    return requests.post(url, timeout=3)\n", "\n"),
    ):
        client.set_text("client.py", replaced(handled, (line, typed)))
        assert shown(client) >= {(5, "BC201"), (14, "BC201"), (18, "BC201")}
        assert client.project.results["client.py"].has_error


def test_a_finding_on_the_typed_line_stays_until_the_line_parses(client: Workspace) -> None:
    for typed in (", ", ", t", ", timeout=", ", timeout=("):
        client.set_text("client.py", replaced(CLIENT, ("requests.get(url)", f"requests.get(url{typed}")))
        assert (5, "BC201") in shown(client)
    client.set_text("client.py", replaced(CLIENT, ("requests.get(url)", "requests.get(url, timeout=3)")))
    assert shown(client) == SHOWN - {(5, "BC201")}


def test_a_line_left_unfinished_freezes_nothing_else(client: Workspace) -> None:
    """Only what the edit elsewhere brings and takes counts; what hangs on the broken line stays."""
    broken = replaced(CLIENT, ("import requests\n", "import requests as\n"))
    client.set_text("client.py", broken)
    mended = replaced(broken, ("requests.put(url)", "requests.put(url, timeout=3)"))
    client.set_text("client.py", mended)
    assert shown(client) == SHOWN
    broken = replaced(CLIENT, ("    return requests.post(url, timeout=3)", "    return requests.post("))
    client.set_text("client.py", CLIENT)
    client.set_text("client.py", broken)
    mended = replaced(broken, ("requests.put(url)", "requests.put(url, timeout=3)"))
    client.set_text("client.py", mended)
    assert shown(client) == SHOWN - {(14, "BC201")}
    worse = replaced(mended, ("requests.get(url)", "requests.get(url, verify=False)\n    requests.head(url)"))
    client.set_text("client.py", worse)
    assert shown(client) == {(5, "BC201"), (6, "BC201"), (16, "BC601")}


def test_two_broken_lines_one_after_the_other(client: Workspace) -> None:
    one = replaced(CLIENT, ("    return requests.post(url, timeout=3)", "    return requests.post("))
    client.set_text("client.py", one)
    client.set_text("client.py", replaced(one, ("requests.put(url)", "requests.put(url, ")))
    assert shown(client) == SHOWN
    client.set_text("client.py", replaced(one, ("requests.put(url)", "requests.put(url, timeout=3)")))
    assert shown(client) == SHOWN - {(14, "BC201")}
    client.set_text("client.py", replaced(CLIENT, ("requests.put(url)", "requests.put(url, timeout=3)")))
    assert shown(client) == SHOWN - {(14, "BC201")}


def test_of_pasted_lines_all_that_parses_is_seen(client: Workspace) -> None:
    pasted = "def pasted(url):\n    requests.get(url)\n    requests.get(\n    requests.head(url)\n\n\n"
    client.set_text("client.py", replaced(CLIENT, ("def second", f"{pasted}def second")))
    seen = shown(client)
    assert {(5, "BC201"), (20, "BC201"), (21, "BC601")} <= seen
    assert {line for line, _ in seen} <= {5, 9, 10, 11, 20, 21}
    mended = pasted.replace("    requests.get(\n", "")
    client.set_text("client.py", replaced(CLIENT, ("def second", f"{mended}def second")))
    assert {(9, "BC201"), (10, "BC201")} <= shown(client)


def test_a_text_that_is_broken_from_the_start(tmp_path: Path) -> None:
    broken = replaced(CLIENT, ("    return requests.post(url, timeout=3)", "    return requests.post("))
    workspace = workspace_with(tmp_path, {"client.py": broken})
    assert shown(workspace) >= {(5, "BC201"), (14, "BC201"), (15, "BC601")}
    workspace.set_text("client.py", broken)
    workspace.set_text("client.py", replaced(broken, ("requests.get(url)", "requests.get(url, timeout=3)")))
    assert (5, "BC201") not in shown(workspace)
    assert (14, "BC201") in shown(workspace)


def test_suppressions_hold_while_another_line_is_typed(tmp_path: Path) -> None:
    text = replaced(
        CLIENT,
        (
            "    return requests.get(url)",
            "    # bugcatalog: ignore[BC201] quick\n    return requests.get(\n        url)",
        ),
    )
    workspace = workspace_with(tmp_path, {"client.py": text})
    workspace.set_text("client.py", text)
    assert shown(workspace) == {(16, "BC201"), (17, "BC601")}
    for typed in ("def second(", "def second(url", "'''"):
        workspace.set_text("client.py", replaced(text, ("def second(url):", typed)))
        assert shown(workspace) == {(16, "BC201"), (17, "BC601")}


MODELS = """\
from sqlalchemy import String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Game(Base):
    __tablename__ = "games"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(100))
    genre: Mapped[str] = mapped_column(String(100))
"""
REVISION = """\
import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.create_table(
        "games",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("title", sa.String(100), nullable=False),
    )


def downgrade():
    op.drop_table("games")
"""


def test_facts_stay_while_a_revision_is_typed(tmp_path: Path) -> None:
    files = {"models.py": MODELS, "migrations/versions/0001.py": REVISION}
    workspace = workspace_with(tmp_path, files)
    expected = {(14, "BC703")}
    assert shown(workspace, "models.py") == expected
    path = "migrations/versions/0001.py"
    workspace.set_text(path, REVISION)
    for typed in ("sa.Column(", 'sa.Column("ti', 'sa.Column("title", sa.String('):
        broken = replaced(REVISION, ('sa.Column("title", sa.String(100), nullable=False),', typed))
        workspace.set_text(path, broken)
        assert shown(workspace, "models.py") == expected
    added = '        sa.Column("genre", sa.String(100), nullable=False),\n    )\n\n\ndef downgrade'
    workspace.set_text(path, replaced(REVISION, ("    )\n\n\ndef downgrade", added)))
    assert not shown(workspace, "models.py")


def test_joined_findings_move_with_the_edit(tmp_path: Path) -> None:
    files = {"models.py": MODELS, "migrations/versions/0001.py": REVISION}
    workspace = workspace_with(tmp_path, files)
    workspace.set_text("models.py", MODELS)
    workspace.set_text("models.py", replaced(MODELS, ("class Base", "x = f(\n\n\nclass Base")))
    assert shown(workspace, "models.py") == {(17, "BC703")}
    source = workspace.source("models.py")
    assert source is not None
    assert [source.slice(diagnosis.span) for diagnosis in workspace.diagnose("models.py")] == ["genre"]
