"""What the surroundings say, read once into one frozen value: nothing else reads the environment.

Every secret may also come from a file: `BAQUIANO_KEYS_FILE` holds one key per line, the newest first, and the
hash key in a line that begins with "hash:".
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from baquiano.lib import crypto, key_file, keys_check, mail_server
from baquiano.lib.mail_server import MailServer

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
    clamd: str  # "host:port" or the path of a socket; "": there is no virus scanner
    mail: MailServer | None  # None: no mail leaves

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
        clamd=surroundings.get("BAQUIANO_CLAMD", ""),
        mail=_mail_server(surroundings.get("BAQUIANO_MAIL_URL", ""), surroundings.get("BAQUIANO_MAIL_FROM", "")),
    )


def _mail_server(url: str, sender: str) -> MailServer | None:
    try:
        return mail_server.parse(url, sender) if url else None
    except mail_server.BadMailServer as reason:
        raise CannotStart(f"BAQUIANO_MAIL_URL with BAQUIANO_MAIL_FROM: {reason}.") from None


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
    return _in_file(environment.keys_file)


def _in_file(file: Path) -> Keys:
    lines = key_file.parse(file.read_text(encoding="utf-8"))
    return Keys(lines.encryption, lines.hash, lines.secret, lines.are_demo)


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


def check_fit(environment: Environment) -> None:
    """After the keys were handed over: keys of other data are refused before anything is read or written with them."""
    try:
        keys_check.check(environment.data)
    except keys_check.KeysDoNotFit as reason:
        raise CannotStart(f"{reason}.") from None


def follow_key_file(environment: Environment, found: Keys, surroundings: Mapping[str, str]) -> None:
    """A process that was started before a rotation takes the new keys when it first meets them. Never another hash key."""
    if surroundings.get("BAQUIANO_KEYS", "").split():
        return  # they came from the surroundings: there is no file to look at
    file, known = environment.keys_file, [found.encryption]

    def newer() -> bool:
        try:
            now = _in_file(file)
            if now.encryption == known[0] or now.hash != found.hash:
                return False
            crypto.hand_over(now.encryption, now.hash)
        except (OSError, ValueError, crypto.KeysMissing):
            return False  # gone, or not a key: what we hold still opens what it opened
        known[0] = now.encryption
        return True

    crypto.look_again_with(newer)
