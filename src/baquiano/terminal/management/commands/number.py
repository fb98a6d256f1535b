"""`baquiano number`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from baquiano.accounts.models import User, organisation
from baquiano.accounts.policy import may
from baquiano.lib.dates import written
from baquiano.safety.actions import CannotVerify, verify_number
from baquiano.safety.models import EmergencyNumber


class Command(BaseCommand):
    help = (
        "Emergency numbers, and who called them. Example: baquiano number verify co_emergencias --by carla "
        "--how 'called from a prepaid mobile without credit, answered in Spanish'"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list", help="the numbers of the countries served, and when each was last called")
        verify = verbs.add_parser("verify", help="say that somebody called it today")
        verify.add_argument("number", help="its id, as list shows it")
        verify.add_argument("--by", required=True, help="user name of who called")
        verify.add_argument("--how", required=True, help="from which telephone, who answered, in which languages")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        if verb == "list":
            self._list()
        else:
            self._verify(options["number"], options["by"], options["how"])

    def _list(self) -> None:
        for number in EmergencyNumber.objects.filter(country__in=organisation().countries).order_by("country", "id"):
            last = number.last_verification()
            when = f"called {written(last.on)}" if last else "nobody here has called it"
            self.stdout.write(f"{number.country} {number.pk:<22} {number.number:<16} {when}")

    def _verify(self, number_id: str, username: str, how: str) -> None:
        number = EmergencyNumber.objects.filter(pk=number_id).first()
        user = User.objects.filter(username=username, is_active=True).first()
        if number is None:
            raise CommandError(f"There is no number “{number_id}”. See: baquiano number list")
        if user is None or not may(user, "number.verify"):
            raise CommandError("--by names nobody who may verify numbers here: a coordinator or an operator.")
        try:
            row = verify_number(number, by=user, how=how)
        except CannotVerify as reason:
            raise CommandError(str(reason)) from None
        self.stdout.write(f"{number.pk}: called {written(row.on)} by {username}. It is given from the next turn on.")
