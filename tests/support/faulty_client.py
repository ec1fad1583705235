"""An S3 client that fails once at a chosen step, before or after the real call: nobody can tell which."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import ReadTimeoutError

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

When = Literal["before", "after"]


class FaultyClient:
    """Passes everything on to a real client, but one call of `step` ends in a timeout."""

    def __init__(self, real: "S3Client") -> None:
        self._real = real
        self.step: str | None = None
        self.when: When = "before"
        self.skip = 0  # how many calls of the step go well first
        self.failed = 0

    def fail(self, step: str, when: When, *, skip: int = 0) -> None:
        """Let the next call of `step` after `skip` good ones fail."""
        self.step, self.when, self.skip, self.failed = step, when, skip, 0

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        real = getattr(self._real, name)
        return self._watched(real) if name == self.step else real

    def _watched(self, real: Callable[..., object]) -> Callable[..., object]:
        def call(**request: object) -> object:
            if self.skip:
                self.skip -= 1
                return real(**request)
            self.step = None
            self.failed += 1
            if self.when == "after":
                real(**request)
            raise ReadTimeoutError(endpoint_url="http://store")

        return call
