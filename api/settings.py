"""The settings of one deployment, read once from the environment (docs/reference/configuration.md)."""

from __future__ import annotations

import hashlib
import hmac
import re
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

MIB = 1 << 20


class S3Settings(BaseModel):
    """An S3 store of one's own, instead of the embedded one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    endpoint: str | None = Field(default=None, description="URL of the store; none means AWS itself")
    bucket: str = Field(description="bucket for evidence, made beforehand with Object Lock")
    keys_bucket: str = Field(description="bucket for wrapped keys, made beforehand without Object Lock")
    access_key: SecretStr = Field(description="name of the credentials")
    secret_key: SecretStr = Field(description="secret of the credentials")
    region: str = Field(default="us-east-1", description="region that requests are signed for")
    ca_bundle: Path | None = Field(default=None, description="file of certificates that are trusted for TLS")


class Settings(BaseSettings):
    """Everything that can be set; each is `CUSTODY_` and its name in capitals, nested ones joined by `__`."""

    model_config = SettingsConfigDict(
        env_prefix="CUSTODY_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    data_dir: Path = Field(default=Path("data"), description="folder of keys, deposits, ledger and store")
    database: SecretStr | None = Field(
        default=None, description="URL of the ledger's database; none means SQLite under the data folder"
    )
    s3: S3Settings | None = Field(default=None, description="S3 store; none means the embedded one")
    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=8000, ge=1, le=65_535, description="port to listen on")
    public_urls: tuple[str, ...] = Field(
        default=(),
        description="base URLs by which clients call this server, as a JSON list; sign-in names one",
    )
    origin_label: str = Field(
        default="custody.local", description="first part of the ledger's origin; read at the first start only"
    )
    log_format: Literal["auto", "json", "console"] = Field(
        default="auto", description="log lines as JSON or for a terminal; auto looks at standard error"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="least weight of a log line that is written"
    )
    max_acts_bytes: int = Field(
        default=64 * MIB, ge=8 * MIB, description="largest body of one writing request, in bytes"
    )
    max_deposit_bytes: int = Field(default=1 << 40, ge=1, description="largest file of one deposit, in bytes")
    free_bytes: int = Field(
        default=1 << 30,
        ge=0,
        description="bytes of the data folder's disk that files never take, so that acts go on being recorded",
    )
    publish: bool = Field(default=True, description="publish the log beside the service")
    publish_seconds: float = Field(
        default=3.0, gt=0, le=3600, description="seconds between two looks whether there is more to publish"
    )
    witness_policy: Path | None = Field(
        default=None, description="file of witnesses that cosign, a C2SP tlog-policy; none means no witness"
    )
    mirror_tokens: dict[str, str] = Field(
        default={},
        description="witnesses that may read entry bundles, as a JSON object: name to hex SHA-256 of their token",
    )
    trusted_proxies: tuple[str, ...] = Field(
        default=(),
        description="addresses of proxies whose X-Forwarded-For names the client, as a JSON list; none means none",
    )
    sign_ins_per_minute: int = Field(
        default=240, ge=1, le=100_000, description="sign-ins a minute that one client address may ask for"
    )
    tsa_list: Path | None = Field(
        default=None, description="file of time-stamping authorities; none means that nobody is asked"
    )
    tsa_minutes: float = Field(
        default=10, gt=0, le=10_080, description="least minutes between two time-stamps of one authority"
    )
    tsa_renew_days: int = Field(
        default=365, ge=1, le=3650, description="days until all older time-stamps are renewed by a new one"
    )
    court_key: Path | None = Field(
        default=None,
        description="PEM file of the key that signs statements (P-256, or RSA from 3072 bits on), of mode 0600; "
        "none means `court/court.key` of the data folder, if there is one",
    )
    court_certificates: Path | None = Field(
        default=None,
        description="PEM file of its certificate, with keyUsage nonRepudiation, and of those above it; "
        "none means `court/court.pem` of the data folder",
    )
    operation_workers: int = Field(
        default=2, ge=1, le=64, description="long operations of one kind at a time"
    )

    @field_validator("public_urls")
    @classmethod
    def _with_scheme(cls, urls: tuple[str, ...]) -> tuple[str, ...]:
        for url in urls:
            if not url.startswith(("http://", "https://")):
                raise ValueError("each public URL begins with http:// or https://")
        return urls

    @field_validator("mirror_tokens")
    @classmethod
    def _hashed(cls, tokens: dict[str, str]) -> dict[str, str]:
        for name, digest in tokens.items():
            if not re.fullmatch(r"[0-9a-f]{64}", digest):
                raise ValueError(f"{name} has no lower-case hex SHA-256 of a token")
        return tokens

    @field_validator("trusted_proxies")
    @classmethod
    def _addresses(cls, proxies: tuple[str, ...]) -> tuple[str, ...]:
        for each in proxies:
            if not is_network(each):
                raise ValueError(f"{each} is neither an address nor a network: name each proxy, never all")
        return proxies

    def mirror_of(self, token: str) -> str | None:
        """Return the name of the witness that a token was made for, or None."""
        digest = hashlib.sha256(token.encode()).hexdigest()
        found = [name for name, known in self.mirror_tokens.items() if hmac.compare_digest(known, digest)]
        return found[0] if found else None

    @property
    def servers(self) -> frozenset[str]:
        """The base URLs that a sign-in message may name, each as `normal_server` writes it."""
        given = self.public_urls or tuple(f"http://{name}:{self.port}" for name in self._own_names())
        return frozenset(map(normal_server, given))

    def _own_names(self) -> set[str]:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return {host, "127.0.0.1", "localhost"} if is_loopback(self.host) else {host}


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach an address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_network(text: str) -> bool:
    """Tell whether this is an address, or a network of less than all addresses."""
    try:
        return ip_network(text).prefixlen > 0
    except ValueError:
        return False


def normal_server(url: str) -> str:
    """Return a base URL in one spelling: lower case, no closing slash, no default port."""
    scheme, _, rest = url.rstrip("/").lower().partition("://")
    default = {"http": ":80", "https": ":443"}.get(scheme, "")
    return f"{scheme}://{rest.removesuffix(default) if default else rest}"
