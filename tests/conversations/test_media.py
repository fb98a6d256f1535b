"""Pictures, films, documents and stickers, from Meta's webhook to somebody who has seen them: until then each is an unread danger."""

import io
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from baquiano.accounts.models import AuditEntry, User
from baquiano.conversations import enclosures
from baquiano.conversations.models import Conversation, Enclosure, Message
from baquiano.conversations.undelivered import undelivered
from baquiano.files.content import MOST_BYTES_OF_A_PICTURE_SENT, MOST_BYTES_SENT
from baquiano.files.erasing import erase_past_keeping
from baquiano.files.models import Attachment, Piece
from baquiano.safety.models import Alert
from baquiano.terminal import loops
from tests.conversations.conftest import Phone, work
from tests.fakes.graph import Graph, picture, webhook
from tests.files import samples

pytestmark = pytest.mark.django_db

LATER = timedelta(minutes=16)
GOOD = {
    "image": samples.jpeg,
    "sticker": samples.webp,
    "video": samples.mp4,
    "document": samples.pdf,
    "audio": samples.mp3,
}


def _sends(
    phone: Phone, graph: Graph, kind: str, data: bytes, *, number: int = 1, caption: str = "", name: str = ""
) -> Enclosure:
    media = f"media-{number}"
    graph.stores(media, data)
    phone.posts(
        webhook(messages=[picture(media, id=f"wamid.m{number}", kind=kind, caption=caption, filename=name, sha256="")])
    )
    work()
    return Enclosure.objects.order_by("pk").last() or pytest.fail("nothing came")


def _address(one: Enclosure, what: str = "") -> str:
    return f"/workspace/inbox/{one.message.conversation_id}/enclosures/{one.message_id}/{what}"


def _opened(browser: Client, one: Enclosure) -> str:
    return browser.get(f"/workspace/inbox/{one.message.conversation_id}/").content.decode()


# -- fetching, by kind ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", GOOD)
def test_every_kind_is_fetched_kept_encrypted_and_waits_to_be_seen(phone: Phone, graph: Graph, kind: str) -> None:
    one = _sends(phone, graph, kind, GOOD[kind]())
    assert (one.state, one.why, one.provider_id, one.sha256) == ("kept", "", "", "")
    assert one.attachment is not None
    assert one.attachment.purpose == "message"
    assert timedelta(days=29) < one.attachment.expires_at - one.attachment.kept_at < timedelta(days=31)
    assert not any(samples.leaks(bytes(piece.sealed)) for piece in Piece.objects.all())
    assert (Alert.objects.get().level, enclosures.unseen(one.message.conversation)) == ("P2", 1)


def test_a_picture_is_drawn_anew_without_what_the_camera_wrote(
    phone: Phone, graph: Graph, rosas_browser: Client
) -> None:
    one = _sends(phone, graph, "image", samples.jpeg())
    shown = b"".join(rosas_browser.get(_address(one)).streaming_content)
    assert not samples.leaks(shown)
    assert not Image.open(io.BytesIO(shown)).getexif()


@pytest.mark.parametrize(
    ("kind", "data", "why"),
    [
        ("image", samples.pdf(), "kind"),
        ("image", b"<html><script>", "kind"),
        ("image", samples.mp4(), "kind"),
        ("image", samples.jpeg()[:100], "damaged"),
        ("image", samples.png_that_claims(20_000, 20_000), "large"),
        ("sticker", samples.opus(), "kind"),
        ("video", samples.m4a(), "kind"),
        ("video", samples.jpeg(), "kind"),
        ("video", samples.mp4() + samples.archive(), "kind"),
        ("document", samples.archive(), "kind"),
        ("document", samples.pdf_that_opens_with(samples.action("JavaScript", JS="1")), "acts"),
        ("document", samples.pdf() + samples.archive(), "damaged"),
        ("document", b"", "damaged"),
    ],
    ids=["a pdf", "a page", "a film", "damaged", "a bomb", "a sound", "only sound", "a still", "two films", "office", "acts", "two", "empty"],
)  # fmt: skip
def test_what_lies_about_itself_or_may_harm_is_refused_and_the_screen_says_why(
    phone: Phone, graph: Graph, rosas_browser: Client, kind: str, data: bytes, why: str
) -> None:
    one = _sends(phone, graph, kind, data, name="recibo.jpg")
    assert (one.state, Attachment.objects.count()) == ("refused", 0)
    assert one.why == why or (kind, why) == ("video", "kind")
    assert "no se guardó" in _opened(rosas_browser, one)


