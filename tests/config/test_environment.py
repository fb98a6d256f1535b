"""What the surroundings say: a demo starts by itself, production refuses whatever must never happen with real people."""

import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from baquiano.config.environment import DEMO_HOSTS, CannotStart, Environment, Keys, check, keys, read
from baquiano.lib.crypto import write_key_file

GOOD = Keys((Fernet.generate_key().decode(),), "hash", "secret", are_demo=False)


@pytest.fixture
def production(tmp_path: Path) -> dict[str, str]:
    """Surroundings with which production starts."""
    return {
        "BAQUIANO_MODE": "production",
        "BAQUIANO_HOME": str(tmp_path),
        "BAQUIANO_HOSTS": "chat.example.org, www.example.org",
        "BAQUIANO_URL": "https://chat.example.org/",
    }


def _refusal(surroundings: dict[str, str], found: Keys = GOOD) -> str:
    with pytest.raises(CannotStart) as refusal:
        check(read(surroundings), found)
    return str(refusal.value)


def test_without_a_word_it_is_a_demo_on_this_machine_only(tmp_path: Path) -> None:
    environment = read({"BAQUIANO_HOME": str(tmp_path)})
    assert (environment.mode, environment.debug, environment.is_production) == ("demo", False, False)
    assert environment.hosts == DEMO_HOSTS
    assert environment.data == tmp_path / "data"
    assert not environment.keys_file.is_relative_to(environment.data)


def test_production_that_says_everything_starts(production: dict[str, str]) -> None:
    environment = read(production)
    check(environment, GOOD)
    assert environment.hosts == ("chat.example.org", "www.example.org")
    assert environment.url == "https://chat.example.org"


def test_a_mode_that_does_not_exist_is_refused() -> None:
    with pytest.raises(CannotStart, match="demo or production"):
        read({"BAQUIANO_MODE": "producción"})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"BAQUIANO_DEBUG": "1"}, "BAQUIANO_DEBUG"),
        ({"BAQUIANO_HOSTS": ""}, "BAQUIANO_HOSTS"),
        ({"BAQUIANO_HOSTS": " , "}, "BAQUIANO_HOSTS"),
        ({"BAQUIANO_URL": "http://chat.example.org"}, "https://"),
        ({"BAQUIANO_URL": ""}, "https://"),
    ],
)
def test_production_refuses_and_says_what_to_do(production: dict[str, str], change: dict[str, str], said: str) -> None:
    assert said in _refusal(production | change)


def test_production_refuses_the_keys_of_a_demo(production: dict[str, str]) -> None:
    assert "demo keys" in _refusal(production, Keys(GOOD.encryption, GOOD.hash, GOOD.secret, are_demo=True))


def test_production_refuses_keys_that_lie_with_the_data(production: dict[str, str], tmp_path: Path) -> None:
    inside = {"BAQUIANO_KEYS_FILE": str(tmp_path / "data" / "keys" / "baquiano.keys")}
    assert "inside the data folder" in _refusal(production | inside)


def test_keys_hidden_in_the_data_folder_by_a_detour_are_found(production: dict[str, str], tmp_path: Path) -> None:
    detour = {"BAQUIANO_KEYS_FILE": str(tmp_path / "keys" / ".." / "data" / "baquiano.keys")}
    assert "inside the data folder" in _refusal(production | detour)


def test_production_without_keys_does_not_make_its_own(production: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="no key file"):
        keys(read(production), production)
    assert list(tmp_path.rglob("*.keys")) == []


def test_every_reason_is_said_at_once(production: dict[str, str]) -> None:
    said = _refusal(production | {"BAQUIANO_DEBUG": "1", "BAQUIANO_HOSTS": "", "BAQUIANO_URL": "http://x"})
    assert all(word in said for word in ("BAQUIANO_DEBUG", "BAQUIANO_HOSTS", "https://"))


@pytest.mark.parametrize(
    "found", [Keys((), "h", "s", False), Keys(("k",), "", "s", False), Keys(("k",), "h", "", False)]
)
@pytest.mark.parametrize("mode", ["demo", "production"])
def test_half_a_key_file_starts_nothing(production: dict[str, str], found: Keys, mode: str) -> None:
    assert "incomplete" in _refusal(production | {"BAQUIANO_MODE": mode}, found)


