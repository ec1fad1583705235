"""What may happen to evidence: acts, rules, continuity. Pure: standard library only, no I/O, no logging."""
