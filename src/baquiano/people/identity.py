"""Whose message is this? Finds the address behind the aliases of an event, and never guesses.

- known aliases that agree: that address; new aliases seen beside them are added to it;
- nothing known: a new address;
- aliases that belong to two addresses, or a known number with another user id (a recycled SIM): a *new*, empty address takes the
  aliases over. Nothing is merged, no history is shown; a person may decide later.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils import timezone

from baquiano.channels.events import Alias as SeenAlias
from baquiano.channels.events import Scheme
from baquiano.channels.models import Channel
from baquiano.lib import crypto
from baquiano.people import joining
from baquiano.people.models import Address, Alias


@dataclass(frozen=True)
class Recognised:
    """`retired`: addresses whose alias was taken over; their conversations must be closed."""

    address: Address
    retired: tuple[Address, ...] = ()


def value_hash(seen: SeenAlias) -> str:
    return crypto.keyed_hash(seen.value, f"alias:{seen.scheme}")


def recognise(channel: Channel, aliases: Sequence[SeenAlias]) -> Recognised:
    """Runs inside the caller's write transaction."""
    living = _living(channel, aliases)
    owners = {alias.address_id: alias.address for alias in living}
    if not owners:
        return Recognised(_new(channel, aliases))
    if len(owners) == 1:
        (owner,) = owners.values()
        if not _contradicts(owner, aliases):
            _add(owner, aliases, known=living)
            return Recognised(owner)
    return _start_afresh(channel, aliases, living, owners.values())


def moved(channel: Channel, old: Sequence[SeenAlias], new: Sequence[SeenAlias]) -> None:
    """The provider says an alias became another. Followed only when the new one belongs to nobody else."""
    leaving = _living(channel, old)
    taken = _living(channel, new)
    owners = {alias.address_id for alias in leaving}
    if len(owners) != 1 or any(alias.address_id not in owners for alias in taken):
        return
    address = leaving[0].address
    replaced = {seen.scheme for seen in new}
    for alias in leaving:
        if alias.scheme in replaced and alias not in taken:
            _end(alias)
    _add(address, new, known=taken)


def living_aliases(address: Address) -> tuple[SeenAlias, ...]:
    """How to write to this address, the safest first: a user id changes with the number, so a letter to it cannot reach the
    next owner of a recycled SIM; a letter to the phone can."""
    living = {Scheme(a.scheme): a.value for a in address.aliases.filter(valid_to=None).order_by("id")}
    order = (Scheme.WHATSAPP_USER, Scheme.WHATSAPP_PHONE)
    return tuple(SeenAlias(scheme, living[scheme]) for scheme in order if scheme in living)


def _living(channel: Channel, aliases: Iterable[SeenAlias]) -> list[Alias]:
    hashes = [value_hash(seen) for seen in aliases]
    return list(
        Alias.objects.filter(channel=channel, value_hash__in=hashes, valid_to=None)
        .select_related("address")
        .order_by("id")
    )


def _contradicts(owner: Address, aliases: Sequence[SeenAlias]) -> bool:
    """A scheme the owner already has, with another value: somebody else holds the number now."""
    seen = {alias.scheme: value_hash(alias) for alias in aliases}
    if len(seen) < 2:  # one alias alone cannot contradict itself
        return False
    held = owner.aliases.filter(valid_to=None, scheme__in=list(seen)).values_list("scheme", "value_hash")
    return any(seen[Scheme(scheme)] != held_hash for scheme, held_hash in held)


def _new(channel: Channel, aliases: Sequence[SeenAlias]) -> Address:
    address = Address.objects.create(channel=channel)
    _add(address, aliases, known=[])
    return address


def _add(address: Address, aliases: Sequence[SeenAlias], *, known: list[Alias]) -> None:
    have = {alias.value_hash for alias in known}
    for seen in aliases:
        if value_hash(seen) not in have:
            Alias.objects.create(
                address=address,
                channel=address.channel,
                scheme=seen.scheme,
                value=seen.value,
                value_hash=value_hash(seen),
            )


def _start_afresh(
    channel: Channel, aliases: Sequence[SeenAlias], living: list[Alias], owners: Iterable[Address]
) -> Recognised:
    retired = tuple(owners)
    for alias in living:
        _end(alias)
    for address in retired:
        address.collided_at = timezone.now()
        address.save(update_fields=["collided_at"])
    joining.end_at(retired, by=None)  # whoever holds the number now is not the person who joined it
    return Recognised(_new(channel, aliases), retired)


def _end(alias: Alias) -> None:
    alias.valid_to = timezone.now()
    alias.save(update_fields=["valid_to"])
