"""Words that always work, in five languages. They count only as the whole message; SALIR, BORRAR, SEPARAR and STOP only exactly."""

import re
from enum import StrEnum

from baquiano.lib.text import fold, squeeze


class Universal(StrEnum):
    MENU = "menu"
    PERSON = "person"
    LANGUAGE = "language"
    BACK = "back"
    FORGET = "forget"
    LEAVE = "leave"
    COMPLAINT = "complaint"
    HELP = "help"
    WITHDRAW = "withdraw"
    REMINDERS = "reminders"
    JOIN = "join"
    UNJOIN = "unjoin"
    STOP = "stop"
    START = "start"


# Spanish, English, Portuguese, French, Haitian Creole; folded (no accents, lower case).
_WORDS: dict[Universal, frozenset[str]] = {
    Universal.MENU: frozenset(
        "menu;inicio;empezar;comenzar;volver al menu;menu principal;main menu;inicio de menu;comecar;"
        "accueil;meni;lis la;komanse".split(";")
    ),
    Universal.PERSON: frozenset(
        "persona;humano;humana;operador;operadora;asesor;asesora;hablar con una persona;hablar con alguien;"
        "quiero hablar con una persona;quiero hablar con alguien;necesito hablar con una persona;"
        "hablar con un asesor;hablar con una asesora;quiero hablar con un asesor;"
        "hablar con un humano;quiero hablar con un humano;una persona;"
        "person;human;agent;talk to a person;talk to someone;speak to a person;i want to talk to a person;"
        "i want to talk to someone;pessoa;atendente;falar com uma pessoa;quero falar com uma pessoa;"
        "falar com alguem;quero falar com alguem;falar com atendente;personne;une personne;parler a une personne;"
        "parler a quelqu'un;je veux parler a quelqu'un;je veux parler a une personne;moun;yon moun;pale ak yon moun;"
        "mwen vle pale ak yon moun;pale ak moun".split(";")
    ),
    Universal.LANGUAGE: frozenset(
        "idioma;cambiar idioma;cambiar de idioma;lengua;language;change language;lingua;mudar idioma;langue;"
        "changer de langue;changer la langue;lang;chanje lang".split(";")
    ),
    Universal.BACK: frozenset(
        "atras;volver;regresar;anterior;back;go back;voltar;retour;revenir;tounen;retounen".split(";")
    ),
    Universal.FORGET: frozenset("borrar;delete;apagar;effacer;efase".split(";")),
    Universal.LEAVE: frozenset("salir;quit;exit;sair;quitter;sortir;soti;kite".split(";")),
    Universal.COMPLAINT: frozenset(
        "queja;quejas;reclamo;reclamos;denunciar maltrato;complaint;complain;reclamacao;queixa;plainte;"
        "reclamation;plent;pote plent".split(";")
    ),
    Universal.HELP: frozenset("ayuda;auxilio;socorro;sos;help;ajuda;aide;aidez-moi;a l'aide;ed;sekou;ede m".split(";")),
    Universal.WITHDRAW: frozenset(
        "retirar;retirar permiso;retirar mi permiso;retirar consentimiento;withdraw;withdraw consent;retirar permissao;"
        "retirer;retirer mon accord;retire;retire pemisyon".split(";")
    ),
    Universal.REMINDERS: frozenset("recordatorios;recordatorio;reminders;lembretes;rappels;rapel".split(";")),
    Universal.JOIN: frozenset("juntar;join;joindre;konekte".split(";")),
    Universal.UNJOIN: frozenset("separar;unjoin;separer;separe".split(";")),
    # Not CANCELAR, END or SAIR: whoever writes them means what she is just doing.
    Universal.STOP: frozenset(
        "stop;alto;baja;darme de baja;dar de baja;darse de baja;no mas mensajes;stopall;stop all;unsubscribe;opt out;optout;"
        "parar;descadastrar;arret;arreter;desabonner;me desabonner;sispann".split(";")
    ),
    Universal.START: frozenset(
        "alta;darme de alta;dar de alta;start;unstop;subscribe;retomar;reprendre;rekomanse".split(";")
    ),
}
_EXACT = (Universal.FORGET, Universal.LEAVE, Universal.UNJOIN, Universal.STOP)
_BY_WORD = {word: meaning for meaning, words in _WORDS.items() for word in words}

