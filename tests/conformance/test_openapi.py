"""The committed description of the HTTP API is that of the routes, and says all that clients need."""

import json
import os
from pathlib import Path

from api.app import create_routes, describe

COMMITTED = Path(__file__).parents[2] / "docs" / "reference" / "openapi.json"


def written() -> str:
    """Return the description as it is committed."""
    return json.dumps(describe(create_routes()), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def test_the_committed_description_is_current() -> None:
    """docs/reference/openapi.json is what the routes say; CUSTODY_TEST_WRITE=1 writes it anew."""
    if os.environ.get("CUSTODY_TEST_WRITE") == "1":
        COMMITTED.write_text(written(), encoding="utf-8")

    assert COMMITTED.read_text(encoding="utf-8") == written()


def test_it_is_openapi_3_1_and_every_operation_has_a_name_of_its_own() -> None:
    """Version, operation ids, descriptions and documented refusals are there."""
    document = describe(create_routes())
    operations = [operation for methods in document["paths"].values() for operation in methods.values()]
    names = [each["operationId"] for each in operations]

    assert document["openapi"] == "3.1.0"
    assert len(names) == len(set(names))
    assert [] == [each["operationId"] for each in operations if not each.get("description")]


def test_every_address_is_in_the_reference() -> None:
    """docs/reference/http-api.md names each address with its methods."""
    text = COMMITTED.with_name("http-api.md").read_text(encoding="utf-8")
    document = describe(create_routes())

    missing = [
        f"{method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method in methods
        if f"`{method.upper()} {path.removeprefix('/api/v1')}`" not in text
    ]

    assert missing == []
