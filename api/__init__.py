"""The doors: HTTP API, settings, logging, composition. The only place that imports FastAPI."""
