"""The real servers of the test run are what they claim to be."""

import psycopg

from tests.support.s3 import S3Server


def test_postgres_is_durable(postgres_database: str) -> None:
    """The server flushes to disk and confirms only then, as the ledger demands."""
    with psycopg.connect(postgres_database) as connection:
        settings = [connection.execute(f"SHOW {name}").fetchone() for name in ("fsync", "synchronous_commit")]

    assert [("on",), ("on",)] == settings


def test_databases_are_fresh(postgres_database: str) -> None:
    """A test begins with a database that holds no table."""
    with psycopg.connect(postgres_database) as connection:
        tables = connection.execute("SELECT 1 FROM pg_tables WHERE schemaname = 'public'").fetchall()

    assert tables == []


def test_s3_returns_what_it_was_given(s3_server: S3Server, s3_bucket: str) -> None:
    """Bytes that were put are read back, and a new bucket holds nothing else."""
    client = s3_server.client()
    client.put_object(Bucket=s3_bucket, Key="a/b", Body=b"\x00evidence")

    assert ["a/b"] == [found["Key"] for found in client.list_objects_v2(Bucket=s3_bucket)["Contents"]]
    assert client.get_object(Bucket=s3_bucket, Key="a/b")["Body"].read() == b"\x00evidence"
