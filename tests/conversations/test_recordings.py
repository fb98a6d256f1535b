"""A voice note, from Meta's webhook to somebody who has heard it: until then it is an unread danger."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings as house
from django.core.cache import cache
from django.db.models import F
from django.test import Client, override_settings
from django.utils import timezone

from baquiano.accounts.models import AuditEntry, User
from baquiano.conversations import enclosures
from baquiano.conversations.models import Conversation, Enclosure, Handoff, Message
from baquiano.files.content import MOST_BYTES_SENT, SOUNDS
from baquiano.files.models import Attachment, Piece
from baquiano.files.recognising import recognise_sent
from baquiano.post.models import Letter
from baquiano.safety.models import Alert
from baquiano.terminal import loops
from tests.conversations.conftest import Phone, work
from tests.fakes.clamd import Clamd
from tests.fakes.graph import BEGAN, Graph, picture, webhook
from tests.files import samples

pytestmark = pytest.mark.django_db

SOUND = samples.opus()
KEPT = recognise_sent(SOUND, SOUNDS).data  # without what was written about it
HASH = hashlib.sha256(SOUND).hexdigest()
LATER = timedelta(minutes=16)  # longer than the longest wait between two tries


@pytest.fixture
def note(phone: Phone, graph: Graph) -> Enclosure:
    """Somebody has sent a voice note, and it has come."""
    graph.stores("media-1", SOUND)
    phone.says_aloud()
    work()
    return Enclosure.objects.get()


def _address(note: Enclosure, what: str = "") -> str:
    return f"/workspace/inbox/{note.message.conversation_id}/enclosures/{note.message_id}/{what}"


def _again(times: int = 1) -> None:
    """The loop comes round later."""
    for _ in range(times):
        with time_machine.travel(timezone.now() + LATER):
            enclosures.fetch_due(timezone.now())
        Enclosure.objects.filter(state="waiting").update(due_at=timezone.now())


# -- fetching ------------------------------------------------------------------------------------------------------------


def test_a_voice_note_is_fetched_with_our_token_and_kept_encrypted(note: Enclosure, graph: Graph) -> None:
    assert note.state == Enclosure.State.KEPT
    assert [visit.authorization for visit in graph.visits] == [f"Bearer {graph.token}"] * 2
    assert note.attachment is not None
    assert (note.attachment.purpose, note.attachment.seconds) == ("message", 1)
    assert timedelta(days=29) < note.attachment.expires_at - note.attachment.kept_at < timedelta(days=31)
    assert not any(b"sound" in bytes(piece.sealed) for piece in Piece.objects.all())
    assert (note.provider_id, note.sha256) == ("", "")


def test_until_it_is_fetched_nobody_waits_a_minute_for_the_loop() -> None:
    pause = {loop.name: loop.pause for loop in loops.LOOPS}
    assert pause["media"] <= 1.0


def test_the_same_voice_note_twice_is_one_recording(phone: Phone, graph: Graph) -> None:
    graph.stores("media-1", SOUND)
    body = webhook(messages=[phone.voice("media-1", id="wamid.v1")])
    phone.posts(body)
    phone.posts({**body, "again": 1})
    work()
    assert Enclosure.objects.count() == Message.objects.inbound().count() == 1


def test_a_message_that_is_written_costs_no_query_for_recordings(
    phone: Phone, django_assert_num_queries: Callable[..., object]
) -> None:
    phone.says("hola")
    work()
    assert Enclosure.objects.count() == 0
    with django_assert_num_queries(1):
        assert enclosures.fetch_due(timezone.now()) == 0


@pytest.mark.parametrize(
    "announced", [HASH, HASH.upper(), base64.b64encode(bytes.fromhex(HASH)).decode(), "", "ninguno"]
)
def test_the_hash_is_read_as_meta_writes_it(phone: Phone, graph: Graph, announced: str) -> None:
    graph.stores("media-1", SOUND)
    phone.says_aloud(sha256=announced)
    work()
    assert Enclosure.objects.get().state == Enclosure.State.KEPT


@pytest.mark.parametrize("whose", ["webhook", "graph"])
def test_what_is_not_what_was_sent_is_asked_for_again(phone: Phone, graph: Graph, whose: str) -> None:
    wrong = hashlib.sha256(b"something else").hexdigest()
    graph.stores("media-1", SOUND, says=wrong if whose == "graph" else "")
    phone.says_aloud(sha256=wrong if whose == "webhook" else "")
    work()
    waiting = Enclosure.objects.get()
    assert (waiting.state, waiting.attempts, Attachment.objects.count()) == ("waiting", 1, 0)
    assert waiting.due_at > timezone.now()
    graph.stores("media-1", SOUND)
    Enclosure.objects.update(sha256="")
    _again()
    assert Enclosure.objects.get().state == "kept"


@pytest.mark.parametrize(
    "trouble",
    [
        lambda graph: graph.refuse_media(131000, 500),
        lambda graph: graph.refuse_media(190, 401),
        lambda graph: graph.refuse_media(80007),
        lambda graph: graph.answer_bytes(404),  # the address was too old
        lambda graph: graph.answer_bytes(503),
        lambda graph: graph.cut_media(),
        lambda graph: graph.hang_media(),
    ],
)
def test_a_failed_fetch_is_tried_again_and_then_it_comes(
    phone: Phone, graph: Graph, trouble: Callable[[Graph], None]
) -> None:
    phone.channel.settings = {**phone.channel.settings, "timeout_s": "0.3"}
    phone.channel.save()
    graph.stores("media-1", SOUND)
    trouble(graph)
    phone.says_aloud()
    work()
    assert (Enclosure.objects.get().state, Attachment.objects.count()) == ("waiting", 0)
    _again()
    assert Enclosure.objects.get().state == "kept"


def test_each_wait_is_longer_than_the_one_before_and_never_above_a_quarter_of_an_hour(
    phone: Phone, graph: Graph, now: time_machine.Traveller
) -> None:
    graph.stores("media-1", SOUND)
    graph.refuse_media(131000, 500, times=30)
    phone.says_aloud()
    work()
    waits = []
    for _ in range(10):
        now.shift(LATER)
        enclosures.fetch_due(timezone.now())
        waits.append((Enclosure.objects.get().due_at - timezone.now()).total_seconds())
    assert waits == sorted(waits)
    assert waits[-1] == 900


def test_what_meta_no_longer_has_is_gone_after_three_tries_and_says_so(phone: Phone, rosas_browser: Client) -> None:
    phone.says_aloud()
    work()
    assert Enclosure.objects.get().state == "waiting"
    _again(2)
    assert Enclosure.objects.get().state == "gone"
    page = rosas_browser.get(f"/workspace/inbox/{Conversation.objects.get().pk}/").content.decode()
    assert "ya no lo tiene" in page
    assert "<audio" not in page


def test_after_two_weeks_nobody_asks_any_more(phone: Phone, graph: Graph) -> None:
    graph.refuse_media(131000, 500, times=9)
    graph.stores("media-1", SOUND)
    phone.says_aloud()
    work()
    with time_machine.travel(timezone.now() + timedelta(days=15)):
        enclosures.fetch_due(timezone.now())
    assert Enclosure.objects.get().state == "gone"


@pytest.mark.parametrize("how", ["says so", "is so"])
def test_what_is_too_large_is_refused_and_hardly_any_of_it_is_read(phone: Phone, graph: Graph, how: str) -> None:
    if how == "says so":
        graph.stores("media-1", SOUND, claims=MOST_BYTES_SENT + 1)
    else:
        graph.stores("media-1", SOUND + bytes(MOST_BYTES_SENT), claims=1000)
    phone.says_aloud()
    work()
    assert (Enclosure.objects.get().state, Attachment.objects.count()) == ("refused", 0)


@pytest.mark.parametrize(
    "data",
    [samples.jpeg(), samples.pdf(), b"hola", b"<html><script>", samples.m4a(handler=b"vide"), b"OggS nothing", b"", samples.archive()],
    ids=["picture", "pdf", "text", "page", "video", "damaged", "empty", "archive"],
)  # fmt: skip
def test_only_what_can_be_heard_is_kept_whatever_it_is_called(phone: Phone, graph: Graph, data: bytes) -> None:
    graph.stores("media-1", data)
    phone.says_aloud()
    work()
    assert (Enclosure.objects.get().state, Attachment.objects.count()) == ("refused", 0)


@pytest.mark.parametrize("sound", [samples.mp3(), samples.m4a()])
def test_other_sounds_are_kept_too(phone: Phone, graph: Graph, sound: bytes) -> None:
    graph.stores("media-1", sound)
    phone.says_aloud()
    work()
    assert Enclosure.objects.get().state == "kept"


@pytest.mark.parametrize(
    "place",
    ["http://127.0.0.2:{port}/store/media-1", "https://example.org/store/media-1", "http://lookaside.fbsbx.com/x",
     "https://fbsbx.com.example.org/x", "https://x@lookaside.fbsbx.com/x", "file:///etc/passwd", "nothing"],
)  # fmt: skip
@pytest.mark.parametrize("how", ["address", "redirection"])
def test_the_token_is_never_carried_to_another_machine(phone: Phone, graph: Graph, place: str, how: str) -> None:
    place = place.replace("{port}", graph.url.rpartition(":")[2])
    graph.stores("media-1", SOUND, place=place if how == "address" else "")
    if how == "redirection":
        graph.answer_bytes(302, location=place)
    phone.says_aloud()
    work()
    assert Enclosure.objects.get().state == "waiting"
    assert len(graph.visits) == (1 if how == "address" else 2) + (place == "nothing" and how == "redirection")


def test_a_redirection_within_metas_house_is_followed(phone: Phone, graph: Graph) -> None:
    graph.stores("media-1", SOUND)
    graph.answer_bytes(302, location="/store/media-1?again=1")
    phone.says_aloud()
    work()
    assert Enclosure.objects.get().state == "kept"


def test_an_endless_redirection_is_left(phone: Phone, graph: Graph) -> None:
    graph.stores("media-1", SOUND)
    for _ in range(9):
        graph.answer_bytes(302, location="/store/media-1")
    phone.says_aloud()
    visits_before = len(graph.visits)
    work()
    assert Enclosure.objects.get().state == "waiting"
    assert len(graph.visits) - visits_before == 5


def test_a_process_that_dies_on_the_way_leaves_a_lease_and_the_note_is_fetched_again(
    phone: Phone, graph: Graph, now: time_machine.Traveller
) -> None:
    graph.stores("media-1", SOUND)
    phone.says_aloud()
    loops.messages()
    Enclosure.objects.update(lease_until=timezone.now() + timedelta(seconds=enclosures.LEASE_SECONDS))  # it died here
    assert enclosures.fetch_due(timezone.now()) == 0
    now.shift(timedelta(seconds=enclosures.LEASE_SECONDS + 1))
    assert enclosures.fetch_due(timezone.now()) == 1
    assert Enclosure.objects.get().state == "kept"


def test_one_that_cannot_be_fetched_does_not_hold_up_another(phone: Phone, graph: Graph) -> None:
    graph.stores("media-2", SOUND)
    notes = [phone.voice("media-1", id="wamid.v1"), phone.voice("media-2", id="wamid.v2")]
    phone.posts(webhook(messages=notes))
    work()
    assert list(Enclosure.objects.order_by("pk").values_list("state", flat=True)) == ["waiting", "kept"]


def test_while_the_virus_scanner_is_silent_the_note_waits_and_is_not_lost(phone: Phone, graph: Graph) -> None:
    graph.stores("media-1", SOUND)
    phone.says_aloud()
    with Clamd() as clamd, override_settings(ENVIRONMENT=replace(house.ENVIRONMENT, clamd=clamd.address)):
        clamd.fails = "hangs up"
        work()
        assert Enclosure.objects.get().state == "waiting"
        clamd.fails = ""
        _again()
    assert Enclosure.objects.get().state == "kept"


# -- an unread danger ----------------------------------------------------------------------------------------------------


def _waits_for_a_person() -> bool:
    alert, handoff = Alert.objects.get(), Handoff.objects.get()
    within = handoff.due_at - timezone.now()
    return (
        (alert.level, alert.kind, handoff.reason, handoff.level) == ("P2", "unknown", "voice", "P2")
        and timedelta(hours=3, minutes=59) < within <= timedelta(hours=4)
        and alert.about == f"conversation:{handoff.conversation_id}"
    )


def test_a_voice_note_waits_with_the_clock_of_p2_and_its_alert(note: Enclosure) -> None:
    assert _waits_for_a_person()


@pytest.mark.parametrize("kind", ["image", "video", "document", "sticker", "order", "something_new"])
def test_so_does_whatever_nobody_here_can_see(phone: Phone, kind: str) -> None:
    phone.posts(webhook(messages=[picture("media-7", id="wamid.i1", kind=kind)]))
    work()
    assert "1. Me siento en peligro" in phone.heard[0]
    assert _waits_for_a_person()
    assert Enclosure.objects.count() == (kind in enclosures.MAY_BE)


def test_words_beside_a_picture_are_read_and_the_picture_still_waits(phone: Phone) -> None:
    phone.posts(webhook(messages=[picture("media-7", id="wamid.i1", caption="hola")]))
    work()
    assert _waits_for_a_person()


def test_danger_in_the_words_beside_a_picture_is_danger(phone: Phone) -> None:
    phone.posts(webhook(messages=[picture("media-7", id="wamid.i1", caption="me quiero matar")]))
    work()
    assert Alert.objects.get().level == "P0"
    assert Handoff.objects.get().reason == "danger"


def test_a_late_voice_note_waits_too(phone: Phone, graph: Graph) -> None:
    graph.stores("media-1", SOUND)
    phone.says("hola", at=BEGAN + 9000)
    work()
    phone.says_aloud(at=BEGAN + 10)
    work()
    assert _waits_for_a_person()
    assert Message.objects.get(kind="audio").state == Message.State.LATE


def test_a_voice_note_to_a_colleague_who_owns_the_conversation_waits_too(
    phone: Phone, graph: Graph, rosas_browser: Client
) -> None:
    graph.stores("media-1", SOUND)
    phone.says("persona")
    work()
    rosas_browser.post(f"/workspace/inbox/{Conversation.objects.get().pk}/take/")
    phone.says_aloud()
    work()
    assert (Alert.objects.get().level, Handoff.objects.get().reason) == ("P2", "voice")
    assert enclosures.unseen(Conversation.objects.get()) == 1


# -- in the inbox --------------------------------------------------------------------------------------------------------


def _opened(browser: Client, note: Enclosure) -> str:
    return browser.get(f"/workspace/inbox/{note.message.conversation_id}/").content.decode()


def test_it_is_played_from_our_own_address_and_only_played(note: Enclosure, rosas_browser: Client) -> None:
    page = _opened(rosas_browser, note)
    assert f'controls preload="none" src="{_address(note)}"' in page
    assert "0:01" in page
    answer = rosas_browser.get(_address(note))
    assert b"".join(answer.streaming_content) == KEPT
    assert answer.status_code == 200
    assert answer["Content-Type"] == "audio/ogg"
    assert answer["Content-Disposition"] == "inline"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "no-store"
    assert answer["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize(
    ("asked", "status", "first", "last"),
    [
        ("bytes=0-", 200, 0, None),
        ("bytes=0-1", 206, 0, 1),
        ("bytes=5-9", 206, 5, 9),
        ("bytes=100-", 206, 100, None),
        ("bytes=-7", 206, -7, None),
        ("bytes=3-999999", 206, 3, None),
        ("bytes=0-1,4-5", 200, 0, None),
        ("metres=1-2", 200, 0, None),
        ("bytes=-", 200, 0, None),
    ],
)
def test_a_player_gets_the_part_it_asks_for(
    note: Enclosure, rosas_browser: Client, asked: str, status: int, first: int, last: int | None
) -> None:
    whole = KEPT
    answer = rosas_browser.get(_address(note), headers={"range": asked})
    wanted = whole[first:] if last is None else whole[first : last + 1]
    assert answer.status_code == status
    assert b"".join(answer.streaming_content) == wanted
    assert answer["Content-Length"] == str(len(wanted))
    if status == 206:
        begins = first if first >= 0 else len(whole) + first
        assert answer["Content-Range"] == f"bytes {begins}-{begins + len(wanted) - 1}/{len(whole)}"


@pytest.mark.parametrize("asked", ["bytes=999999-", "bytes=9-3", "bytes=-0"])
def test_a_part_that_is_not_there_is_refused(note: Enclosure, rosas_browser: Client, asked: str) -> None:
    answer = rosas_browser.get(_address(note), headers={"range": asked})
    assert (answer.status_code, answer["Content-Range"]) == (416, f"bytes */{len(KEPT)}")


def test_a_long_one_is_played_across_its_pieces(phone: Phone, graph: Graph, rosas_browser: Client) -> None:
    long = samples.MP3_FRAME * 1500  # 625 kB: three pieces
    graph.stores("media-1", long)
    phone.says_aloud()
    work()
    note = Enclosure.objects.get()
    first, last = 262_000, 530_000
    answer = rosas_browser.get(_address(note), headers={"range": f"bytes={first}-{last}"})
    assert b"".join(answer.streaming_content) == long[first : last + 1]
    assert "0:39" in _opened(rosas_browser, note)


def test_every_hearing_is_written_down_once(note: Enclosure, rosas_browser: Client, carlas_browser: Client) -> None:
    def hearings() -> int:
        return AuditEntry.objects.filter(verb="enclosure.read", row=f"enclosure:{note.pk}").count()

    _opened(rosas_browser, note)
    assert hearings() == 0
    for part in ("bytes=0-1", "bytes=0-", "bytes=50-60"):
        rosas_browser.get(_address(note), headers={"range": part})
    assert hearings() == 1
    carlas_browser.get(_address(note), headers={"range": "bytes=50-60"})
    assert hearings() == 2
    cache.clear()  # ten minutes later
    rosas_browser.get(_address(note))
    assert hearings() == 3


@pytest.mark.parametrize("what", ["", "state/"])
def test_whoever_may_not_read_the_conversation_hears_nothing(
    note: Enclosure, brunos_browser: Client, what: str
) -> None:
    assert brunos_browser.get(_address(note, what)).status_code == 404
    assert AuditEntry.objects.filter(verb="refused").exists()


def test_nor_does_whoever_has_not_signed_in_or_asks_in_the_name_of_another_conversation(
    note: Enclosure, rosas_browser: Client, phone: Phone, graph: Graph
) -> None:
    assert Client().get(_address(note)).status_code == 302
    other = Phone(graph, phone.channel, number="15550007777")
    other.says("persona")
    work()
    elsewhere = Conversation.objects.exclude(pk=note.message.conversation_id).get()
    assert rosas_browser.get(f"/workspace/inbox/{elsewhere.pk}/enclosures/{note.message_id}/").status_code == 404


def test_nor_may_an_operator_hear_what_came_with_a_complaint(note: Enclosure, rosas_browser: Client) -> None:
    Handoff.objects.create(
        conversation=note.message.conversation, reason="complaint", priority=4, due_at=timezone.now(), closed_at=timezone.now()
    )  # fmt: skip
    assert rosas_browser.get(_address(note)).status_code == 404


def test_what_is_folded_from_a_colleague_is_neither_shown_nor_played(
    phone: Phone, note: Enclosure, rosas_browser: Client, carlas_browser: Client
) -> None:
    """She who writes after a silence may be somebody else."""
    _says(carlas_browser, note, calm="1", transcript="lo que dijo antes")
    Message.objects.update(sent_at=F("sent_at") - timedelta(days=3))
    phone.says("persona", at=BEGAN + 5000)
    work()
    assert "lo que dijo antes" not in _opened(rosas_browser, note)
    for what in ("", "state/"):
        assert rosas_browser.get(_address(note, what)).status_code == 404
    rosas_browser.post(f"/workspace/inbox/{note.message.conversation_id}/unfold/", {"reason": "porque hay que seguir"})
    assert "lo que dijo antes" in _opened(rosas_browser, note)
    assert rosas_browser.get(_address(note)).status_code == 200


def test_before_it_has_come_the_screen_says_so_and_asks_again(
    phone: Phone, graph: Graph, rosas_browser: Client
) -> None:
    graph.refuse_media(131000, 500)
    phone.says_aloud()
    work()
    note = Enclosure.objects.get()
    page = _opened(rosas_browser, note)
    assert "aún no llegó" in page
    assert f'hx-get="{_address(note, "state/")}?tries=1"' in page
    assert rosas_browser.get(_address(note, "state/"), {"tries": "1"}).status_code == 204
    assert rosas_browser.get(_address(note)).status_code == 404
    graph.stores("media-1", SOUND)
    _again()
    there = rosas_browser.get(_address(note, "state/"), {"tries": "1"}).content.decode()
    assert "<audio" in there
    assert "hx-get" not in there


def test_what_is_past_its_time_is_not_played_and_the_screen_says_so(note: Enclosure, rosas_browser: Client) -> None:
    Attachment.objects.update(expires_at=timezone.now() + timedelta(seconds=0.001), kept_at=timezone.now() - LATER)
    assert rosas_browser.get(_address(note)).status_code == 410
    assert "pasó su tiempo" in _opened(rosas_browser, note)


@pytest.mark.parametrize(
    ("kind", "words"),
    [("image", "Foto: no se puede abrir"), ("video", "Video: no se puede abrir"), ("document", "Documento: no se puede abrir"),
     ("sticker", "Sticker: no se puede abrir"), ("something_new", "Algo que no nos entregan")],
)  # fmt: skip
def test_of_what_meta_could_not_keep_the_screen_says_what_came(
    phone: Phone, rosas_browser: Client, kind: str, words: str
) -> None:
    message = picture("media-7", id="wamid.i1", kind=kind) | {"errors": [{"code": 131052}]}
    phone.posts(webhook(messages=[message]))
    work()
    assert words in rosas_browser.get(f"/workspace/inbox/{Conversation.objects.get().pk}/").content.decode()


# -- heard ---------------------------------------------------------------------------------------------------------------


def _says(browser: Client, note: Enclosure, **typed: str) -> int:
    return int(browser.post(_address(note, "seen/"), typed, headers={"hx-request": "true"}).status_code)


def _takes(browser: Client, note: Enclosure) -> None:
    browser.post(f"/workspace/inbox/{note.message.conversation_id}/take/")


def _is_given_back(browser: Client, note: Enclosure) -> bool:
    browser.post(f"/workspace/inbox/{note.message.conversation_id}/hand-back/")
    return Conversation.objects.get(pk=note.message.conversation_id).owner_id is None


def test_nobody_hands_back_or_closes_what_nobody_has_heard(note: Enclosure, rosas_browser: Client) -> None:
    _takes(rosas_browser, note)
    assert not _is_given_back(rosas_browser, note)
    rosas_browser.post(f"/workspace/inbox/{note.message.conversation_id}/close/")
    assert Conversation.objects.get().closed_at is None


def test_having_heard_it_ends_the_wait(note: Enclosure, rosas_browser: Client, rosa: User) -> None:
    _takes(rosas_browser, note)
    assert enclosures.unseen(note.message.conversation) == 1
    assert _says(rosas_browser, note) == 200
    note.refresh_from_db()
    assert note.seen_by == rosa
    assert enclosures.unseen(note.message.conversation) == 0
    alert = Alert.objects.get()
    assert (alert.acknowledged_by, alert.closed_at) == (rosa, None)
    assert AuditEntry.objects.filter(verb="enclosure.seen", actor=rosa).count() == 1
    assert "La oyó Rosa" in _opened(rosas_browser, note)
    assert _is_given_back(rosas_browser, note)


def test_heard_and_no_danger_closes_the_alert_that_was_only_about_it(
    note: Enclosure, rosas_browser: Client, rosa: User
) -> None:
    assert _says(rosas_browser, note, calm="1") == 200
    alert = Alert.objects.get()
    assert alert.closed_by == rosa
    assert alert.follow_ups.get().outcome == "false_alarm"


def test_while_another_one_is_unheard_the_alert_stays(phone: Phone, graph: Graph, rosas_browser: Client) -> None:
    graph.stores("media-1", SOUND)
    phone.says_aloud()
    phone.says_aloud()
    work()
    first, second = Enclosure.objects.order_by("pk")
    _says(rosas_browser, first, calm="1")
    assert Alert.objects.get().acknowledged_at is None
    _says(rosas_browser, second, calm="1")
    assert Alert.objects.get().closed_at is not None


def test_the_first_who_heard_it_is_kept(
    note: Enclosure, rosas_browser: Client, carlas_browser: Client, rosa: User
) -> None:
    _says(rosas_browser, note)
    _says(carlas_browser, note, transcript="quiere saber del PPT")
    note.refresh_from_db()
    assert (note.seen_by, note.transcript) == (rosa, "quiere saber del PPT")


def test_what_it_says_is_there_for_whoever_goes_on_and_unreadable_in_the_table(
    note: Enclosure, rosas_browser: Client, carlas_browser: Client
) -> None:
    _says(rosas_browser, note, transcript="Pregunta por su cita del lunes")
    assert "Pregunta por su cita del lunes" in _opened(carlas_browser, note)
    assert Alert.objects.get().level == "P2"
    assert not Letter.objects.filter(cause__startswith="heard").exists()


def test_danger_in_what_it_says_is_danger_as_in_a_message(phone: Phone, note: Enclosure, rosas_browser: Client) -> None:
    before = len(phone.heard)
    assert _says(rosas_browser, note, transcript="me quiero matar", calm="1") == 200
    work()
    assert len(phone.heard) == before + 1
    assert "(Mensaje automático)" in phone.heard[-1]
    alert = Alert.objects.get()
    assert (alert.level, alert.acknowledged_at, alert.closed_at) == ("P0", None, None)
    assert Handoff.objects.get().reason == "danger"
    assert Message.objects.get(kind="audio").level == "P0"


def test_written_again_it_raises_and_warns_no_second_time(phone: Phone, note: Enclosure, rosas_browser: Client) -> None:
    _says(rosas_browser, note, transcript="me quiero matar")
    work()
    heard = len(phone.heard)
    _says(rosas_browser, note, transcript="dice: me quiero matar")
    work()
    assert len(phone.heard) == heard
    assert Alert.objects.count() == 1


def test_while_a_colleague_owns_the_conversation_the_warning_leaves_and_nobody_loses_it(
    phone: Phone, note: Enclosure, rosas_browser: Client, carlas_browser: Client, rosa: User
) -> None:
    _takes(rosas_browser, note)
    _says(carlas_browser, note, transcript="mi marido me está pegando ahora")
    work()
    assert any("(Mensaje automático)" in heard for heard in phone.heard)
    assert Conversation.objects.get().owner == rosa


def test_before_it_has_come_nobody_can_say_that_they_heard_it(
    phone: Phone, graph: Graph, rosas_browser: Client
) -> None:
    graph.refuse_media(131000, 500, times=9)
    graph.stores("media-1", SOUND)
    phone.says_aloud()
    work()
    note = Enclosure.objects.get()
    assert _says(rosas_browser, note) == 409
    _again(2)
    note.refresh_from_db()
    assert note.state == "waiting"
    assert _says(rosas_browser, note) == 200  # they know that it does not come, and ask


def test_what_is_too_long_stays_in_the_box(note: Enclosure, rosas_browser: Client) -> None:
    answer = rosas_browser.post(_address(note, "seen/"), {"transcript": "a" * 4001}, headers={"hx-request": "true"})
    assert answer.status_code == 409
    assert "a" * 4001 in answer.content.decode()
    note.refresh_from_db()
    assert note.seen_at is None


def test_without_a_script_it_comes_back_to_the_conversation(note: Enclosure, rosas_browser: Client) -> None:
    answer = rosas_browser.post(_address(note, "seen/"))
    assert answer.headers["Location"] == f"/workspace/inbox/{note.message.conversation_id}/"


def test_nobody_says_it_for_a_colleague_who_may_not_answer(note: Enclosure, brunos_browser: Client) -> None:
    assert _says(brunos_browser, note) == 404
    assert Enclosure.objects.get().seen_at is None


# -- letting go ----------------------------------------------------------------------------------------------------------


def _nothing_is_left() -> bool:
    kept = Attachment.objects.filter(erased_at=None)
    return not (Enclosure.objects.exists() or kept.exists() or Piece.objects.exists())


def _erases(phone: Phone) -> None:
    """Asked once, and answered."""
    phone.says("BORRAR", "BORRAR")
    work()
    if any(message.text for message in Message.objects.inbound()):
        phone.says("1")
        work()


def test_borrar_erases_the_sound_and_what_was_written_of_it_and_leaves_the_alert(
    phone: Phone, note: Enclosure, rosas_browser: Client
) -> None:
    _says(rosas_browser, note, transcript="algo suyo")
    Alert.objects.update(acknowledged_at=None)
    conversation = note.message.conversation_id
    _erases(phone)
    assert _nothing_is_left()
    assert Alert.objects.filter(closed_at=None).count() == 1
    assert "la persona la borró" in rosas_browser.get(f"/workspace/inbox/{conversation}/").content.decode()


def test_what_is_erased_while_it_is_being_fetched_is_not_kept(phone: Phone, graph: Graph) -> None:
    graph.stores("media-1", SOUND)
    phone.says_aloud()
    loops.messages()
    leased = enclosures._lease(timezone.now())
    answer = enclosures._ask(leased[0])
    with_words = [message.pk for message in Message.objects.all()]
    enclosures.forget(with_words)
    enclosures._settle(leased[0].enclosure, answer)
    assert _nothing_is_left()


def test_it_goes_after_a_month_and_with_its_conversation(note: Enclosure) -> None:
    month = timezone.now() + timedelta(days=31)
    with time_machine.travel(month):
        loops.erase()
        assert Attachment.objects.get().erased_at is None  # while the alert about it is open
    Alert.objects.all().delete()
    with time_machine.travel(month):
        loops.erase()
        assert Attachment.objects.get().erased_at is not None
        assert Enclosure.objects.get().state == "kept"
    with time_machine.travel(timezone.now() + timedelta(days=181)):
        loops.erase()
    assert Conversation.objects.count() == 0
    assert _nothing_is_left()


def test_names_of_colleagues_and_words_stay_out_of_the_row_that_is_printed(note: Enclosure) -> None:
    assert str(note) == f"enclosure {note.pk}: kept"
