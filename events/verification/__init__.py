"""Verifying a stored ledger from its stored bytes: the six questions for an exhibit, a case or the ledger.

Written by the verification engineer. Interface: `verify(reader, scope, ...) -> custody.verdict` result; reads
`custody.ports.LedgerReader.raw` alone, never projections nor cached states.
"""
