"""Checks that tests of entries, facts and hovers are written with."""
