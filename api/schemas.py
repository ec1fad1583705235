"""The forms of request bodies and of problems, for OpenAPI: the readers in `bodies` decide, these describe."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from api.requests import UUID

HASH = "^[0-9a-f]{64}$"
INSTANT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9]\.[0-9]{6}Z$"
PERSON = f"^person/{UUID[1:]}"


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ProblemForm(BaseModel):
    """RFC 9457, with a stable code."""

    type: str = Field(examples=["urn:custody:problem:stale-stream"])
    title: str
    status: int
    detail: str
    code: str
    rule: str | None = None
    path: str | None = None
    facts: dict[str, Any] | None = None
    instance: str | None = Field(default=None, examples=["urn:uuid:6f0d2c34-9a3e-4f1b-8f6d-0a4f6c1b2d3e"])


class SignatureForm(_Form):
    """A signature in base64; `batch` where one signature covers several acts."""

    algorithm: str = Field(pattern="^(ed25519|es256)$")
    value: str
    batch: dict[str, Any] | None = None


class SubmissionForm(_Form):
    """A signed act with every member of its body opened (entry-v1)."""

    act: dict[str, Any]
    disclosures: list[list[Any]]
    signature: SignatureForm


class ActsForm(_Form):
    """Acts; more than one are one batch, recorded whole or not at all."""

    acts: list[SubmissionForm] = Field(min_length=1, max_length=1000)


class PlannedForm(_Form):
    """An act that somebody thinks of doing."""

    type: str = Field(examples=["transfer.offered.v1"])
    stream: str = Field(examples=["exhibit/6f0d2c34-9a3e-4f1b-8f6d-0a4f6c1b2d3e"])
    public: dict[str, Any]
    opened: dict[str, Any]
    occurred_at: str = Field(examples=["2026-11-22T10:14:00+02:00"])


class ChecksForm(_Form):
    """Planned acts in order, and the tree size that the client knows."""

    acts: list[PlannedForm] = Field(min_length=1, max_length=1000)
    seen: int | None = Field(default=None, ge=1)


class CheckpointForm(_Form):
    """A checkpoint that somebody keeps, as a signed note (ledger-v1)."""

    checkpoint: str = Field(max_length=65_536)


class SignInMessage(_Form):
    """What is signed, after the line `custody-session/1`."""

    ledger: str = Field(pattern=HASH)
    server: str = Field(examples=["http://127.0.0.1:8000"])
    person: str = Field(pattern=PERSON)
    key: str = Field(pattern=HASH)
    nonce: str = Field(pattern="^[A-Za-z0-9_-]{22}$")
    expires: str = Field(pattern=INSTANT)


class SignInForm(_Form):
    """A signed message that asks for a session."""

    message: SignInMessage
    signature: SignatureForm


class VerificationForm(_Form):
    """What is to be verified; `checkpoint` is a note that the client has kept."""

    scope: str = Field(pattern="^(exhibit|case|ledger)$")
    id: str | None = Field(default=None, pattern=UUID)
    checkpoint: str | None = None
    files: bool


class BundleForm(_Form):
    """A signed `bundle.requested.v1`, or the name of a bundle that was requested; `again` for another zip."""

    act: SubmissionForm | None = None
    bundle: str | None = Field(default=None, pattern=f"^bundle/{UUID[1:]}")
    again: bool = False


def body_of(form: type[BaseModel]) -> dict[str, Any]:
    """Return the OpenAPI members that describe a JSON body."""
    schema = form.model_json_schema(ref_template="#/components/schemas/{model}")
    schema.pop("$defs", None)
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def forms_of(*forms: type[BaseModel]) -> dict[str, Any]:
    """Return the schemas that `body_of` refers to."""
    found: dict[str, Any] = {}
    for form in forms:
        schema = form.model_json_schema(ref_template="#/components/schemas/{model}")
        found |= schema.pop("$defs", {})
    return found


FORMS: Final = (ActsForm, BundleForm, ChecksForm, SignInForm, VerificationForm, ProblemForm)

_PROBLEM: Final = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemForm"}}}

PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"description": text, "content": _PROBLEM}
    for status, text in (
        ("400", "The request is not of the format"),
        ("401", "No session, or one that has ended"),
        ("403", "The person may not do or see this"),
        ("404", "No such thing here, or none that the person may know of"),
        ("409", "Someone was first, the same request is under way, or another one has to end before it"),
        ("412", "Another version of the upload protocol"),
        ("413", "Too large"),
        ("415", "The body is in another format"),
        ("416", "The range is beyond the file"),
        ("422", "A rule forbids it, or the key belongs to another request"),
        ("429", "Too many requests; Retry-After says when the next may come"),
        ("500", "A fault of ours, or stored bytes that are not what was recorded"),
        ("503", "A part that is needed did not answer, or the service is open for reading only"),
        ("507", "No room for the file; what arrived is kept"),
    )
}
