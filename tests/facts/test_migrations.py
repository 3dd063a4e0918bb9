"""What single files of a migration folder say: heads of revisions, environments, settings, scripts."""

from bugcatalog_ls.facts.alembic_environments import AlembicSettings, EnvironmentFact
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.migration_graph import environments, graph
from bugcatalog_ls.facts.migrations import ProcedureFact, RevisionFact
from bugcatalog_ls.testing.checks import check_facts, project_of, split_fixture


def _index(fixture: str) -> FactIndex:
    return project_of("", split_fixture(fixture), None).index


def test_the_head_of_a_revision() -> None:
    check_facts(
        RevisionFact,
        """
        #- migrations/versions/b.py
        from typing import Sequence, Union
        revision: str = "b"
        down_revision: Union[str, Sequence[str], None] = ("a", "a2")
        branch_labels = "core"
        depends_on = ["x"]

        #- migrations/versions/c.py
        revision = make_id()
        down_revision = None
        """,
        """
        RevisionFact(folder='migrations/versions', revision='b', down=('a', 'a2'), depends_on=('x',), """
        """labels=('core',), readable=True)
        RevisionFact(folder='migrations/versions', revision='', down=(), depends_on=(), labels=(), """
        """readable=False)
        """,
    )


def test_a_comment_or_a_blank_line_changes_no_fact() -> None:
    plain = {
        "versions/a.py": 'from alembic import op\nrevision = "a"\ndown_revision = None\n'
        'def upgrade():\n    op.drop_table("t")\n'
    }
    moved = {
        "versions/a.py": '"""Doc."""\n\n# A comment.\n' + plain["versions/a.py"].replace("():", "():  # x")
    }
    before, after = project_of("", plain, None), project_of("", moved, None)
    assert before.results["versions/a.py"].facts == after.results["versions/a.py"].facts


def test_the_target_of_an_environment() -> None:
    check_facts(
        EnvironmentFact,
        """
        #- migrations/env.py
        from alembic import context
        from app.models import Base, audit
        metas = [Base.metadata, audit]
        target_metadata = metas

        def run_migrations_online():
            context.configure(target_metadata=target_metadata, render_as_batch=True)
            context.run_migrations()
        """,
        """
        EnvironmentFact(folder='migrations', targets=(Attribute(owner=Name(name='Base', """
        """symbol='app.models.Base'), name='metadata'), Name(name='audit', symbol='app.models.audit')), """
        """render_as_batch=True, compares_types=True, compares_defaults=False, filters=False)
        """,
    )


def test_alembic_ini_keeps_no_url() -> None:
    check_facts(
        AlembicSettings,
        """
        #- deploy/alembic.ini
        [alembic]
        script_location = %(here)s/../db
        file_template = %%(rev)s_%%(slug)s
        version_locations = ../db/a ../db/b
        sqlalchemy.url = postgresql+psycopg://user:secret@host/name
        """,
        """
        AlembicSettings(folder='deploy', section='alembic', script_location='db', """
        """version_locations=('db/a', 'db/b'), file_template='%(rev)s_%(slug)s', dialect='postgresql')
        """,
    )


def test_functions_of_other_files_that_deal_with_schemas_are_kept() -> None:
    index = _index(
        """
        #- app/helpers.py
        import sqlalchemy as sa
        def has(table, bind):
            return sa.inspect(bind).has_table(table)
        def unrelated():
            return 1
        """
    )
    assert index.keys(ProcedureFact) == {"app.helpers.has"}


def _revision(name: str, down: str, more: str = "") -> str:
    return f'#- migrations/versions/{name}.py\nrevision = "{name}"\ndown_revision = {down}\n{more}\n'


def test_the_order_of_branches_merges_and_dependencies() -> None:
    index = _index(
        _revision("a", "None")
        + _revision("b", '"a"')
        + _revision("c", '"a"', 'depends_on = "b"')
        + _revision("d", '("b", "c")')
    )
    found = graph(index, "migrations/versions")
    assert [path.rpartition("/")[2] for path in found.order] == ["a.py", "b.py", "c.py", "d.py"]
    assert found.heads == (("d", "migrations/versions/d.py"),)
    assert found.whole
    assert not found.problems


def test_problems_of_graphs() -> None:
    index = _index(_revision("a", '"zzz"') + _revision("b", '"c"') + _revision("c", '"b"'))
    found = graph(index, "migrations/versions")
    assert [(problem.kind, problem.path.rpartition("/")[2]) for problem in found.problems] == [
        ("missing", "a.py"),
        ("cycle", "b.py"),
    ]
    assert not found.whole


def test_histories_of_one_env_are_told_apart() -> None:
    env = "from alembic import context\ntarget_metadata = None\ncontext.run_migrations()\n"
    index = _index(
        f"#- db/env.py\n{env}"
        '#- db/versions/one/a.py\nrevision = "a"\ndown_revision = None\n'
        '#- db/versions/two/a.py\nrevision = "a"\ndown_revision = None\n'
        '#- db/versions/two/late/b.py\nrevision = "b"\ndown_revision = "a"\n'
    )
    found = environments(index)
    assert [each.home for each in found] == ["db", "db"]
    assert sorted(folder for each in found for folder in each.folders) == [
        "db/versions/one",
        "db/versions/two",
        "db/versions/two/late",
    ]
