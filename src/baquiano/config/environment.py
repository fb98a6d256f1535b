"""What the surroundings say, read once into one frozen value: nothing else reads the environment.

Every secret may also come from a file: `BAQUIANO_KEYS_FILE` holds one key per line, the newest first, and the
hash key in a line that begins with "hash:".
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from baquiano.lib import crypto

PROJECT = Path(__file__).resolve().parents[3]
DEMO_HOSTS = ("localhost", "127.0.0.1", "[::1]")


EX_CONFIG = 78  # sysexits.h: a service manager need not try again


class CannotStart(SystemExit):
    """Refusing to start, and saying what to do. Exit code 78 (configuration)."""

    def __init__(self, *reasons: str) -> None:
        print("Baquiano does not start:", *(f"  - {reason}" for reason in reasons), sep="\n", file=sys.stderr)  # noqa: T201
        super().__init__(EX_CONFIG)
        self.reasons = reasons

    def __str__(self) -> str:
        return "; ".join(self.reasons)


@dataclass(frozen=True)
class Keys:
    """`encryption`: newest first. `secret`: signs sessions. `hash`: looks values up."""

    encryption: tuple[str, ...]
    hash: str
    secret: str
    are_demo: bool


@dataclass(frozen=True)
class Environment:
    """`mode`: "demo" (packs are served under a visible mark, loopback only) or "production"."""

    mode: str
    debug: bool
    data: Path
    keys_file: Path
    database_url: str
    hosts: tuple[str, ...]
    url: str
    semantic: bool
    proxy_tls: bool

    @property
    def is_production(self) -> bool:
        return self.mode == "production"


def read(surroundings: Mapping[str, str]) -> Environment:
    def path(name: str, default: Path) -> Path:
        return Path(surroundings.get(name, "") or default).expanduser().resolve()

    mode = surroundings.get("BAQUIANO_MODE", "demo")
    if mode not in ("demo", "production"):
        raise CannotStart(f"BAQUIANO_MODE is '{mode}': write demo or production.")
    url = surroundings.get("BAQUIANO_URL", "http://localhost:8000").rstrip("/")
    hosts = tuple(h.strip() for h in surroundings.get("BAQUIANO_HOSTS", "").split(",") if h.strip())
    home = path("BAQUIANO_HOME", PROJECT / "var")
    return Environment(
        mode=mode,
        debug=surroundings.get("BAQUIANO_DEBUG", "") == "1",
        data=path("BAQUIANO_DATA", home / "data"),
        keys_file=path("BAQUIANO_KEYS_FILE", home / "keys" / "baquiano.keys"),
        database_url=surroundings.get("DATABASE_URL", ""),
        hosts=hosts or (() if mode == "production" else DEMO_HOSTS),
        url=url,
        semantic=surroundings.get("SEMANTIC", "1") != "0",
        proxy_tls=surroundings.get("BAQUIANO_BEHIND_TLS_PROXY", "") == "1",
    )


def keys(environment: Environment, surroundings: Mapping[str, str]) -> Keys:
    """From the environment, else from the key file; a demo makes its own file, production refuses."""
    given = tuple(surroundings.get("BAQUIANO_KEYS", "").split())
    if given:
        return Keys(
            given, surroundings.get("BAQUIANO_HASH_KEY", ""), surroundings.get("BAQUIANO_SECRET_KEY", ""), False
        )
    if not environment.keys_file.exists():
        if environment.is_production:
            raise CannotStart(
                f"there is no key file at {environment.keys_file}. Make one with `baquiano keys new`, "
                "print the key sheet with `baquiano keys sheet`, and keep both outside the data folder."
            )
        crypto.write_key_file(environment.keys_file, is_demo=True)
    return _parse(environment.keys_file.read_text(encoding="utf-8"))


def _parse(text: str) -> Keys:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    named = dict(line.split(":", 1) for line in lines if line.startswith(("hash:", "secret:")))
    plain = tuple(line for line in lines if not line.startswith(("#", "hash:", "secret:")))
    return Keys(plain, named.get("hash", ""), named.get("secret", ""), any("demo keys" in line for line in lines))


def check(environment: Environment, found: Keys) -> None:
    """What must never happen with real people: production refuses to start and says why."""
    reasons = []
    if not found.encryption or not found.hash or not found.secret:
        reasons.append("the key file is incomplete: it needs an encryption key, a line hash:… and a line secret:…")
    if environment.is_production:
        if environment.debug:
            reasons.append("BAQUIANO_DEBUG is set: unset it.")
        if found.are_demo:
            reasons.append("these are demo keys: make new ones with `baquiano keys new`.")
        if not environment.hosts:
            reasons.append("BAQUIANO_HOSTS is empty: write the names people use, for example chat.example.org.")
        if not environment.url.startswith("https://"):
            reasons.append("BAQUIANO_URL must begin with https:// in production.")
        if environment.keys_file.is_relative_to(environment.data):
            reasons.append("the keys lie inside the data folder: a stolen backup would open itself.")
    if reasons:
        raise CannotStart(*reasons)
