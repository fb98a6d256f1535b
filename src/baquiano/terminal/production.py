"""What must hold before real people are answered: asked by `serve` and `work`, and told by `doctor`."""

from django.conf import settings

from baquiano.accounts.models import Organisation, User
from baquiano.channels.models import Channel
from baquiano.terminal import fitting


def reasons_not_to_start() -> list[str]:
    """The keys must fit the data and no restore may be half done. In production also: no demo account, number or organisation."""
    reasons = list(fitting.reasons_not_to_serve())
    if reasons or settings.IS_DEMO:
        return reasons
    if User.objects.filter(is_demo=True, is_active=True).exists():
        reasons.append(
            "there are demo accounts in this database. Production needs a database of its own: set BAQUIANO_DATA."
        )
    if Organisation.objects.filter(is_demo=True).exists():
        reasons.append(
            "this database belongs to a demo organisation. Production needs a database of its own: set BAQUIANO_DATA."
        )
    demo_lines = [c.line for c in Channel.objects.filter(kind=Channel.ChannelKind.WHATSAPP) if c.setting("demo")]
    if demo_lines:
        reasons.append(
            "a WhatsApp channel uses a demo number. Remove it or set its own number: baquiano channel whatsapp."
        )
    return reasons
