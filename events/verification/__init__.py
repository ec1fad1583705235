"""Verifying a stored ledger from its stored bytes: six questions about an exhibit, a case or the ledger.

`verifying.verify` with `scopes.Scope` and `verifying.Outside` is all that other rooms need. It reads rows of the
database, never projections and never cached states. Nothing is imported here: workers start fast.
"""
