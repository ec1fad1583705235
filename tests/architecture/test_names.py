"""Our four package names belong to others on the package index: nothing installed may provide them."""

from importlib.metadata import packages_distributions

from tests.support.tree import PACKAGES, product


def test_no_distribution_provides_our_names() -> None:
    """An installed `events` would be shadowed by ours, or ours by it, without a word."""
    provided = packages_distributions()

    assert {} == {name: provided[name] for name in PACKAGES if name in provided}


def test_no_file_has_an_empty_name() -> None:
    """A module is named for what it does: names that fit everything are banned."""
    banned = {"common", "helper", "helpers", "manager", "misc", "processor", "util", "utils"}

    assert [] == [path for path in product() if banned & set(path.stem.split("_"))]