def test_a_demo_makes_its_own_keys_readable_by_its_owner_only(tmp_path: Path) -> None:
    surroundings = {"BAQUIANO_HOME": str(tmp_path)}
    environment = read(surroundings)
    made = keys(environment, surroundings)
    assert made.are_demo
    assert stat.S_IMODE(environment.keys_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(environment.keys_file.parent.stat().st_mode) == 0o700
    assert keys(environment, surroundings) == made
    check(environment, made)


def test_two_demos_never_share_a_key(tmp_path: Path) -> None:
    made = []
    for name in ("one", "two"):
        surroundings = {"BAQUIANO_HOME": str(tmp_path / name)}
        made.append(keys(read(surroundings), surroundings))
    assert made[0].encryption != made[1].encryption
    assert made[0].hash != made[1].hash
    assert made[0].secret != made[1].secret


def test_a_key_file_is_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "baquiano.keys"
    write_key_file(file, is_demo=False)
    before = file.read_bytes()
    with pytest.raises(FileExistsError):
        write_key_file(file, is_demo=False)
    assert file.read_bytes() == before


def test_keys_of_an_installation_are_not_demo_keys(production: dict[str, str]) -> None:
    environment = read(production)
    write_key_file(environment.keys_file, is_demo=False)
    found = keys(environment, production)
    assert not found.are_demo
    check(environment, found)


def test_several_keys_are_read_with_the_newest_first(tmp_path: Path) -> None:
    file = tmp_path / "baquiano.keys"
    file.write_text("# notes\nNEW=\nOLD=\n\nhash:h:with:colons\nsecret:s\n", encoding="utf-8")
    surroundings = {"BAQUIANO_HOME": str(tmp_path), "BAQUIANO_KEYS_FILE": str(file)}
    assert keys(read(surroundings), surroundings) == Keys(("NEW=", "OLD="), "h:with:colons", "s", are_demo=False)


def test_keys_from_the_surroundings_come_before_the_file(production: dict[str, str]) -> None:
    given_keys = production | {"BAQUIANO_KEYS": "NEW= OLD=", "BAQUIANO_HASH_KEY": "h", "BAQUIANO_SECRET_KEY": "s"}
    assert keys(read(given_keys), given_keys) == Keys(("NEW=", "OLD="), "h", "s", are_demo=False)


def test_what_is_said_when_it_does_not_start_holds_no_key(production: dict[str, str]) -> None:
    said = _refusal(
        production | {"BAQUIANO_DEBUG": "1"}, Keys(GOOD.encryption, "the-hash-key", "the-secret", are_demo=True)
    )
    assert not [secret for secret in (*GOOD.encryption, "the-hash-key", "the-secret") if secret in said]


@given(
    st.dictionaries(
        st.sampled_from(["BAQUIANO_HOSTS", "BAQUIANO_URL", "BAQUIANO_PACKS", "SEMANTIC", "DATABASE_URL"]), st.text()
    )
)
def test_odd_surroundings_are_read_or_refused_and_never_break(surroundings: dict[str, str]) -> None:
    environment = read(surroundings)
    assert isinstance(environment, Environment)
    assert all(host == host.strip() and host for host in environment.hosts)


def test_a_mail_server_that_cannot_be_stops_the_start_without_telling_its_password() -> None:
    """Better now than in the night in which somebody should have been called."""
    line = {"BAQUIANO_MAIL_URL": "smtp://rosa:secreta@mail.example.org?tls=none", "BAQUIANO_MAIL_FROM": "a@example.org"}
    with pytest.raises(CannotStart) as refusal:
        read(line)
    assert "unencrypted" in str(refusal.value)
    assert "secreta" not in str(refusal.value)
    found = read({**line, "BAQUIANO_MAIL_URL": "smtp://mail.example.org"}).mail
    assert found and found.tls == "starttls"
    assert read({}).mail is None
