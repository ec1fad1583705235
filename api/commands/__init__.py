"""The commands of `python -m api`, for who runs the server."""
