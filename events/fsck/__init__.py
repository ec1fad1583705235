"""Checking that every derived value in a ledger's database follows from its entries.

`checking.fsck(database, keys)` is all that other rooms need. It judges the tables; `events.verification` judges acts.
"""
