"""The sessions of staff: rows that end by themselves, by signing out, or from here, at the next request.

Django asks for a `SessionStore`; this one finds its row by a keyed hash of the cookie and keeps the content encrypted. Two clocks
end a session: `SESSION_IDLE` without a request made by a person, and `LASTS` after signing in, whatever is done.
"""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import auth
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.utils import timezone

from baquiano.accounts.audit import audit
from baquiano.accounts.models import SESSION_IDLE, StaffSession, User
from baquiano.lib import crypto
from baquiano.lib.turnstile import writing

LASTS = timedelta(seconds=settings.SESSION_COOKIE_AGE)
PROOF_LASTS = timedelta(minutes=5)
TYPED_LASTS = timedelta(minutes=10)
TYPED_AT_ONCE = 3
WRITTEN_EVERY = timedelta(minutes=1)
"""A sign of life is written so often: a session may end this much sooner, never later."""

_BEGAN, _PROVEN, _BROWSER, _TYPED = "began_at", "proven_at", "browser", "typed"


class SessionStore(SessionBase):
    """What Django's middleware and `auth` read and write as `request.session`."""

    row: StaffSession | None = None

    def load(self) -> dict[str, Any]:
        self.row = StaffSession.objects.live(timezone.now()).filter(key_hash=_hash(self.session_key)).first()
        if self.row is None:
            self._session_key = None
            return {}
        return dict(self.row.content)

    def exists(self, session_key: str) -> bool:
        return StaffSession.objects.filter(key_hash=_hash(session_key)).exists()

    def create(self) -> None:
        self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]
        self.save(must_create=True)
        self.modified = True

    def save(self, must_create: bool = False) -> None:
        """Changing what a session holds never makes it longer."""
        if self.session_key is None:
            self.create()
            return
        now = timezone.now()
        content: dict[str, Any] = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        user = content.get(auth.SESSION_KEY)
        if user:
            content.setdefault(_BEGAN, now.isoformat())
        began = datetime.fromisoformat(content.get(_BEGAN, now.isoformat()))
        columns = {"user_id": user and int(user), "content": content, "expires_at": began + LASTS}
        with writing():
            if must_create:
                self.row = StaffSession.objects.create(key_hash=_hash(self.session_key), used_at=now, **columns)
                return
            if not StaffSession.objects.filter(key_hash=_hash(self.session_key)).update(**columns):
                raise UpdateError  # ended meanwhile: it does not come back

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            with writing():
                StaffSession.objects.filter(key_hash=_hash(key)).delete()

    @classmethod
    def clear_expired(cls) -> None:
        forget_ended(timezone.now())


@dataclass(frozen=True)
class OpenSession:
    """One line of "where you are signed in". `browser`: two words, empty when it was not known."""

    number: int
    browser: str
    began_at: datetime
    used_at: datetime
    is_this_one: bool


@dataclass(frozen=True)
class Typed:
    """A form that was sent when the last proof was too old: where to, and its fields in their order."""

    address: str
    fields: tuple[tuple[str, str], ...]


# -- beginning, going on -----------------------------------------------------------------------------------------------


def begin(session: SessionBase, *, browser: str) -> None:
    """Somebody has just signed in with everything that is asked of them: that is a proof too."""
    now = timezone.now().isoformat()
    session[_BEGAN], session[_BROWSER] = now, browser
    session.pop(_PROVEN, None)


def touch(session: SessionBase) -> None:
    """A person is there."""
    row, now = _row(session), timezone.now()
    if row is None or now - row.used_at < WRITTEN_EVERY:
        return
    with writing():
        StaffSession.objects.filter(pk=row.pk).update(used_at=now)
    row.used_at = now
    _drop_old(session, now)


def left(session: SessionBase) -> tuple[timedelta, timedelta]:
    """Until it ends because nobody is there, and until it ends anyway."""
    row, now = _row(session), timezone.now()
    if row is None:
        return timedelta(0), timedelta(0)
    return row.used_at + SESSION_IDLE - now, row.expires_at - now


# -- ending ------------------------------------------------------------------------------------------------------------


