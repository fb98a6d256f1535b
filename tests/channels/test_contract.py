"""What every channel promises, tried on each one that the registry names. An adapter without cases fails here.

To add one: `docs/how-to/add-a-channel.md`.
"""

import importlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baquiano.channels import client
from baquiano.channels.events import Event, Kind, Received, Unparsed
from baquiano.channels.protocol import Accepted, Adapter, Choice, Dead, File, OutMessage, Rejected, Retry, Uncertain
from baquiano.channels.registry import kinds_with_sender, sender_of
from baquiano.channels.replay import as_json_line
from baquiano.channels.segments import transliterated
from tests.channels.cases import Line
from tests.fakes.provider import Asked, Provider, Said

ROOT = Path(__file__).parents[2]
CHANNELS = ROOT / "src" / "baquiano" / "channels"
BODIES = Path(__file__).parent / "bodies"
FILES = ("__init__", "adapter", "media", "parse", "render", "send", "verify")
VERDICTS = (Accepted, Retry, Rejected, Dead, Uncertain)
HELLO = OutMessage("Hola", (Choice("1:1:menu", "Menú"), Choice("1:1:person", "Una persona")))


def adapter_of(kind: str) -> Adapter:
    adapter = sender_of(kind)
    assert adapter is not None
    return adapter


def expected_of(kind: str) -> dict[str, tuple[Event, ...]]:
    found: dict[str, tuple[Event, ...]] = importlib.import_module(f"tests.channels.cases.{kind}").EXPECTED
    return found


def lines_of(kind: str) -> tuple[Line, ...]:
    found: tuple[Line, ...] = importlib.import_module(f"tests.channels.cases.{kind}").LINES
    return found


KINDS = kinds_with_sender()
LINES = [pytest.param(kind, line, id=line.name) for kind in KINDS for line in lines_of(kind)]
CASES = [
    pytest.param(kind, path, id=f"{kind}-{path.stem}") for kind in KINDS for path in sorted((BODIES / kind).iterdir())
]


# The folder


@pytest.mark.parametrize("kind", KINDS)
def test_every_folder_has_the_same_file_names(kind: str) -> None:
    assert set(FILES) <= {path.stem for path in (CHANNELS / kind).glob("*.py")}
    assert adapter_of(kind).kind == kind


@pytest.mark.parametrize("kind", KINDS)
def test_every_body_has_its_events_and_every_adapter_has_bodies(kind: str) -> None:
    assert {path.stem for path in (BODIES / kind).iterdir()} == set(expected_of(kind))
    assert any(isinstance(event, Received) for events in expected_of(kind).values() for event in events)
    assert lines_of(kind)


def test_no_body_lies_beside_the_folders() -> None:
    assert {path.name for path in BODIES.iterdir()} == set(KINDS)


# Reading


@pytest.mark.parametrize(("kind", "path"), CASES)
def test_each_body_is_read_as_written_down_however_often(kind: str, path: Path) -> None:
    body = path.read_bytes()
    assert adapter_of(kind).parse(body) == expected_of(kind)[path.stem]
    assert adapter_of(kind).parse(body) == adapter_of(kind).parse(body)


@pytest.mark.parametrize(("kind", "path"), CASES)
def test_what_the_provider_adds_tomorrow_changes_nothing(kind: str, path: Path) -> None:
    body = path.read_bytes()
    grown = _grown(json.loads(body)) if path.suffix == ".json" else body.strip() + b"&NobodyKnows=1"
    more = grown if isinstance(grown, bytes) else json.dumps(grown).encode()
    expected = expected_of(kind)[path.stem]
    if not all(isinstance(event, Unparsed) for event in expected):  # nothing inside, and now something
        assert adapter_of(kind).parse(more) == expected


def _grown(value: Any) -> Any:
    if isinstance(value, dict):
        return {**{key: _grown(held) for key, held in value.items()}, "nobody_knows": {"what": [1]}}
    return [_grown(held) for held in value] if isinstance(value, list) else value


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_arrives_is_an_event_and_raises_nothing(kind: str) -> None:
    adapter, bodies = adapter_of(kind), [path.read_bytes() for path in sorted((BODIES / kind).iterdir())]

    @settings(max_examples=150)
    @given(st.binary(max_size=200) | disturbed(bodies))
    def reads(body: bytes) -> None:
        events = adapter.parse(body)
        assert events
        assert all("\x00" not in as_json_line(event) for event in events)
        assert events == adapter.parse(body)

    reads()


