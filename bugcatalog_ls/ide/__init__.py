"""What an editor asks, answered in offsets and strings."""
