"""Texts, spans, lines, edits and annotations; the standard library only."""
