"""`baquiano number`."""

from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from baquiano.accounts.models import User, organisation
from baquiano.accounts.policy import may
from baquiano.lib.dates import written
from baquiano.safety.models import EmergencyNumber, NumberVerification
from baquiano.safety.numbers import LANGUAGES, CannotVerify, Found, age, verify
from baquiano.safety.said import Age

AGES = {Age.FRESH: "", Age.DATED: ", said with that day", Age.OLD: ", said with that day and the general number"}
YES_NO = {"yes": True, "no": False}


class Command(BaseCommand):
    help = (
        "Emergency numbers, and who called them. Example: baquiano number verify co_emergencias --by carla "
        "--how 'called it, a woman answered' --prepaid yes --no-credit yes --free yes --hours 24/7 --languages es"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser(
            "list", help="the numbers of the countries served, when each was last called, and what was found"
        )
        verify = verbs.add_parser("verify", help="say that somebody called it today, and what they found")
        verify.add_argument("number", help="its id, as list shows it")
        verify.add_argument("--by", required=True, help="user name of who called")
        verify.add_argument("--how", required=True, help="from which telephone, who answered, in which languages")
        for flag, meaning in (
            ("--prepaid", "a prepaid mobile reaches it"),
            ("--no-credit", "also with no credit left"),
            ("--free", "the call costs nothing"),
        ):
            verify.add_argument(flag, choices=sorted(YES_NO), help=f"{meaning}; left out: it was not tried")
        verify.add_argument("--hours", default="", help="when it answers, in words or as OpenStreetMap writes hours")
        verify.add_argument("--languages", type=_languages, default=(), help="they answer in: es,en")
        verify.add_argument("--whose", default="", help="who answered: an ambulance service, the police, a ministry")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        if verb == "list":
            self._list()
        else:
            self._verify(options)

    def _list(self) -> None:
        for number in EmergencyNumber.objects.filter(country__in=organisation().countries).order_by("country", "id"):
            last = number.last_verification()
            place = number.territory or number.country
            self.stdout.write(f"{place} {number.pk:<22} {number.number:<16} {_when(last)}")
            if last:
                self.stdout.write(f"   {_found(last)}")

    def _verify(self, options: dict[str, Any]) -> None:
        number = EmergencyNumber.objects.filter(pk=options["number"]).first()
        user = User.objects.filter(username=options["by"], is_active=True).first()
        if number is None:
            raise CommandError(f"There is no number “{options['number']}”. See: baquiano number list")
        if user is None or not may(user, "number.verify"):
            raise CommandError(
                "--by names nobody who may verify numbers here: a coordinator, an orienter or an operator."
            )
        found = Found(
            from_prepaid=YES_NO.get(options["prepaid"]),
            without_credit=YES_NO.get(options["no_credit"]),
            is_free=YES_NO.get(options["free"]),
            hours=options["hours"],
            languages=options["languages"],
            whose=options["whose"],
        )
        try:
            row = verify(number, by=user, how=options["how"], found=found)
        except CannotVerify as reason:
            raise CommandError(str(reason)) from None
        self.stdout.write(
            f"{number.pk}: called {written(row.on)} by {user.username}. It is given from the next turn on."
        )
        self.stdout.write(f"   {_found(row)}")


def _when(last: NumberVerification | None) -> str:
    if last is None:
        return "nobody here has called it"
    days = (timezone.localdate() - last.on).days
    return f"called {written(last.on)}, {days} days ago{AGES[age(days)]}"


def _found(row: NumberVerification) -> str:
    facts = (
        ("from a prepaid mobile", row.from_prepaid),
        ("without credit", row.without_credit),
        ("free", row.is_free),
        ("hours", row.hours),
        ("languages", ", ".join(row.languages)),
        ("who answers", row.whose),
    )
    return "; ".join(f"{name}: {_said(value)}" for name, value in facts)


def _said(value: bool | str | None) -> str:
    if value in (None, ""):
        return "not known"
    return value if isinstance(value, str) else ("yes" if value else "no")


def _languages(text: str) -> tuple[str, ...]:
    found = tuple(code.strip() for code in text.split(",") if code.strip())
    unknown = [code for code in found if code not in LANGUAGES]
    if unknown:
        raise ArgumentTypeError(f"{', '.join(unknown)} is not one of {', '.join(LANGUAGES)}")
    return found
