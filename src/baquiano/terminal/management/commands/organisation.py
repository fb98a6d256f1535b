"""`baquiano organisation`."""

from typing import Any
from zoneinfo import available_timezones

from django.core.management.base import BaseCommand, CommandError, CommandParser

from baquiano.accounts.audit import audit
from baquiano.accounts.models import organisation
from baquiano.knowledge.actions import shelf_changed
from baquiano.lib.turnstile import writing
from baquiano.territory.calendar import HoursNotUnderstood, check
from baquiano.territory.loading import COUNTRIES


class Command(BaseCommand):
    help = (
        "Who serves here. Example: baquiano organisation --name 'Casa de paso' --countries CO "
        "--hours 'Mo-Fr 08:00-17:00' --timezone America/Bogota"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", help="as people read it in the greeting")
        parser.add_argument("--countries", help=f"where it orients, of {','.join(sorted(COUNTRIES))}: CO, CL or CO,CL")
        parser.add_argument("--hours", help="when somebody answers, as OpenStreetMap writes hours")
        parser.add_argument(
            "--letter-hours", help="when a letter nobody asked for may leave, in the person's own time (08:00-21:00)"
        )
        parser.add_argument("--timezone", help="for the hours, for example America/Santiago")

    def handle(
        self,
        *args: Any,
        name: str | None,
        countries: str | None,
        hours: str | None,
        letter_hours: str | None,
        timezone: str | None,
        **options: Any,
    ) -> None:
        who = organisation()
        if name:
            who.name = name.strip()
        if countries:
            who.countries = _countries(countries)
        if hours:
            who.staffed_hours = _hours("--hours", hours)
        if letter_hours:
            who.letter_hours = _hours("--letter-hours", letter_hours)
        if timezone:
            who.timezone = _timezone(timezone)
        if not who.name or not who.countries:
            raise CommandError("A name and at least one country are needed: --name '…' --countries CO")
        with writing():
            who.save()
            audit(None, "organisation.changed", who)
            shelf_changed()  # greeting and hours are read from the pictures in memory
        self.stdout.write(
            f"{who.name}: {', '.join(who.countries)}; people answer {who.staffed_hours} ({who.timezone}); "
            f"unasked letters leave {who.letter_hours}, by the clock of whoever gets them"
        )


def _countries(written: str) -> list[str]:
    codes = [code.strip().upper() for code in written.split(",") if code.strip()]
    unknown = [code for code in codes if code not in COUNTRIES]
    if unknown or not codes:
        raise CommandError(
            f"--countries: {', '.join(unknown) or 'nothing'} is not one of {', '.join(sorted(COUNTRIES))}"
        )
    return list(dict.fromkeys(codes))


def _hours(option: str, written: str) -> str:
    try:
        check(written)
    except HoursNotUnderstood:
        raise CommandError(
            f"{option}: “{written}” is not understood. Example: Mo-Fr 08:00-17:00; Sa 09:00-12:00"
        ) from None
    return written


def _timezone(written: str) -> str:
    if written not in available_timezones():
        raise CommandError(f"--timezone: there is no “{written}”. Examples: America/Bogota, America/Santiago")
    return written
