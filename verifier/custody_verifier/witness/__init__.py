"""A small witness for another organisation: it cosigns a log's checkpoints, and never two histories (log-v1 5)."""
