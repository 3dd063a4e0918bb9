"""What the protocol's process and the analysis say to each other: plain values, no LSP types."""
