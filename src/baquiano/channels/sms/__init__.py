"""SMS, through Twilio or any gateway that speaks HTTP."""

from baquiano.channels.protocol import Adapter
from baquiano.channels.sms.adapter import Sms

ADAPTER: Adapter = Sms()
