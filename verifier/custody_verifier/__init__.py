"""The court's tool: checks what Custody hands out, written from docs/spec alone."""
