"""`baquiano doctor`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from baquiano.accounts.models import organisation
from baquiano.terminal.examination import Mark, examine

SIGN = {Mark.WELL: "✓", Mark.NOTE: "·", Mark.ILL: "✗"}


class Command(BaseCommand):
    help = "What is configured, what is missing and what to do. Ends with 1 when something must be done. Example: baquiano doctor"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--key-sheet-printed", action="store_true", help="say that the key sheet is printed and put away"
        )

    def handle(self, *args: Any, key_sheet_printed: bool, **options: Any) -> None:
        if key_sheet_printed:
            who = organisation()
            who.key_sheet_printed_on = timezone.localdate()
            who.save()
        findings = examine()
        for finding in findings:
            line = f"{SIGN[finding.mark]} {finding.what}"
            self.stdout.write(self.style.ERROR(line) if finding.mark is Mark.ILL else line)
            if finding.what_to_do:
                self.stdout.write(f"    → {finding.what_to_do}")
        if any(finding.mark is Mark.ILL for finding in findings):
            raise SystemExit(1)
