"""One message of ours, shaped for the WhatsApp Cloud API. Pure.

At most three short choices are buttons, at most ten are a list, and more are numbered lines. The numbered lines are in the
text in every case: "2" is an answer too, and no title is ever lost to a limit of the screen.
"""

from typing import Any

from baquiano.channels.events import Alias, Scheme
from baquiano.channels.numbered import numbered, second_line, title, with_numbers
from baquiano.channels.protocol import Capabilities, Choice, OutMessage, Pace, TemplateMessage
from baquiano.channels.splitting import pieces, units
from baquiano.lib.text import clip

# Limits of POST /{phone_number_id}/messages (Graph v25.0), counted in UTF-16 units.
PACE = Pace(line_a_second=80.0, person_every=6.0, person_burst=45)
CAPABILITIES = Capabilities(text_length=4096, buttons=3, button_title=20, rows=10, row_title=24, row_note=72, pace=PACE)
BUTTONS_BODY = 1024
LIST_BODY = 4096
BUTTON_ID = 256
ROW_ID = 200
LIST_LABEL = 20

Wire = dict[str, Any]


def render(message: OutMessage, to: Alias) -> tuple[Wire, ...]:
    """The request bodies to send, in order; none for an empty message. ValueError: `to` is no address of WhatsApp."""
    recipient = _recipient(to)
    if message.template:
        shaped = [_approved(message.template)]
    elif _fits_buttons(message.choices):
        shaped = _with_interactive(message, BUTTONS_BODY, _buttons(message))
    elif _fits_list(message.choices):
        shaped = _with_interactive(message, LIST_BODY, _list(message))
    else:
        shaped = _texts(with_numbers(message))
    return tuple({"messaging_product": "whatsapp", "recipient_type": "individual"} | recipient | one for one in shaped)


def _recipient(to: Alias) -> Wire:
    if to.scheme == Scheme.WHATSAPP_PHONE:
        return {"to": to.value}
    if to.scheme in (Scheme.WHATSAPP_USER, Scheme.WHATSAPP_PARENT):
        return {"recipient": to.value}
    raise ValueError(f"not an address of WhatsApp: {to.scheme}")


def _texts(text: str) -> list[Wire]:
    parts = pieces(text, CAPABILITIES.text_length)
    return [{"type": "text", "text": {"body": part, "preview_url": False}} for part in parts]


def _with_interactive(message: OutMessage, body_limit: int, interactive: Wire) -> list[Wire]:
    """The words and the choices in one message; words too long for it go first, as text."""
    body, before = with_numbers(message), ""
    if units(body) > body_limit:
        body, before = numbered(message.choices), message.text
    if (
        units(body) > body_limit
    ):  # notes or titles of many lines: all of it goes first, the body keeps what is on screen
        body, before = numbered([_on_screen(choice) for choice in message.choices]), with_numbers(message)
    return [*_texts(before), {"type": "interactive", "interactive": interactive | {"body": {"text": body}}}]


def _on_screen(choice: Choice) -> Choice:
    return Choice(choice.id, clip(title(choice), CAPABILITIES.row_title))


def _approved(template: TemplateMessage) -> Wire:
    values = [{"type": "text", "text": value} for value in template.values]
    body = [{"type": "body", "parameters": values}] if values else []
    named = {"name": template.name, "language": {"code": template.language}, "components": body}
    return {"type": "template", "template": named}


# Buttons


def _fits_buttons(choices: tuple[Choice, ...]) -> bool:
    titles = {title(choice) for choice in choices}
    return (
        0 < len(choices) <= CAPABILITIES.buttons
        and len(titles) == len(choices)  # Meta refuses two buttons that read the same
        and all(0 < units(one) <= CAPABILITIES.button_title for one in titles)
        and _ids_are_accepted(choices, BUTTON_ID)
    )


def _buttons(message: OutMessage) -> Wire:
    replies = [{"id": choice.id, "title": title(choice)} for choice in message.choices]
    return {"type": "button", "action": {"buttons": [{"type": "reply", "reply": reply} for reply in replies]}}


# Lists


def _fits_list(choices: tuple[Choice, ...]) -> bool:
    return (
        0 < len(choices) <= CAPABILITIES.rows
        and all(title(choice) for choice in choices)
        and _ids_are_accepted(choices, ROW_ID)
    )


def _list(message: OutMessage) -> Wire:
    rows = [_row(choice) for choice in message.choices]
    # The label is words when the conversation gave some; the numbers of the rows need no language.
    label = " ".join(message.list_label.split()) or ("1" if len(rows) == 1 else f"1–{len(rows)}")
    return {"type": "list", "action": {"button": clip(label, LIST_LABEL), "sections": [{"rows": rows}]}}


def _row(choice: Choice) -> Wire:
    """A title too long for its line is cut there and written whole in the second line, before the note."""
    whole, note = title(choice), second_line(choice)
    is_cut = units(whole) > CAPABILITIES.row_title
    second = " · ".join(part for part in (whole if is_cut else "", note) if part)
    row = {"id": choice.id, "title": clip(whole, CAPABILITIES.row_title)}
    return row | {"description": clip(second, CAPABILITIES.row_note)} if second else row


def _ids_are_accepted(choices: tuple[Choice, ...], limit: int) -> bool:
    ids = {choice.id for choice in choices}
    return len(ids) == len(choices) and all(0 < units(one) <= limit and one == one.strip() for one in ids)
