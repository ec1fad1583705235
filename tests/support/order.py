"""The order of a test run: fast suites first, random within each (pytest-randomly has shuffled them before)."""

import pytest

PHASES = ("architecture", "unit", "conformance", "contracts", "attacks", "faults", "journeys")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Sort by suite; Python's sort is stable, so the random order within a suite stays."""
    items.sort(key=lambda item: _phase(config, item))


def _phase(config: pytest.Config, item: pytest.Item) -> int:
    parts = item.path.relative_to(config.rootpath).parts
    suite = parts[1] if len(parts) > 1 else ""
    return PHASES.index(suite) if suite in PHASES else len(PHASES)
