"""The migrations of a store, for Alembic."""
