"""`baquiano audit`."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from baquiano.accounts import anchor, sealing
from baquiano.accounts.sealing import Verdict

SHOWN = 50
WIDTH = 30


class Command(BaseCommand):
    help = (
        "Whether the trail of who did, read and refused what is as it was written. Ends with 1 when it is not. "
        "Example: baquiano audit verify"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verify = verbs.add_parser("verify", help="look at every entry and every seal")
        verify.add_argument("--since", help="an anchor that was noted: check it, and only what was sealed after it")
        verify.add_argument("--json", action="store_true", dest="as_json", help="one JSON object")
        noted = verbs.add_parser("anchor", help="the newest seal, to be noted elsewhere")
        noted.add_argument(
            "--after-restore",
            action="store_true",
            help="a backup was restored: this machine remembers the shorter trail from now on, and the trail says so",
        )

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        if verb == "verify":
            self._verify(options["since"], as_json=options["as_json"])
        else:
            self._anchor(after_restore=options["after_restore"])

    def _verify(self, since: str | None, *, as_json: bool) -> None:
        try:
            noted = anchor.parse(since) if since else None
        except anchor.Unreadable as problem:
            raise CommandError(str(problem)) from None
        verdict = sealing.verify(timezone.now(), since=noted, tell=self._tell)
        if sys.stderr.isatty():
            self.stderr.write("")
        sealing.write_down(verdict)
        self.stdout.write(json.dumps(_as_json(verdict), ensure_ascii=False) if as_json else "\n".join(_lines(verdict)))
        if not verdict.is_well:
            raise SystemExit(1)

    def _anchor(self, *, after_restore: bool) -> None:
        if after_restore:
            sealing.begin_again()
            sealing.keep_up(timezone.now())
        head = sealing.head()
        if head is None:
            raise CommandError("Nothing is sealed yet. `baquiano serve` and `baquiano work` seal within seconds.")
        self.stdout.write(str(head))

    def _tell(self, done: int, of: int) -> None:
        """How far, on a screen: a long trail takes minutes."""
        if sys.stderr.isatty() and of:
            full = WIDTH * done // of
            self.stderr.write(f"\r[{'#' * full}{'.' * (WIDTH - full)}] {done:,} of {of:,} seals", ending="")
            self.stderr.flush()


def _lines(verdict: Verdict) -> list[str]:
    signs = [f"✗ {finding.what}" for finding in verdict.findings[:SHOWN]]
    more = len(verdict.findings) - SHOWN + verdict.untold
    if more > 0:
        signs.append(f"✗ and {more} more")
    if verdict.is_well:
        signs.append(f"✓ The trail is whole: {verdict.entries} entries, {verdict.seals} seals.")
    else:
        signs.append("    → docs/explanation/audit.md says what each means, and what to do first")
    if verdict.head and not verdict.is_remembered:
        signs.append("· Nothing is noted outside the database: a trail whose end was cut off would look whole.")
    if verdict.head:
        signs.append(f"  Anchor: {verdict.head}   (note it elsewhere; later: baquiano audit verify --since …)")
    return signs


def _as_json(verdict: Verdict) -> dict[str, Any]:
    return {
        "ok": verdict.is_well,
        "entries": verdict.entries,
        "seals": verdict.seals,
        "anchor": str(verdict.head) if verdict.head else None,
        "remembered": verdict.is_remembered,
        "findings": [
            {"fault": finding.fault.value, "entry": finding.entry, "seal": finding.seal, "what": finding.what}
            for finding in verdict.findings
        ],
        "untold": verdict.untold,
    }
