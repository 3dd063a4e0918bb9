"""Revisions of a store, oldest first by number."""
