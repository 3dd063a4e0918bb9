"""What Alembic runs to migrate a store: on the connection that it is given, in that one's transaction."""

from __future__ import annotations

from alembic import context

from bugcatalog_ls.catalog.store_tables import VERSION_TABLE, metadata


def _run() -> None:
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        version_table=VERSION_TABLE,
        transactional_ddl=True,
        render_as_batch=True,
    )
    context.run_migrations()


_run()
