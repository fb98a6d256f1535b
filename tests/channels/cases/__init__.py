"""What the contract of channels is tried with: one module for each kind that sends, named as its kind.

It holds `EXPECTED` (the events of every body under `tests/channels/bodies/KIND/`, by the name of the file) and `LINES`: each way in which
a line of this kind can be set up.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from baquiano.channels.events import Alias
from baquiano.channels.protocol import RawRequest
from tests.fakes.provider import Said

Wire = Mapping[str, Any]
Settings = dict[str, str]


@dataclass(frozen=True)
class Line:
    """`settings`: of a line whose provider is at this address.

    `fault_in`: why the provider would refuse a wire, "" when it would not. `words`: what the person reads in it. `taps`: the body that
    comes for each button of these wires, in their order.
    `genuine`: a request of the provider's to a line with these settings; `forged`: the same with a proof that is wrong or missing;
    `secrets`: the settings without which nothing is genuine.
    `file_id`: of a file that a person sent, "" when this line brings none; `lures`: what a provider might answer to lead us, with our
    token, to the machine at this address.
    """

    name: str
    settings: Callable[[str], Settings]
    to: Alias
    fault_in: Callable[[Wire], str]
    words: Callable[[Wire], str]
    taps: Callable[[Sequence[Wire]], list[bytes]]
    genuine: RawRequest
    forged: tuple[RawRequest, ...]
    secrets: tuple[str, ...]
    file_id: str = ""
    lures: Callable[[str], list[list[Said]]] = lambda foreign: []
