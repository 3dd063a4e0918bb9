"""Mending: rounds of fixes in memory, what they leave out, and a workspace that stays as it was."""

from __future__ import annotations

from pathlib import Path

from bugcatalog_ls.workspace.mending import first_of_any, first_safe, mend
from bugcatalog_ls.workspace.publish import Diagnosis
from bugcatalog_ls.workspace.workspace import Workspace

CLIENT = (
    "import requests\n\n\ndef get(url):\n    requests.get(url)\n    requests.get(requests.post(url).text)\n"
)
PAGE = """\
---
code: T1
name: house-rule
severity: warning
rules:
  - language: Python
    rule: {{pattern: {pattern}}}
    message: said
    fix: {fix}
    applicability: safe
---
# House rule
Nobody should.
"""


def scanned(tmp_path: Path, files: dict[str, str]) -> Workspace:
    root = tmp_path / "app"
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
    workspace = Workspace(root, cache_folder=tmp_path / "cache")
    workspace.find_files()
    workspace.scan()
    return workspace


def all_of(_: Diagnosis) -> bool:
    return True


def shown(workspace: Workspace) -> dict[str, tuple[Diagnosis, ...]]:
    return {path: workspace.diagnose(path) for path in workspace.files()}


def test_fixes_in_each_other_are_made_one_after_the_other(tmp_path: Path) -> None:
    workspace = scanned(tmp_path, {"client.py": CLIENT})
    before = shown(workspace)
    mended = mend(workspace, ["client.py"], all_of, first_safe)
    assert mended.n_mended == 3
    assert mended.left == {"client.py": ()}
    text = mended.texts["client.py"].text
    assert text.count("timeout=") == 3
    assert mended.before["client.py"].text == CLIENT
    assert shown(workspace) == before
    assert not workspace.is_open("client.py")


def test_an_open_text_is_mended_and_left_as_it_was(tmp_path: Path) -> None:
    workspace = scanned(tmp_path, {"client.py": CLIENT})
    typed = CLIENT.replace("requests.get(url)", "requests.head(url)")
    workspace.set_text("client.py", typed)
    mended = mend(workspace, ["client.py"], all_of, first_safe)
    assert "requests.head(url, timeout=" in mended.texts["client.py"].text
    source = workspace.source("client.py")
    assert source is not None
    assert source.text == typed


def test_only_what_is_wanted_and_chosen(tmp_path: Path) -> None:
    text = CLIENT + "    with open('x') as file:\n        file.read()\n"
    workspace = scanned(tmp_path, {"client.py": text})
    wanted = mend(workspace, ["client.py"], lambda found: found.finding.code == "BC502", first_of_any)
    assert "timeout=" not in wanted.texts["client.py"].text
    assert "encoding=" in wanted.texts["client.py"].text
    none = mend(workspace, ["client.py"], all_of, lambda _: None)
    assert (none.n_mended, none.texts) == (0, {})
    assert len(none.left["client.py"]) == 4


def test_a_fix_that_does_not_mend_is_made_once(tmp_path: Path) -> None:
    page = PAGE.format(pattern="launch($X)", fix="launch($X); after()")
    text = "from b import after, launch\n\nlaunch(1)\n"
    workspace = scanned(tmp_path, {".bugcatalog/T1.md": page, "a.py": text})
    mended = mend(workspace, ["a.py"], all_of, first_safe)
    assert mended.texts["a.py"].text == text.replace("launch(1)", "launch(1); after()")
    assert len(mended.left["a.py"]) == 1


def test_a_fix_that_goes_on_and_on_comes_to_an_end(tmp_path: Path) -> None:
    page = PAGE.format(pattern="launch($X)", fix="launch($X + 1)")
    workspace = scanned(tmp_path, {".bugcatalog/T1.md": page, "a.py": "from b import launch\n\nlaunch(1)\n"})
    mended = mend(workspace, ["a.py"], all_of, first_safe)
    assert len(mended.left["a.py"]) == 1


