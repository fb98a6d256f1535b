"""What `doctor` says of texts: nothing approved, not signed, never checked, past their trust."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from baquiano.accounts.models import Organisation, User
from baquiano.knowledge.actions import publish, verify
from baquiano.knowledge.shelf import EXPIRES_AFTER
from baquiano.safety.actions import sign
from baquiano.safety.models import CrisisText
from baquiano.terminal.examination import Mark, examine
from tests.public.house import furnish
from tests.workspace.newsroom import proposed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def house(organisation: Organisation, settings: Any) -> None:
    furnish()
    settings.IS_DEMO = False


def said(mark: Mark) -> str:
    return "\n".join(finding.what for finding in examine() if finding.mark == mark)


def test_that_nothing_is_approved() -> None:
    assert "No answer has been approved by two people" in said(Mark.NOTE)


def test_that_danger_texts_lack_signatures_until_two_people_sign(edu: User, rita: User) -> None:
    assert "Danger texts that two people have not signed: es 2" in said(Mark.ILL)
    for user in (edu, rita):
        sign(list(CrisisText.objects.all()), by=user)
    assert "Danger texts: signed by two people in every language" in said(Mark.WELL)


def test_that_texts_were_never_checked_or_are_past_their_trust(edu: User, rita: User, monkeypatch: Any) -> None:
    version = proposed()
    version.written_by = edu
    version.save()
    publish(version, reviewed_by=rita)
    assert "1 approved texts were never checked" in said(Mark.NOTE)
    until = timezone.localdate() + timedelta(days=30)
    verify(version, by=rita, how="Leí la página.", good_until=until)
    assert "never checked" not in said(Mark.NOTE)
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(days=32))
    assert "1 said with a caution, 0 no longer said" in said(Mark.NOTE)
    monkeypatch.setattr(timezone, "now", lambda: now + EXPIRES_AFTER + timedelta(days=32))
    assert "0 said with a caution, 1 no longer said" in said(Mark.ILL)
