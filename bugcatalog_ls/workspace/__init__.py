"""A workspace's files, settings and cache, and its analysis as it changes."""