def test_a_fix_that_breaks_the_file_is_not_made(tmp_path: Path) -> None:
    page = PAGE.format(pattern="launch($X)", fix='"start($X"')
    workspace = scanned(tmp_path, {".bugcatalog/T1.md": page, "client.py": CLIENT + "    launch(1)\n"})
    mended = mend(workspace, ["client.py"], all_of, first_safe)
    text = mended.texts["client.py"].text
    assert text.endswith("    launch(1)\n")
    assert text.count("timeout=") == 3
    assert [found.finding.code for found in mended.left["client.py"]] == ["T1"]


def test_a_file_that_does_not_parse_is_not_broken_further(tmp_path: Path) -> None:
    text = CLIENT + "\n\ndef broken(:\n    requests.get(\n"
    workspace = scanned(tmp_path, {"client.py": text})
    mended = mend(workspace, ["client.py"], all_of, first_safe)
    for source in mended.texts.values():
        assert source.text.endswith("\n\ndef broken(:\n    requests.get(\n")


def test_files_that_are_made_are_among_what_was_changed(tmp_path: Path) -> None:
    files = {
        "models.py": (
            "from sqlalchemy import String\n"
            "from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column\n\n\n"
            "class Base(DeclarativeBase):\n    pass\n\n\n"
            "class Game(Base):\n    __tablename__ = 'games'\n\n"
            "    id: Mapped[int] = mapped_column(primary_key=True)\n"
            "    title: Mapped[str] = mapped_column(String(100))\n"
            "    genre: Mapped[str] = mapped_column(String(100))\n"
        ),
        "migrations/versions/0001.py": (
            "import sqlalchemy as sa\nfrom alembic import op\n\nrevision = '0001'\ndown_revision = None\n\n\n"
            "def upgrade():\n"
            "    op.create_table('games', sa.Column('id', sa.Integer(), primary_key=True))\n"
        ),
    }
    workspace = scanned(tmp_path, files)
    before = shown(workspace)
    assert len(before["models.py"]) == 2
    mended = mend(workspace, workspace.files(), all_of, first_of_any)
    assert len(mended.created) == 1
    ((path, text),) = mended.created.items()
    assert path.startswith("migrations/versions/")
    assert "title" in text
    assert "genre" in text
    assert not any(mended.left.values())
    assert any(path in paths for paths in mended.together)
    assert shown(workspace) == before
    assert path not in workspace.files()


def test_an_import_that_two_fixes_need_is_made_once(tmp_path: Path) -> None:
    head = "import httpx\nfrom fastapi import FastAPI\nfrom sqlalchemy import text\n\napp = FastAPI()\n"
    unguarded = '\n\n@app.get("/healthz")\ndef a():\n    httpx.get("https://x.example")\n    return {}\n'
    answers_ok = (
        '\n\n@app.get("/ready")\ndef b():\n    try:\n        httpx.get("https://x.example")\n'
        '    except Exception:\n        return {"status": "down"}\n    return {"status": "up"}\n'
    )
    workspace = scanned(tmp_path, {"health.py": head + unguarded + answers_ok})
    mended = mend(workspace, ["health.py"], lambda d: d.finding.code == "BC606", first_safe)
    assert mended.n_mended == 2
    assert mended.texts["health.py"].text.count("import JSONResponse") == 1


def test_two_fixes_that_bring_one_name_from_two_modules_are_made_one_by_one(tmp_path: Path) -> None:
    text = (
        "from datetime import datetime\n\nfrom django.db import models\n\n\nclass Visit(models.Model):\n"
        "    started = models.DateTimeField(default=datetime.now)\n\n"
        "    def close(self):\n        self.ended = datetime.now()\n        self.save()\n"
    )
    workspace = scanned(tmp_path, {"models.py": text})
    mended = mend(workspace, ["models.py"], lambda d: d.finding.code == "BC501", first_of_any)
    assert mended.n_mended == 2
    after = mended.texts["models.py"].text
    assert after.count("import timezone") == 1
    assert "default=timezone.now)" in after
    assert "self.ended = timezone.now()" in after


