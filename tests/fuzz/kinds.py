"""The kinds of fuzzed input: the first byte of an input says, by its place here, what the rest is."""

KINDS = ("raw", "changed", "entry", "note", "trust", "receipt", "token", "log")
