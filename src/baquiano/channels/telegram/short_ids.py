"""Ids of choices within the 64 bytes that Telegram gives a button: longer ones are written more densely, and read back exactly.

Our ids are small letters, digits and four signs: 40 characters, less than the 94 that a byte of the button's data may be. So up to 76 of
ours fit. What still does not fit gets no button; its number in the text is an answer too.
"""

MOST = 64  # bytes
_MARK = "~"
_OURS = "0123456789abcdefghijklmnopqrstuvwxyz:_-."
_THEIRS = "".join(chr(code) for code in range(33, 127))
_VALUE = {character: value for value, character in enumerate(_OURS)}
_DIGIT = {character: value for value, character in enumerate(_THEIRS)}


def short_id(choice_id: str) -> str | None:
    """What a button carries for this choice; None when it cannot."""
    if not choice_id or choice_id != choice_id.strip() or not choice_id.isprintable():
        return None
    if not choice_id.startswith(_MARK) and _bytes(choice_id) <= MOST:
        return choice_id
    packed = _packed(choice_id)
    return packed if packed and _bytes(packed) <= MOST else None


def long_id(data: str) -> str:
    """The id that `short_id` was given. Data that it never wrote is its own id."""
    if not data.startswith(_MARK) or any(character not in _DIGIT for character in data[1:]):
        return data
    number = 0
    for character in data[1:]:
        number = number * len(_THEIRS) + _DIGIT[character]
    found = ""
    while number > 1:  # a leading 1 keeps the zeros in front
        number, value = divmod(number, len(_OURS))
        found = _OURS[value] + found
    return found if _packed(found) == data else data


def _packed(choice_id: str) -> str:
    if any(character not in _VALUE for character in choice_id):
        return ""
    number = 1
    for character in choice_id:
        number = number * len(_OURS) + _VALUE[character]
    written = ""
    while number:
        number, digit = divmod(number, len(_THEIRS))
        written = _THEIRS[digit] + written
    return _MARK + written


def _bytes(text: str) -> int:
    return len(text.encode(errors="replace"))
