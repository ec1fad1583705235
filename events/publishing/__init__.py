"""Publishing the ledger outside its database, and reading it back (docs/spec/log-v1.md)."""
