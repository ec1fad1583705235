"""Bundles: what stands in `data/` of one, as a pure function of the ledger's stored rows (docs/spec/bundle-v1.md)."""
