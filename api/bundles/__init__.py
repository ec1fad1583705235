"""Court bundles: records, proofs and files of a scope as one zip that strangers can check (docs/spec/bundle-v1.md)."""