def sessions_of(user: User, *, here: SessionBase | None = None) -> list[OpenSession]:
    """Where somebody is signed in, the last used first."""
    this = _row(here) if here is not None else None
    rows = StaffSession.objects.live(timezone.now()).filter(user=user).order_by("-used_at", "-pk")
    return [
        OpenSession(
            number=row.pk,
            browser=row.content.get(_BROWSER, ""),
            began_at=datetime.fromisoformat(row.content[_BEGAN]),
            used_at=row.used_at,
            is_this_one=this is not None and row.pk == this.pk,
        )
        for row in rows
    ]


def end(number: int, *, by: User) -> None:
    """One of one's own. Ending what has ended is nothing."""
    with writing():
        row = StaffSession.objects.filter(pk=number, user=by).first()
        if row is None:
            return
        audit(by, "session.ended", row, about=by.pk)
        row.delete()


def end_others(session: SessionBase, *, by: User) -> int:
    """All of one's own but this one."""
    with writing():
        audit(by, "sessions.ended", by, about=by.pk)
        return close_all(by, but=session)


def end_all(user: User, *, by: User) -> int:
    """All of a colleague. They sign in again if they may."""
    with writing():
        audit(by, "sessions.ended", user, about=user.pk)
        return close_all(user)


def close_all(user: User, *, but: SessionBase | None = None) -> int:
    """What follows from another deed, inside its transaction; that deed is the one that is audited."""
    rows = StaffSession.objects.filter(user=user)
    if but is not None:
        rows = rows.exclude(key_hash=_hash(but.session_key))
    count, _rows = rows.delete()
    return count


def forget_ended(now: datetime) -> int:
    """Rows of sessions that are over."""
    deleted, _rows = StaffSession.objects.over(now).delete()
    return deleted


# -- asking again ------------------------------------------------------------------------------------------------------


def is_proven(session: SessionBase) -> bool:
    """Whether they typed their password (and code) a moment ago, here or at the sign-in."""
    proofs = [datetime.fromisoformat(session[name]) for name in (_BEGAN, _PROVEN) if session.get(name)]
    return bool(proofs) and timezone.now() - max(proofs) < PROOF_LASTS


def prove(session: SessionBase, *, by: User) -> None:
    session[_PROVEN] = timezone.now().isoformat()
    audit(by, "proved", by)


def keep_typed(session: SessionBase, typed: Typed) -> str:
    """Inside the session, encrypted with it, for ten minutes. Returns what `take_typed` wants. The newest three are kept."""
    name = secrets.token_urlsafe(9)
    kept = dict(_still_kept(session, timezone.now()))
    kept[name] = {"at": timezone.now().isoformat(), "address": typed.address, "fields": typed.fields}
    session[_TYPED] = dict(list(kept.items())[-TYPED_AT_ONCE:])
    return name


def take_typed(session: SessionBase, name: str) -> Typed | None:
    """Once. None: too long ago."""
    kept = dict(_still_kept(session, timezone.now()))
    found = kept.pop(name, None)
    session[_TYPED] = kept
    return Typed(found["address"], tuple((key, value) for key, value in found["fields"])) if found else None


def _still_kept(session: SessionBase, now: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, one in session.get(_TYPED, {}).items():
        if now - datetime.fromisoformat(one["at"]) < TYPED_LASTS:
            yield name, one


def _drop_old(session: SessionBase, now: datetime) -> None:
    still = dict(_still_kept(session, now))
    if len(still) != len(session.get(_TYPED, {})):
        session[_TYPED] = still


def fields_of(pairs: Iterable[tuple[str, list[Any]]]) -> tuple[tuple[str, str], ...]:
    """The fields of a form as it was sent, without the token that proves where it came from."""
    return tuple((key, str(value)) for key, values in pairs if key != "csrfmiddlewaretoken" for value in values)


def _row(session: SessionBase) -> StaffSession | None:
    """The row behind `request.session`, read once per request; None while there is none."""
    if not isinstance(session, SessionStore):
        return None
    session.get(auth.SESSION_KEY)  # reads it, if nobody has
    return session.row


def _hash(key: str | None) -> str:
    return crypto.keyed_hash(key or "", "session")
