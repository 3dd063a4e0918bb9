"""Syntax trees, the names in them, and questions to nodes."""
