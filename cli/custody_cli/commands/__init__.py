"""The commands, one module for each group: options in, results out; the work is done elsewhere."""