@pytest.mark.parametrize("how", ["says so", "is so"])
@pytest.mark.parametrize(
    ("kind", "most"),
    [("image", MOST_BYTES_OF_A_PICTURE_SENT), ("sticker", MOST_BYTES_OF_A_PICTURE_SENT), ("video", MOST_BYTES_SENT), ("document", MOST_BYTES_SENT)],
)  # fmt: skip
def test_what_is_larger_than_its_kind_may_be_is_hardly_read(
    phone: Phone, graph: Graph, kind: str, most: int, how: str
) -> None:
    data = GOOD[kind]() + (b"" if how == "says so" else bytes(most))
    graph.stores("media-1", data, claims=most + 1 if how == "says so" else 1000)
    phone.posts(webhook(messages=[picture("media-1", id="wamid.m1", kind=kind, sha256="")]))
    work()
    one = Enclosure.objects.get()
    assert (one.state, one.why, Attachment.objects.count()) == ("refused", "large", 0)


def test_a_picture_sent_as_a_document_is_a_picture_whatever_its_name_says(
    phone: Phone, graph: Graph, rosas_browser: Client
) -> None:
    one = _sends(phone, graph, "document", samples.jpeg(), name="contrato.pdf")
    assert one.attachment is not None
    assert (one.attachment.content, one.attachment.name, one.name) == ("jpeg", "contrato.jpg", "")
    assert 'class="sight"' in _opened(rosas_browser, one)
    assert rosas_browser.get(_address(one))["Content-Type"] == "image/jpeg"


def test_with_the_wrong_hash_it_is_asked_for_again(phone: Phone, graph: Graph) -> None:
    graph.stores("media-1", samples.jpeg())
    phone.posts(webhook(messages=[picture("media-1", id="wamid.m1", sha256="0" * 64)]))
    work()
    assert (Enclosure.objects.get().state, Attachment.objects.count()) == ("waiting", 0)


def test_an_address_that_is_too_old_is_asked_for_anew(phone: Phone, graph: Graph) -> None:
    graph.answer_bytes(404)
    one = _sends(phone, graph, "image", samples.jpeg())
    assert one.state == "waiting"
    with time_machine.travel(timezone.now() + LATER):
        enclosures.fetch_due(timezone.now())
    asked = [visit.path.partition("?")[0] for visit in graph.visits]
    assert asked == [asked[0], "/store/media-1", asked[0], "/store/media-1"]
    assert Enclosure.objects.get().state == "kept"


def test_two_workers_keep_it_once(phone: Phone, graph: Graph) -> None:
    graph.stores("media-1", samples.jpeg())
    phone.posts(webhook(messages=[picture("media-1", id="wamid.m1", sha256="")]))
    loops.messages()
    (leased,) = enclosures._lease(timezone.now())
    assert enclosures._lease(timezone.now()) == []  # the other one finds nothing to do
    answer = enclosures._ask(leased)
    enclosures._settle(leased.enclosure, answer)
    enclosures._settle(leased.enclosure, answer)  # its lease had run out, and both had it
    assert Attachment.objects.filter(erased_at=None).count() == 1
    assert Enclosure.objects.get().state == "kept"


# -- at the desk ---------------------------------------------------------------------------------------------------------


