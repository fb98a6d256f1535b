"""Whose message is this? Finds the address behind the aliases of an event, and never guesses.

- known aliases that agree: that address; new aliases seen beside them are added to it;
- nothing known: a new address;
- aliases that belong to two addresses, or a known number with another user id (a recycled SIM): a *new*, empty address takes the
  aliases over. Nothing is merged, no history is shown; a person says later whether they belong together (`decide`).

An alias is somebody's from a moment to a moment of their own clock: what the provider tells late is not told of whoever came after.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils import timezone

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.channels.events import Alias as SeenAlias
from baquiano.channels.events import Scheme
from baquiano.channels.models import Channel
from baquiano.lib import crypto
from baquiano.lib.batch import say_for_each
from baquiano.lib.prepared import Prepared
from baquiano.lib.turnstile import writing
from baquiano.people import joining
from baquiano.people.models import Address, Alias, Collision


@dataclass(frozen=True)
class Recognised:
    """`retired`: addresses whose alias was taken over; their conversations must be closed."""

    address: Address
    retired: tuple[Address, ...] = ()


def value_hash(seen: SeenAlias) -> str:
    return crypto.keyed_hash(seen.value, f"alias:{seen.scheme}")


def recognise(channel: Channel, aliases: Sequence[SeenAlias], at: datetime | None = None) -> Recognised:
    """`at`: the person's own clock; an alias is theirs from then on. Runs inside the caller's write transaction."""
    since = _since(at)
    living = _living(channel, aliases)
    owners = {alias.address_id: alias.address for alias in living}
    if not owners:
        return Recognised(_new(channel, aliases, since))
    if len(owners) == 1:
        (owner,) = owners.values()
        if not _contradicts(owner, aliases):
            _add(owner, aliases, since, known=living)
            return Recognised(owner)
    return _start_afresh(channel, aliases, living, owners.values(), since)


def moved(
    channel: Channel, old: Sequence[SeenAlias], new: Sequence[SeenAlias], at: datetime | None = None
) -> Recognised | None:
    """The provider says that an alias became another. Whoever is told of it twice is told once.

    Followed when the new one belongs to nobody else: then none of the earlier aliases is theirs any more. When it belongs to somebody else
    already (the first message from it came before this), the two are not merged: the earlier address is retired, and that is returned.
    """
    leaver = _leaver(channel, old)
    if leaver is None:
        return None
    since, taken = _since(at), _living(channel, new)
    others = {alias.address_id: alias.address for alias in taken if alias.address_id != leaver.pk}
    staying = {value_hash(seen) for seen in new}
    for alias in leaver.aliases.filter(valid_to=None).exclude(value_hash__in=staying):
        _end(alias, since)
    if not others:
        _add(leaver, new, since, known=taken)
        return None
    if leaver.aliases.filter(valid_to=None).exists():
        return None
    for other in others.values():
        _retire([leaver], other, is_told=True)
    return Recognised(next(iter(others.values())), (leaver,))


def _leaver(channel: Channel, old: Sequence[SeenAlias]) -> Address | None:
    """Who had the old aliases. A user id is nobody else's ever; a number may have been given to somebody else since."""
    living = _living(channel, old)
    by_user = [alias for alias in living if alias.scheme == Scheme.WHATSAPP_USER]
    owners = {alias.address_id: alias.address for alias in by_user or living}
    if len(owners) != 1:
        return None
    (owner,) = owners.values()
    if _contradicts(owner, old):
        return None
    has_user_id = owner.aliases.filter(valid_to=None, scheme=Scheme.WHATSAPP_USER).exists()
    if not by_user and has_user_id:
        return None  # told by the number alone: it may be of another owner of it, whose messages have not come yet
    return owner


def known(channel: Channel, aliases: Iterable[SeenAlias]) -> Address | None:
    """Whom all of these that we know belong to now. None: nobody, or not one alone."""
    owners = {alias.address_id: alias.address for alias in _living(channel, aliases)}
    return next(iter(owners.values())) if len(owners) == 1 else None


_HEARD = "UPDATE people_address SET heard_at = %s WHERE id = %s AND (heard_at IS NULL OR heard_at < %s)"


def heard(moments: Mapping[int, datetime]) -> None:
    """The person's own clock at their last message, by address: a channel's window begins there. Never moved back by a late one."""
    as_stored = connection.ops.adapt_datetimefield_value
    rows = [(at, address, at) for address, moment in sorted(moments.items()) if (at := as_stored(moment))]
    if rows:
        with connection.cursor() as cursor:
            say_for_each(cursor, _HEARD, rows)


