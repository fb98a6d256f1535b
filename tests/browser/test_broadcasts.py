"""A broadcast from its first word to its stop, by keyboard, with two people; and every page of it fits and can be read."""

from collections.abc import Callable, Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from baquiano.accounts.models import User
from baquiano.post import broadcasting
from baquiano.post.models import Broadcast, Letter
from tests.browser.conftest import DESK_FIRST, Opens
from tests.post.broadcast_world import Door, Somebody, lines, organise, settle, the_post_sends_everything

Check = Callable[[Page], None]
HERE = "/workspace/broadcasts/"
AGREED = Somebody("yes", (Door("telegram", heard=1),), country="CO")
AWAY = Somebody("yes", (Door("whatsapp", heard=60),), country="CO")
NOT_ASKED = Somebody("", (Door("telegram", heard=1),))


@pytest.fixture
def town(transactional_db: None) -> Iterator[None]:
    """Sixty people, fifty-five of whom agreed. Our hours never end here: no test depends on when it runs."""
    ours = organise()
    ours.letter_hours = "24/7"
    ours.save()
    settle([*[AGREED] * 48, *[AWAY] * 7, *[NOT_ASKED] * 5], lines(), timezone.now())
    yield


def press(page: Page, name: str) -> None:
    """As somebody without a mouse does."""
    button = page.get_by_role("button", name=name)
    button.focus()
    page.keyboard.press("Enter")


@pytest.mark.parametrize("size", DESK_FIRST)
def test_written_by_one_approved_by_another_paused_and_stopped(
    opens: Opens, size: dict[str, int], town: None, edu: User, rita: User, axe_is_clean: Check, fits: Check
) -> None:
    edus, ritas = opens(size, signed_in=edu), opens(size, signed_in=rita)
    edus.goto(f"{HERE}new/")
    edus.get_by_label("Título, para el equipo").fill("Jornada")
    edus.get_by_label("español", exact=False).first.fill("Mañana hay una jornada en la plaza, de nueve a cinco.")
    expect(edus.get_by_text("Mañana hay una jornada en la plaza, de n…").first).to_be_visible()
    axe_is_clean(edus)
    fits(edus)
    press(edus, "Guardar y ver quién lo recibe")
    expect(edus.get_by_text("personas lo recibirían, cada una una vez")).to_be_visible()
    expect(edus.get_by_text("No aceptaron noticias para muchas personas")).to_be_visible()
    axe_is_clean(edus)
    fits(edus)
    press(edus, "Entregar: lo aprueba otra persona")
    ritas.goto(HERE)
    axe_is_clean(ritas)
    fits(ritas)
    ritas.get_by_role("link", name="Jornada").focus()
    ritas.keyboard.press("Enter")
    press(ritas, "Aprobar: enviar a 55 personas")
    expect(ritas.get_by_text("0 / 55")).to_be_visible()
    broadcasting.due(timezone.now())
    the_post_sends_everything(timezone.now())
    sent = Letter.objects.exclude(cause__endswith=":words").count()
    assert 0 < sent < 55
    expect(ritas.get_by_text(f"{sent} / 55")).to_be_visible()  # by itself
    axe_is_clean(ritas)
    fits(ritas)
    press(ritas, "Pausa")
    expect(ritas.get_by_role("button", name="Seguir")).to_be_visible()
    press(ritas, "Detener para siempre")
    expect(ritas.get_by_text("Lo detuvo alguien del equipo.")).to_be_visible()
    assert Broadcast.objects.get().state == Broadcast.Stage.STOPPED
