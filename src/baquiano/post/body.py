"""A message of ours as it is stored in its letter, and back."""

from baquiano.channels.protocol import Choice, OutMessage


def to_json(message: OutMessage) -> dict[str, object]:
    choices = [
        [choice.id, choice.title, choice.note, *([choice.more] if choice.more else [])] for choice in message.choices
    ]
    return {"text": message.text, "choices": choices, "list_label": message.list_label}


def from_json(body: dict[str, object]) -> OutMessage:
    choices = body.get("choices")
    return OutMessage(
        str(body.get("text", "")),
        tuple(Choice(*(str(part) for part in row)) for row in choices) if isinstance(choices, list) else (),
        str(body.get("list_label") or "") or OutMessage("").list_label,
    )