_NUMBERS: dict[str, int] = {
    word: number
    for number, words in enumerate(
        (
            "uno una primero primera one first um uma primeiro primeira un une premier premiere youn premye",
            "dos segundo segunda two second dois duas deux deuxieme de dezyem",
            "tres tercero tercera three third terceiro trois troisieme twa twazyem",
            "cuatro cuarto cuarta four fourth quatro quarto quatre quatrieme kat katriyem",
            "cinco quinto quinta five fifth cinq cinquieme senk senkyem",
            "seis sexto sexta six sixth sixieme sis sizyem",
            "siete septimo septima seven seventh sete setimo sept septieme set setyem",
            "ocho octavo octava eight eighth oito oitavo huit huitieme wit wityem",
            "nueve noveno novena nine ninth nove nono neuf neuvieme nef nevyem",
            "diez decimo decima ten tenth dez dix dixieme dis dizyem",
        ),
        start=1,
    )
    for word in words.split()
}
_YES = frozenset("si sip sii claro yes yep yeah y sim s oui ouais wi dako ok vale dale 👍".split())
_PLAINLY_YES = frozenset("si yes sim oui wi".split())
_AS_AN_ANSWER = frozenset(
    "si sip sii claro yes yep yeah sim oui ouais wi dako ok vale dale 👍 no nop nope nao non 👎".split()
)
_NO = frozenset("no nop nope nao n non pa 👎".split())


def universal(text: str) -> Universal | None:
    """The universal word that is this whole message, or None."""
    bare = text.strip().strip("¡!¿?.,;: \"'").strip()
    folded = fold(bare)
    meaning = _BY_WORD.get(folded)
    if meaning in _EXACT:
        return meaning
    return meaning or _loosely(folded)


def _loosely(folded: str) -> Universal | None:
    meaning = _BY_WORD.get(squeeze(folded))
    return None if meaning in _EXACT else meaning


def number(text: str) -> int | None:
    """1 to 99 when the whole message is a number, in digits (also "2.", "2️⃣", "opción 2") or in words."""
    folded = fold(text).replace("\ufe0f", "").replace("\u20e3", "").strip(" .)(,;:-#*¡!¿?")
    for prefix in ("opcion ", "option ", "opcao ", "numero ", "la ", "el ", "nimewo ", "the "):
        folded = folded.removeprefix(prefix)
    if folded.isdecimal() and len(folded) <= 2:
        return int(folded) or None
    return _NUMBERS.get(folded)


_COUNTRIES = {
    **dict.fromkeys("colombia;colombie;kolonbi;en colombia;estoy en colombia;in colombia;na colombia".split(";"), "CO"),
    **dict.fromkeys(
        "chile;chili;peyi chili;en chile;estoy en chile;in chile;no chile;au chili;nan chili".split(";"), "CL"
    ),
}


def country_named(text: str) -> str | None:
    """CO or CL when the whole message names the country."""
    return _COUNTRIES.get(fold(text).strip(" .,;:!¡¿?"))


def yes_or_no(text: str) -> bool | None:
    folded = fold(text).strip(" .,!¡")
    if squeeze(folded) in _YES or folded in _YES:
        return True
    if squeeze(folded) in _NO or folded in _NO:
        return False
    return None


def plain_answer(text: str) -> bool | None:
    """For what must leave no doubt: only the plain word for yes is one; any no is a no. None: neither, whatever it begins with."""
    answer = yes_or_no(text)
    return None if answer and fold(text).strip(" .,!¡") not in _PLAINLY_YES else answer


def begins_with_answer(text: str) -> bool:
    """A yes or a no with more words beside it ("sí, pero…"), or one that is not plain ("ok"): somebody must read what is meant."""
    first = re.split(r"[\s.,;:!¡?¿]+", fold(text).strip(" .,!¡"), maxsplit=1)[0]
    return first in _AS_AN_ANSWER