def test_nothing_of_a_picture_is_shown_before_somebody_opens_it(
    phone: Phone, graph: Graph, rosas_browser: Client
) -> None:
    one = _sends(phone, graph, "image", samples.jpeg(), caption="mi cédula")
    page = _opened(rosas_browser, one)
    assert (
        f'<details class="sight"><summary><img class="sight__veil" src="{_address(one, "glimpse/")}" alt="" loading="lazy"'
        in page
    )
    assert f'src="{_address(one)}" loading="lazy" alt="Foto que mandó la persona' in page
    assert '<details class="sight" open' not in page
    assert "mi cédula" in page
    assert "<img" not in rosas_browser.get("/workspace/inbox/").content.decode()


def test_a_glimpse_is_no_opening_and_the_picture_is_one(phone: Phone, graph: Graph, rosas_browser: Client) -> None:
    one = _sends(phone, graph, "image", samples.jpeg())

    def openings() -> int:
        return AuditEntry.objects.filter(verb="enclosure.read", row=f"enclosure:{one.pk}").count()

    glimpse = rosas_browser.get(_address(one, "glimpse/"))
    assert max(Image.open(io.BytesIO(glimpse.content)).size) <= 12
    assert openings() == 0
    rosas_browser.get(_address(one))
    rosas_browser.get(_address(one))
    assert openings() == 1
    cache.clear()  # ten minutes later
    rosas_browser.get(_address(one))
    assert openings() == 2


@pytest.mark.parametrize(
    ("kind", "content_type", "disposition"),
    [("image", "image/jpeg", "inline"), ("sticker", "image/jpeg", "inline"), ("video", "video/mp4", "inline"),
     ("document", "application/pdf", 'attachment; filename="cedula.pdf"')],
)  # fmt: skip
def test_it_is_served_so_that_nothing_in_it_can_run(
    phone: Phone, graph: Graph, rosas_browser: Client, kind: str, content_type: str, disposition: str
) -> None:
    one = _sends(phone, graph, kind, GOOD[kind](), name="../cedula.exe")
    answer = rosas_browser.get(_address(one))
    assert (answer["Content-Type"], answer["Content-Disposition"]) == (content_type, disposition)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "no-store"


def test_a_film_is_played_in_parts_and_never_by_itself(phone: Phone, graph: Graph, rosas_browser: Client) -> None:
    one = _sends(phone, graph, "video", samples.mp4())
    page = _opened(rosas_browser, one)
    assert f'controls preload="none" playsinline src="{_address(one)}"' in page
    assert "autoplay" not in page
    assert "0:07" in page
    answer = rosas_browser.get(_address(one), headers={"range": "bytes=4-7"})
    assert (answer.status_code, b"".join(answer.streaming_content)) == (206, b"ftyp")


def test_a_document_is_a_download_with_its_name_and_size(phone: Phone, graph: Graph, rosas_browser: Client) -> None:
    one = _sends(phone, graph, "document", samples.pdf(), name="contrato de arriendo.pdf")
    page = _opened(rosas_browser, one)
    assert "Descargar: Documento" in page
    assert "contrato de arriendo.pdf" in page
    assert "bytes" in page
    assert rosas_browser.get(_address(one, "glimpse/")).status_code == 410


@pytest.mark.parametrize("what", ["", "state/", "glimpse/"])
def test_whoever_may_not_read_the_conversation_gets_nothing(
    phone: Phone, graph: Graph, brunos_browser: Client, rosas_browser: Client, what: str
) -> None:
    one = _sends(phone, graph, "image", samples.jpeg())
    assert brunos_browser.get(_address(one, what)).status_code == 404
    assert Client().get(_address(one, what)).status_code == 302
    other = Phone(graph, phone.channel, number="15550007777")
    other.says("persona")
    work()
    elsewhere = Conversation.objects.exclude(pk=one.message.conversation_id).get()
    assert rosas_browser.get(f"/workspace/inbox/{elsewhere.pk}/enclosures/{one.message_id}/{what}").status_code == 404


