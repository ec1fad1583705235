"""Rows for lists and search, rebuilt from entries and disclosures; never a source of truth.

Written by the verification engineer. Interface: `Projections(database, reader)` with `catch_up()`, `rebuild()` and
the list, search, held-file and inbox queries, each paged by (key, id).
"""
