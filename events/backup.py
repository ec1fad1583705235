"""Backing up a ledger's database with its head beside it, and restoring it against a known checkpoint.

Written by the verification engineer. Interface: `back_up(...)`, `restore(...)`, `check_head(...)`.
"""
