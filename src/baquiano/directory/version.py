"""The number of the directory: raised with each change, in the same transaction, and compared by whoever keeps an index of it."""

from django.db.models import F

from baquiano.directory.models import Version
from baquiano.lib.prepared import Prepared

_number = Prepared[int](lambda: Version.objects.order_by("pk").values_list("number", flat=True)[:1])


def bump() -> None:
    """Inside the transaction of the change it tells of."""
    if not Version.objects.filter(pk=1).update(number=F("number") + 1):
        Version.objects.get_or_create(pk=1, defaults={"number": 1})


def number() -> int:
    return next(iter(_number()), 0)