def not_heard_since(address: Address, at: datetime, *, unless_after: datetime) -> None:
    """The provider says that her last message is older than we wrote down; unless she wrote after the letter it refused."""
    Address.objects.filter(pk=address.pk, heard_at__gt=at, heard_at__lte=unless_after).update(heard_at=at)
    address.refresh_from_db(fields=["heard_at"])


_living_of = Prepared(
    lambda address: Alias.objects.filter(address=address, valid_to=None).order_by("id").only("scheme", "value")
)


def living_aliases(address: Address) -> tuple[SeenAlias, ...]:
    """How to write to this address, the safest first: a user id changes with the number, so a letter to it cannot reach the
    next owner of a recycled SIM; a letter to the phone can."""
    living = {Scheme(one.scheme): one.value for one in _living_of(address.pk)}
    order = (Scheme.WHATSAPP_USER, Scheme.WHATSAPP_PHONE, Scheme.WHATSAPP_PARENT, Scheme.TELEGRAM, Scheme.SMS)
    return tuple(SeenAlias(scheme, living[scheme]) for scheme in order if scheme in living)


def _living(channel: Channel, aliases: Iterable[SeenAlias]) -> list[Alias]:
    """The oldest first. Put in order here: asked for in order, SQLite goes through every alias of the line."""
    hashes = [value_hash(seen) for seen in aliases]
    living = Alias.objects.filter(channel=channel, value_hash__in=hashes, valid_to=None).select_related("address")
    return sorted(living, key=lambda alias: alias.pk)


def _contradicts(owner: Address, aliases: Sequence[SeenAlias]) -> bool:
    """A scheme the owner already has, with another value: somebody else holds the number now. The id of a parent company says nothing."""
    seen: dict[Scheme, str] = {
        alias.scheme: value_hash(alias) for alias in aliases if alias.scheme != Scheme.WHATSAPP_PARENT
    }
    if len(seen) < 2:  # one alias alone cannot contradict itself
        return False
    held = owner.aliases.filter(valid_to=None, scheme__in=list(seen)).values_list("scheme", "value_hash")
    return any(seen[Scheme(scheme)] != held_hash for scheme, held_hash in held)


def _since(at: datetime | None) -> datetime:
    now = timezone.now()
    return min(at or now, now)


def _new(channel: Channel, aliases: Sequence[SeenAlias], since: datetime) -> Address:
    address = Address.objects.create(channel=channel)
    _add(address, aliases, since, known=[])
    return address


def _add(address: Address, aliases: Sequence[SeenAlias], since: datetime, *, known: list[Alias]) -> None:
    have = {alias.value_hash for alias in known}
    for seen in aliases:
        if value_hash(seen) not in have:
            _end_parent(address, seen, since)
            Alias.objects.create(
                address=address,
                channel=address.channel,
                scheme=seen.scheme,
                value=seen.value,
                value_hash=value_hash(seen),
                valid_from=since,
            )


def _end_parent(address: Address, seen: SeenAlias, since: datetime) -> None:
    """One at a time: the companies of one owner may be put together anew."""
    if seen.scheme == Scheme.WHATSAPP_PARENT:
        for alias in address.aliases.filter(valid_to=None, scheme=Scheme.WHATSAPP_PARENT):
            _end(alias, since)


def _start_afresh(
    channel: Channel, aliases: Sequence[SeenAlias], living: list[Alias], owners: Iterable[Address], since: datetime
) -> Recognised:
    retired = tuple(owners)
    for alias in living:
        _end(alias, since)
    newer = _new(channel, aliases, since)
    _retire(retired, newer, is_told=False)
    return Recognised(newer, retired)


def _retire(older: Sequence[Address], newer: Address, *, is_told: bool) -> None:
    now = timezone.now()
    for address in older:
        address.collided_at = now
        address.save(update_fields=["collided_at"])
        Collision.objects.get_or_create(older=address, newer=newer, defaults={"at": now, "is_told": is_told})
    joining.end_at(older, by=None)  # whoever holds the number now is not the person who joined it


def _end(alias: Alias, since: datetime) -> None:
    alias.valid_to = max(since, alias.valid_from)
    alias.save(update_fields=["valid_to"])


# What a person says of it ------------------------------------------------------------------------------------------------


def decide(collision: Collision, *, is_same: bool, by: User) -> None:
    """A colleague asked, or knows. It is written down and nothing else: no message moves, nobody is joined. It may be said anew."""
    with writing():
        collision.is_same, collision.decided_by, collision.decided_at = is_same, by, timezone.now()
        collision.save(update_fields=["is_same", "decided_by", "decided_at"])
        audit(by, "identity.same" if is_same else "identity.another", collision)
