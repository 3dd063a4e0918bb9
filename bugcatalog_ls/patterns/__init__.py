"""Structural rules of catalog pages, matched with ast-grep."""
