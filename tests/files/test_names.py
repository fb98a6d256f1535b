"""The name a file is offered under never leads anywhere and never lies about what the file is."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baquiano.files import names
from baquiano.files.content import EXTENSIONS, Content


@pytest.mark.parametrize(
    ("called", "offered"),
    [
        ("cédula de Ana.JPEG", "cédula de Ana.jpg"),
        ("C:\\Users\\ana\\cédula.png", "cédula.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("photo.php", "photo.jpg"),
        ("photo.jpg.exe", "photo.jpg.jpg"),
        ("invoice\u202egpj.exe", "invoice gpj.jpg"),
        ('a"; filename=evil.html\r\nX: y', "a__ filename_evil.html X_ y.jpg"),
        ("con", "_con.jpg"),
        (".htaccess", "htaccess.jpg"),
        ("   ", ""),
        ("", ""),
        ("....", ""),
        ("///", ""),
    ],
)
def test_a_name_becomes_only_a_name(called: str, offered: str) -> None:
    assert names.clean(called, Content.JPEG) == offered


@given(st.text(max_size=300), st.sampled_from(Content))
def test_any_name_is_short_visible_and_ends_as_what_it_is(called: str, content: Content) -> None:
    offered = names.clean(called, content)
    assert len(offered) <= names.LONGEST
    assert not offered or offered.endswith(EXTENSIONS[content])
    assert not set(offered) & set("/\\\"'<>|:?*;%\r\n\0")
    assert all(letter == " " or unicodedata.category(letter)[0] not in "CZ" for letter in offered)
    assert not offered.startswith((".", " "))
