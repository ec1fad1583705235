"""The ledger: entries, signatures, Merkle log, checkpoints, witnesses, timestamps."""