@st.composite
def disturbed(draw: st.DrawFn, bodies: list[bytes]) -> bytes:
    """A real body in which one value is something else, one key is missing, or some bytes are."""
    body = draw(st.sampled_from(bodies))
    how = draw(st.sampled_from(("value", "key", "bytes")))
    try:
        document = json.loads(body)
    except ValueError:
        how = "bytes"
    if how == "bytes":
        start = draw(st.integers(0, len(body)))
        return body[:start] + draw(st.binary(max_size=3)) + body[draw(st.integers(start, len(body))) :]
    places = list(_places(document))
    if not places:
        return body
    parent, key = draw(st.sampled_from(places))
    if how == "key" and isinstance(parent, dict):
        del parent[key]
    else:
        parent[key] = draw(ANYTHING)
    return json.dumps(document).encode()


SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=[]), max_size=6)
)
ANYTHING = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.text(max_size=4), SCALARS, max_size=2)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    for key, held in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield value, key
        yield from _places(held)


def test_what_a_person_said_is_in_no_repr() -> None:
    for kind in KINDS:
        for events in expected_of(kind).values():
            for event in (event for event in events if isinstance(event, Received) and len(event.text) > 5):
                assert event.text not in repr(event)
                assert not any(alias.value in repr(event.aliases) for alias in event.aliases)


# Writing

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)
LONG_WORDS = st.builds(lambda text, times: text * times, WORDS, st.integers(1, 400))
IDS = st.from_regex(r"[0-9]:[0-9]{1,3}:[a-z_:]{1,80}", fullmatch=True) | st.text(
    st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=80
)
MESSAGES = st.builds(
    OutMessage,
    LONG_WORDS,
    st.lists(st.builds(Choice, IDS, WORDS, WORDS), max_size=14, unique_by=lambda choice: choice.id).map(tuple),
    WORDS,
)


@pytest.mark.parametrize(("kind", "line"), LINES)
def test_what_leaves_is_within_the_limits_and_loses_no_word_and_no_choice(kind: str, line: Line) -> None:
    adapter = adapter_of(kind)

    @settings(max_examples=120)
    @given(MESSAGES)
    def writes(message: OutMessage) -> None:
        wires = adapter.render(message, line.to)
        assert [fault for fault in map(line.fault_in, wires) if fault] == []
        said = _bare("".join(map(line.words, wires)))
        assert _bare(message.text) in said
        assert all(_bare(f"{place}.{choice.title}") in said for place, choice in enumerate(message.choices, 1))

    writes()