def test_many_pictures_cost_the_page_no_query_more(phone: Phone, graph: Graph, rosas_browser: Client) -> None:
    one = _sends(phone, graph, "image", samples.jpeg())

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            _opened(rosas_browser, one)
        return len(asked)

    queries()
    before = queries()
    for number in range(2, 6):
        _sends(phone, graph, "image", samples.jpeg(), number=number)
    assert queries() == before


# -- seen ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["image", "video", "document", "sticker"])
def test_seen_and_no_danger_settles_it_as_hearing_does(
    phone: Phone, graph: Graph, rosas_browser: Client, rosa: User, kind: str
) -> None:
    one = _sends(phone, graph, kind, GOOD[kind]())
    conversation = f"/workspace/inbox/{one.message.conversation_id}/"
    rosas_browser.post(f"{conversation}take/")
    rosas_browser.post(f"{conversation}hand-back/")
    assert Conversation.objects.get().owner == rosa
    assert "Ya lo vi: no hay peligro" in _opened(rosas_browser, one)
    assert rosas_browser.post(_address(one, "seen/"), {"calm": "1"}).status_code == 302
    assert Alert.objects.get().closed_by == rosa
    assert "Lo vio Rosa" in _opened(rosas_browser, one)
    rosas_browser.post(f"{conversation}hand-back/")
    assert Conversation.objects.get().owner is None


def test_danger_in_what_a_picture_shows_is_danger(phone: Phone, graph: Graph, rosas_browser: Client) -> None:
    one = _sends(phone, graph, "image", samples.jpeg())
    rosas_browser.post(_address(one, "seen/"), {"calm": "1", "transcript": "una nota que dice: me quiero matar"})
    alert = Alert.objects.get()
    assert (alert.level, alert.closed_at) == ("P0", None)


def test_what_was_refused_is_settled_by_knowing_it(phone: Phone, graph: Graph, rosas_browser: Client) -> None:
    one = _sends(phone, graph, "document", samples.archive())
    assert enclosures.unseen(one.message.conversation) == 1
    assert "Sé que no se puede abrir" in _opened(rosas_browser, one)
    rosas_browser.post(_address(one, "seen/"))
    assert enclosures.unseen(one.message.conversation) == 0


def test_what_was_refused_stands_among_what_did_not_get_through(phone: Phone, graph: Graph, rosa: User) -> None:
    one = _sends(phone, graph, "image", b"<html>")
    pile = next(pile for pile in undelivered(timezone.now(), by=rosa) if pile.kind == "enclosure")
    assert (pile.reason, pile.count, pile.conversations) == ("refused", 1, (one.message.conversation_id,))


# -- letting go ----------------------------------------------------------------------------------------------------------


def test_a_picture_goes_after_a_month_and_the_screen_says_so(phone: Phone, graph: Graph, rosas_browser: Client) -> None:
    one = _sends(phone, graph, "image", samples.jpeg())
    rosas_browser.post(_address(one, "seen/"), {"calm": "1"})
    erase_past_keeping(timezone.now() + timedelta(days=31))
    assert not Piece.objects.exists()
    assert "ya no se guarda" in _opened(rosas_browser, one)
    assert rosas_browser.get(_address(one)).status_code == 410
    assert rosas_browser.get(_address(one, "glimpse/")).status_code == 410


def test_borrar_takes_the_picture_and_its_name_with_the_words(phone: Phone, graph: Graph) -> None:
    _sends(phone, graph, "document", samples.jpeg(), name="mi cédula.jpg", caption="mi documento")
    phone.says("BORRAR", "BORRAR")
    work()
    if any(message.text for message in Message.objects.inbound()):
        phone.says("1")
        work()
    assert not Enclosure.objects.exists()
    assert not Piece.objects.exists()
    assert not Attachment.objects.filter(erased_at=None).exists()
