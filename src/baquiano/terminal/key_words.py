"""A key as words, to be kept on paper and typed again by a person: one Spanish word for each byte.

The first word says which line of the key file it is and how it was written, the second how many bytes follow, the last is a
check. The check is a Reed–Solomon symbol over GF(256): one wrong word, or two words that changed places, never pass; of
anything else, one in 256 does. Words have no accents, no two begin with the same four letters or differ by one letter.
"""

import base64
import binascii
from difflib import get_close_matches
from enum import IntEnum

from baquiano.lib.key_file import HASH, SECRET
from baquiano.lib.text import fold

WORDS = tuple(
    """
    abeja abrazo abrigo abuela aceite acera agenda aguja ahora alba alegre altura amigo ancho anillo antena apio
    arbol arena aroma arroz aurora avion ayer azucar azul bahia baile balcon balsa bambu banco barrio bodega
    bosque brisa brocha buho buzon cabina cacao cadena cafe caja calma camino canela canoa carta ceibo cena
    cereza cesta chispa cielo cinco ciudad clavel cobija cobre cocina codigo collar cometa concha conejo copa
    cordel corral crema cuento cuerda cumbre dado danza dedal delfin dibujo diente disco doble ducha dulce
    encina enero equipo espejo espiga estufa etapa faro feria fiesta figura filtro flauta flecha flor foca
    fogata fresa fruta fuente futuro garza gato globo gorra grano guante gusano hacha hamaca harina hebra helado
    higo hoja hombro horno hotel huella huerta hueso idea iguana imagen isla jabon jardin jarra jazmin jirafa
    joya jueves jugo junio kilo labio lago lana lapiz leche libro lienzo limon llave lluvia loro lugar lunes
    madera maleta mango mapa marea melon menta mesa metal miel minuto mirada molino moneda morado motor mueble
    mujer mundo musica nariz nave nido nieve noche nogal nombre norte novela nube nuez numero oasis obra oceano
    oficio olivo olla onda orilla oveja pagina paloma papel paseo patio pelota pera piano piedra pincel pintor
    playa pluma poema polen pomelo portal primo pulpo punto quena quince radio raiz rama receta regalo reloj
    remo rojo romero rosa rueda sabana sabor sapo silla sofa suelo tabla tarde taza techo tela tibio tigre tinta
    torre tren trigo tucan tunel turno vaca valle vapor verde viaje yegua yerba yogur yuca zorro zumo
    """.split()
)
_NUMBER = {word: number for number, word in enumerate(WORDS)}
LONGEST = 240  # bytes of one line: the check holds up to 255 words
AROUND = 3  # words that are not the content: which line, how many, the check
_PREFIXES = ("", HASH, SECRET)


class NotTheWords(ValueError):
    """What was typed is not a line of the sheet. Shown as it is written: it says where to look, never the rest of the key."""


class _Written(IntEnum):
    """How the text of a line becomes bytes."""

    BASE64_PADDED = 0
    BASE64_BARE = 1
    TEXT = 2


def to_words(line: str) -> list[str]:
    """A line of the key file as words. Raises ValueError when it is too long: no key of ours is."""
    prefix = next((number for number, start in enumerate(_PREFIXES) if start and line.startswith(start)), 0)
    written, content = _as_bytes(line.removeprefix(_PREFIXES[prefix]))
    if len(content) > LONGEST:
        raise ValueError("this line is too long for words")
    numbers = [prefix * len(_Written) + written, len(content), *content]
    return [WORDS[number] for number in (*numbers, _check(numbers))]


def from_words(words: list[str]) -> str:
    """The line again. Raises NotTheWords."""
    numbers = [_number(at, word) for at, word in enumerate(words, 1)]
    if len(numbers) < AROUND or len(numbers) != numbers[1] + AROUND:
        raise NotTheWords(f"{len(numbers)} words were typed, and this line has {wanted(words) or 'more'}.")
    if _check(numbers[:-1]) != numbers[-1]:
        raise NotTheWords("The last word does not fit the others: one of them is wrong, or two have changed places.")
    prefix, written = divmod(numbers[0], len(_Written))
    if prefix >= len(_PREFIXES):
        raise NotTheWords("The first word is not the first word of a line.")
    return _PREFIXES[prefix] + _as_text(_Written(written), bytes(numbers[2:-1]))


def wanted(words: list[str]) -> int | None:
    """How many words this line has, as soon as its second is known."""
    return _number(2, words[1]) + AROUND if len(words) > 1 else None


def is_word(written: str) -> bool:
    return fold(written) in _NUMBER


def _number(at: int, written: str) -> int:
    word = fold(written)
    if word in _NUMBER:
        return _NUMBER[word]
    near = get_close_matches(word, WORDS, 2)
    hint = f" Perhaps: {' or '.join(near)}." if near else ""
    raise NotTheWords(f"Word {at}, “{written[:20]}”, is not on the list.{hint}")


def _as_bytes(text: str) -> tuple[_Written, bytes]:
    for written, padding in ((_Written.BASE64_PADDED, ""), (_Written.BASE64_BARE, "=" * (-len(text) % 4))):
        try:
            content = base64.b64decode(text + padding, altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            continue
        if _as_text(written, content) == text:
            return written, content
    return _Written.TEXT, text.encode()


def _as_text(written: _Written, content: bytes) -> str:
    if written is _Written.TEXT:
        return content.decode("utf-8", "replace")
    text = base64.urlsafe_b64encode(content).decode()
    return text if written is _Written.BASE64_PADDED else text.rstrip("=")


# GF(256) with the polynomial 0x11d; 2 generates every element but 0.


def _times_two(value: int) -> int:
    return (value << 1) ^ (0x11D if value & 0x80 else 0)


def _check(numbers: list[int]) -> int:
    """Horner's rule: each number weighs its own power of two, the check itself weighs one."""
    check = 0
    for number in numbers:
        check = _times_two(check ^ number)
    return check