def _bare(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize(("kind", "line"), LINES)
def test_a_tap_on_what_was_written_is_exactly_that_choice(kind: str, line: Line) -> None:
    adapter = adapter_of(kind)

    @settings(max_examples=120)
    @given(MESSAGES)
    def taps(message: OutMessage) -> None:
        bodies = line.taps(adapter.render(message, line.to))
        if not bodies:  # then its number is the only answer
            return
        found = [event for body in bodies for event in adapter.parse(body)]
        assert [event.choice_id for event in found if isinstance(event, Received)] == [c.id for c in message.choices]
        assert {event.kind for event in found if isinstance(event, Received)} == {Kind.CHOICE}

    taps()


@pytest.mark.parametrize(("kind", "line"), LINES)
def test_a_channel_with_buttons_shows_ours(kind: str, line: Line) -> None:
    if adapter_of(kind).capabilities.buttons:
        assert len(line.taps(adapter_of(kind).render(HELLO, line.to))) == len(HELLO.choices)


@pytest.mark.parametrize(("kind", "line"), LINES)
def test_nothing_to_say_is_no_message(kind: str, line: Line) -> None:
    assert len(adapter_of(kind).render(OutMessage("  \n"), line.to)) == 0


@pytest.mark.parametrize(("kind", "line"), LINES)
def test_an_address_of_another_channel_is_refused_without_showing_it(kind: str, line: Line) -> None:
    stranger = next(other.to for name in KINDS for other in lines_of(name) if name != kind)
    with pytest.raises(ValueError, match="not an address") as refusal:
        adapter_of(kind).render(HELLO, stranger)
    assert stranger.value not in str(refusal.value)


# Sending


@pytest.fixture
def anybody() -> Iterator["Anybody"]:
    with Anybody() as provider:
        yield provider
        client.close()


class Anybody(Provider):
    """Says whatever a test told it; otherwise that there is nothing here."""

    def judge(self, asked: Asked) -> Said:
        return Said(404)


GARBAGE = (b"", b"{", b"null", b"[]", b'"ok"', b"\xff\xfe", b'{"ok": true}', b'{"ok": "yes", "result": 7}', b"[" * 5000)


@pytest.mark.parametrize(("kind", "line"), LINES)
def test_whatever_a_provider_answers_is_a_verdict(kind: str, line: Line, anybody: Anybody) -> None:
    adapter, (wire, *_) = adapter_of(kind), adapter_of(kind).render(HELLO, line.to)
    for status in (200, 201, 204, 302, 400, 401, 403, 404, 409, 418, 429, 500, 503, 599):
        for body in GARBAGE:
            anybody.meets(Said(status, b"" if status == 204 else body, {"Location": "http://127.0.0.1:9/"}))
            verdict = adapter.send(wire, line.settings(anybody.url), "1:0")
            assert isinstance(verdict, VERDICTS)
            assert not isinstance(verdict, Accepted) or status < 300
    assert len(anybody.asked) == 14 * len(GARBAGE), "one request each, repeated by nobody"


@pytest.mark.parametrize(("kind", "line"), LINES)
def test_no_connection_means_later_and_no_answer_means_perhaps(kind: str, line: Line, anybody: Anybody) -> None:
    adapter, (wire, *_) = adapter_of(kind), adapter_of(kind).render(HELLO, line.to)
    assert isinstance(adapter.send(wire, line.settings("http://127.0.0.1:9"), "1:0"), Retry)
    anybody.cut()
    assert isinstance(adapter.send(wire, line.settings(anybody.url), "1:0"), Uncertain)
    anybody.hang()
    assert isinstance(adapter.send(wire, line.settings(anybody.url), "1:0"), Uncertain)
    anybody.meets(Said(200, b"{", promises=100))
    assert isinstance(adapter.send(wire, line.settings(anybody.url), "1:0"), Uncertain)


@pytest.mark.parametrize(("kind", "line"), LINES)
def test_without_settings_nothing_is_tried(kind: str, line: Line) -> None:
    (wire, *_) = adapter_of(kind).render(HELLO, line.to)
    assert isinstance(adapter_of(kind).send(wire, {}, "1:0"), Dead)
    for name in line.settings("http://127.0.0.1:9"):
        left = {key: value for key, value in line.settings("http://127.0.0.1:9").items() if key != name}
        assert isinstance(adapter_of(kind).send(wire, left | {"timeout_s": "0.01"}, "1:0"), VERDICTS)


@pytest.mark.parametrize(("kind", "line"), LINES)
def test_secrets_go_out_only_encrypted_or_not_beyond_this_machine(kind: str, line: Line) -> None:
    (wire, *_) = adapter_of(kind).render(HELLO, line.to)
    for url in ("http://example.org", "ftp://127.0.0.1", "http://127.0.0.1@example.org", "example.org"):
        try:
            where = line.settings(url)
        except Exception as refusal:
            assert "url" in str(refusal)  # refused when it is described
        else:
            assert isinstance(adapter_of(kind).send(wire, where, "1:0"), Dead)


@pytest.mark.parametrize(("kind", "line"), LINES)
def test_neither_token_nor_words_nor_telephone_are_logged(
    kind: str, line: Line, anybody: Anybody, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    adapter, where = adapter_of(kind), line.settings(anybody.url)
    (wire, *_) = adapter.render(OutMessage("palabras que nadie lee"), line.to)
    for fault in (Said(200, b"{"), Said(400, b"{}"), Said(200, b"{", promises=9)):
        anybody.meets(fault)
        adapter.send(wire, where, "1:0")
    anybody.hang()
    adapter.send(wire, where, "1:0")
    adapter.fetch(line.file_id or "1", where, 100)
    adapter.seen("5000000001:tap:1", where, types=True)
    secrets = [
        value for key, value in where.items() if key not in ("timeout_s", "provider", "gateway", "graph_url", "api_url")
    ]
    assert not [word for word in ("palabras", line.to.value, *secrets) if word in caplog.text]


@pytest.mark.parametrize(("kind", "line"), LINES)
def test_a_sign_that_something_was_read_is_never_a_reason_to_fall(kind: str, line: Line, anybody: Anybody) -> None:
    for provider_id in ("", "x", "wamid.1", "5000000001:11", "5000000001:tap:7", "../.."):
        assert adapter_of(kind).seen(provider_id, line.settings(anybody.url), types=True) is False
    assert adapter_of(kind).seen("5000000001:11", {}, types=False) is False


# Fetching


@pytest.mark.parametrize(("kind", "line"), LINES)
def test_a_file_is_fetched_from_the_provider_and_from_nowhere_else(kind: str, line: Line, anybody: Anybody) -> None:
    with Anybody() as foreign:
        for answers in line.lures(foreign.url):
            anybody.meets(*answers)
            assert not isinstance(adapter_of(kind).fetch(line.file_id, line.settings(anybody.url), 1000), File)
            anybody.forget()
        assert foreign.asked == []


@pytest.mark.parametrize(("kind", "line"), LINES)
def test_no_file_is_never_a_reason_to_fall(kind: str, line: Line, anybody: Anybody) -> None:
    where = line.settings(anybody.url)
    for name in ("", "..", "a/b", "../x", "x" * 500, "ñ", line.file_id):
        for said in (Said(200, b"{"), Said(500), Said(200, b"x", promises=9), Said(200, b'{"ok": true, "result": []}')):
            anybody.meets(said)
            assert not isinstance(adapter_of(kind).fetch(name, where, 1000), File) or name == line.file_id
            anybody.forget()
    assert not isinstance(adapter_of(kind).fetch(line.file_id or "1", {}, 1000), File)
    assert not isinstance(adapter_of(kind).fetch(line.file_id or "1", line.settings("http://127.0.0.1:9"), 1000), File)


# The door


@pytest.mark.parametrize(("kind", "line"), LINES)
def test_only_the_provider_is_believed(kind: str, line: Line) -> None:
    adapter, known = adapter_of(kind), line.settings("http://127.0.0.1:9")
    assert adapter.is_genuine(line.genuine, known)
    assert [forged for forged in line.forged if adapter.is_genuine(forged, known)] == []
    for name in line.secrets:
        assert not adapter.is_genuine(line.genuine, known | {name: ""})
        assert not adapter.is_genuine(replace(line.genuine, headers={}), known | {name: ""})
        assert not adapter.is_genuine(line.genuine, known | {name: "otro"})


@pytest.mark.parametrize(("kind", "line"), LINES)
def test_no_request_makes_the_door_fall(kind: str, line: Line) -> None:
    adapter, known = adapter_of(kind), line.settings("http://127.0.0.1:9")

    @settings(max_examples=60)
    @given(st.binary(max_size=60), st.text(max_size=20), st.text(st.characters(max_codepoint=255), max_size=20))
    def knocks(body: bytes, query: str, proof: str) -> None:
        for method in ("GET", "POST"):
            url = f"{line.genuine.url}?{query}"
            request = replace(
                line.genuine, method=method, url=url, body=body, headers=dict.fromkeys(line.genuine.headers, proof)
            )
            assert adapter.handshake(request, known) is None or method == "GET"
            adapter.is_genuine(request, known)
            kept = adapter.kept(request, known)
            assert kept == adapter.kept(request, known)
            assert adapter.parse(kept)

    knocks()


def test_without_accents_only_where_it_saves_a_message() -> None:
    assert transliterated("Aquí") == "Aquí"
    assert transliterated("í" * 71 + " ñ ü é à") == "i" * 71 + " ñ ü é à"
    assert transliterated("😀" + "í" * 80) == "😀" + "í" * 80
