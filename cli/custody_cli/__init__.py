"""The officer's tool: a client of the HTTP API that holds the officer's key."""