def test_an_import_whose_readers_go_one_by_one_goes_with_the_last(tmp_path: Path) -> None:
    text = "import os\n\n\ndef show():\n    print(os.environ)\n    print(os.environ)\n"
    files = {"kept.py": text.replace("show", "tell"), "user.py": "from kept import os\n", "show.py": text}
    workspace = scanned(tmp_path, files)
    mended = mend(workspace, ["show.py", "kept.py"], all_of, first_safe)
    assert mended.texts["show.py"].text == 'def show():\n    print("***")\n    print("***")\n'
    assert "import os" in mended.texts["kept.py"].text


def test_an_import_that_one_fix_takes_and_another_counts_on_stays(tmp_path: Path) -> None:
    text = (
        "import contextlib\nimport sqlite3\n\n\ndef run(job):\n    with contextlib.suppress(Exception):\n"
        "        job()\n\n\ndef load(path):\n    conn = sqlite3.connect(path)\n"
        '    rows = conn.execute("SELECT 1").fetchall()\n    conn.close()\n    return rows\n'
    )
    workspace = scanned(tmp_path, {"jobs.py": text})
    after = mend(workspace, ["jobs.py"], all_of, first_safe).texts["jobs.py"].text
    assert ("contextlib.closing(" in after) == ("import contextlib\n" in after)
    assert "suppress" not in after
    assert "closing(sqlite3" in after


SHELF = """\
from sqlalchemy import Column, ForeignKey, Integer, create_engine
from sqlalchemy.orm import declarative_base, relationship, sessionmaker

engine = create_engine("sqlite:///x.db")
SessionLocal = sessionmaker(bind=engine)
Base = declarative_base()


class Author(Base):
    __tablename__ = "authors"
    id = Column(Integer, primary_key=True)


class Book(Base):
    __tablename__ = "books"
    id = Column(Integer, primary_key=True)
    author_id = Column(Integer, ForeignKey("authors.id", ondelete="CASCADE"))
    author = relationship(Author)


def authors():
    session = SessionLocal()
    books = (
        session.query(Book)
        .order_by(Book.id)
        .all()
    )
    found = [book.author.id for book in books]
    session.close()
    return found
"""


def test_rows_that_a_fix_adds_are_indented_with_those_around_them(tmp_path: Path) -> None:
    workspace = scanned(tmp_path, {"shelf.py": SHELF})
    mended = mend(workspace, ["shelf.py"], all_of, first_of_any)
    assert mended.texts["shelf.py"].text.endswith(
        """\
    with SessionLocal() as session:
        books = (
            session.query(Book)
            .order_by(Book.id)
            .options(selectinload(Book.author))
            .all()
        )
        found = [book.author.id for book in books]
    return found
"""
    )


def test_rows_above_rewritten_ones_wait_for_the_next_round(tmp_path: Path) -> None:
    checks = (
        "from fastapi import APIRouter, Request\n\nrouter = APIRouter()\n\n\n"
        '@router.get("/live")\nasync def live(request: Request) -> Ready:\n'
        "    await request.app.state.redis.ping()\n    return Ready()\n\n\n"
        '@router.get("/ready")\nasync def ready(request: Request):\n'
        "    await request.app.state.redis.ping()\n    return Ready()\n"
    )
    workspace = scanned(tmp_path, {"health.py": checks})
    mended = mend(workspace, ["health.py"], lambda each: each.finding.code == "BC606", first_of_any)
    assert mended.n_mended == 2
    assert mended.texts["health.py"].text.count("import logging\n") == 1


def test_rows_of_one_entry_are_added_at_one_place_in_one_round(tmp_path: Path) -> None:
    routers = "".join(
        f'r{n} = APIRouter()\n\n\n@r{n}.get("/{n}")\ndef read_{n}():\n    return {n}\n\n\n' for n in range(30)
    )
    head = "from fastapi import APIRouter, FastAPI\n\napp = FastAPI()\n"
    text = f"{head}{routers}more = APIRouter()\napp.include_router(more)\n"
    workspace = scanned(tmp_path, {"main.py": text})
    mended = mend(workspace, ["main.py"], lambda found: found.finding.code == "BC105", first_of_any)
    rows = "".join(f"app.include_router(r{n})\n" for n in range(30))
    assert mended.texts["main.py"].text == text + rows
    assert mended.left == {"main.py": ()}
