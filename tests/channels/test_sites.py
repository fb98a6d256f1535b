"""What may hold our chat: exactly an origin, as browsers compare it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baquiano.accounts.models import AuditEntry, User
from baquiano.channels import sites
from baquiano.channels.models import Site
from baquiano.channels.sites import CannotEmbed, origin, origins

WRITTEN = {
    "https://example.org": "https://example.org",
    " https://EXAMPLE.org/ ": "https://example.org",
    "example.org": "https://example.org",
    "https://example.org:443": "https://example.org",
    "https://example.org:8443": "https://example.org:8443",
    "https://municipio.gob.cl": "https://municipio.gob.cl",
    "https://niñez.org": "https://xn--niez-hqa.org",
}
REFUSED = (
    "", "https://", "https://*", "https://*.example.org", "http://example.org", "https://example.org/page", "https://example.org?x=1",
    "https://example.org/#x", "https://user@example.org", "https://user:word@example.org", "https://10.0.0.1", "https://[::1]",
    "https://example", "https://localhost", "ftp://example.org", "javascript://example.org", "data:text/html,x", "null", "'self'",
    "https://example.org; script-src *", "https://example.org https://otro.org", "https://example.org\thttps://otro.org", "https://exa_mple.org",
    "https://example.org:99999", "https://.org", "https://" + "a" * 300 + ".org",
)  # fmt: skip


@pytest.mark.parametrize("written", WRITTEN)
def test_an_address_is_kept_as_a_browser_writes_it(written: str) -> None:
    assert origin(written, is_demo=False) == WRITTEN[written]


@pytest.mark.parametrize("written", REFUSED)
def test_everything_else_is_refused_with_words(written: str) -> None:
    with pytest.raises(CannotEmbed, match=r"\w{4}"):
        origin(written, is_demo=False)


@pytest.mark.parametrize("written", ["http://localhost:8001", "http://127.0.0.1:8001", "https://localhost"])
def test_a_page_on_this_machine_only_in_a_demo(written: str) -> None:
    assert origin(written, is_demo=True) == written
    with pytest.raises(CannotEmbed):
        origin(written, is_demo=False)


@given(st.one_of(st.text(max_size=60), st.builds("https://{}".format, st.text(max_size=40))), st.booleans())
def test_whatever_is_accepted_is_one_word_of_a_policy(written: str, is_demo: bool) -> None:
    """It goes into a header: nothing in it can be read as more than one origin."""
    try:
        found = origin(written, is_demo=is_demo)
    except CannotEmbed:
        return
    assert re.fullmatch(r"https?://[a-z0-9.-]+(:\d{1,5})?", found)
    assert origin(found, is_demo=is_demo) == found


def test_each_address_once_and_not_too_many() -> None:
    assert origins("example.org\n\n https://example.org/\nwww.example.org", is_demo=False) == [
        "https://example.org",
        "https://www.example.org",
    ]
    for lines in ("", "\n \n", "\n".join(f"https://a{n}.org" for n in range(21))):
        with pytest.raises(CannotEmbed):
            origins(lines, is_demo=False)


def test_what_is_done_to_a_site_is_written_down(carla: User) -> None:
    site = sites.add("Municipio", ["https://example.org"], "", by=carla)
    sites.change(site, "Municipio", ["https://otro.org"], "fr", by=carla)
    sites.close(site, by=carla)
    sites.close(site, by=carla)
    sites.open_again(site, by=carla)
    site.refresh_from_db()
    assert (site.origins, site.language, site.is_open) == (["https://otro.org"], "fr", True)
    assert len(site.token) >= 16
    done = AuditEntry.objects.filter(row=f"site:{site.pk}").order_by("pk").values_list("verb", flat=True)
    assert list(done) == ["site.added", "site.changed", "site.closed", "site.opened"]
    assert Site.objects.get() == site
