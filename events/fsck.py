"""Checking that every derived value stored in a ledger's database follows from its entries.

Written by the verification engineer. Interface: `fsck(database) -> iterator of findings`.
"""
