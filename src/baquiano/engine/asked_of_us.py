"""Two things people ask of the assistant itself and get a true answer to: whether it is a person, and how to cross where it is not allowed.

Phrases, five languages, read on folded text. Danger is looked for before; what tells of a danger never comes this far.
"""

import re

from baquiano.lib.text import fold, squeeze

SHORT = 14  # words: "are you a person?" inside a longer message is about something else


def _whole(*phrases: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(phrases) + r")\b")


_PERSON = r"(?:una |un |uma |um |a |an |yon |une )?(?:real |vrai |vre |verdadera |verdadero )?"
_WHO = r"(?:persona|humano|humana|ser humano|robot|bot|maquina|chatbot|ia|inteligencia artificial|contestador|asistente virtual)"
_A_PERSON = _whole(
    rf"(?:eres|es usted|usted es|sos|es esto|esto es|estoy hablando con|hablo con|me (?:esta )?(?:responde|respondiendo|contesta|habla|atiende)) {_PERSON}{_WHO}",
    r"(?:eres|es usted|sos) (?:de verdad|real)", r"hablo con alguien(?: de verdad| real)?", r"estoy hablando con alguien(?: de verdad| real)?",
    r"hay (?:alguien|una persona) (?:de verdad |real )?(?:ahi|al otro lado|leyendo|detras)", r"quien (?:eres|me responde|me habla|es usted|esta ahi)",
    r"(?:are you|r u|is this|am i (?:talking|speaking|chatting) (?:to|with)) (?:a |an )?(?:real |actual )?(?:person|human|human being|robot|bot|machine|someone|somebody|ai)",
    r"(?:are you|is this) (?:real|automated|automatic|ai)", r"is (?:there )?(?:anyone|anybody|somebody|someone) (?:real )?there", r"who (?:are you|am i talking to)",
    rf"(?:voce e|e voce|estou falando com|falo com|e|isso e) {_PERSON}(?:pessoa|humano|humana|robo|bot|maquina|alguem)(?: de verdade| real)?",
    r"tem alguem (?:de verdade )?(?:ai|do outro lado)", r"quem e voce", r"voce e (?:real|de verdade)",
    r"(?:etes vous|es tu|vous etes|tu es|est ce que (?:vous etes|tu es|je parle (?:a|avec))|je parle (?:a|avec)|c est) (?:bien )?(?:une |un )?(?:vraie? )?"
    r"(?:personne|humain|etre humain|robot|bot|machine|quelqu un|ia)", r"il y a quelqu un", r"qui etes vous", r"qui es tu",
    r"(?:eske (?:ou )?se|ou se|m ap pale ak|map pale ak|mwen ap pale ak|w se) (?:yon )?(?:vre )?(?:moun|robo|robot|machin|bot)(?: vre| tout bon)?", r"(?:eske )?gen (?:yon )?moun la", r"ki moun ou ye",
)  # fmt: skip
_AROUND = re.compile(
    r"\b(?:quiero|necesito|puedo|quisiera|me gustaria|want|need|can i|quero|preciso|posso|veux|besoin|puis|vle|bezwen|"
    r"estafa\w*|scam\w*|golpe|arnaque)\b"
)  # "quiero hablar con una persona" asks for one; that is the universal word, or the menu's business


def asks_who_answers(text: str) -> bool:
    """ "¿Eres una persona?", "hablo con alguien de verdad?", "are you a bot": as the whole message, or nearly."""
    said = _plain(text)
    return len(said.split()) <= SHORT and bool(_A_PERSON.search(said)) and not _AROUND.search(said)


# How to cross --------------------------------------------------------------------------------------------------------------

_WAY = (
    r"(?:trochas?|caminos? verdes?|pasos? (?:no habilitados?|irregular(?:es)?|ilegal(?:es)?|clandestinos?|escondidos?)|"
    r"(?:de forma |de manera )?(?:ilegal(?:mente)?|clandestin[ao](?:mente)?|irregular(?:mente)?)|escondid[ao]s?|"
    r"sin (?:papeles|sellar|pasaporte|visa|que (?:me|nos) (?:vean|paren|agarren|cojan|pillen))|por (?:el|la) (?:darien|selva|desierto|monte|rio)|"
    r"(?:rota|trilha|caminho) (?:clandestin[ao]|ilegal)|pela (?:mata|selva|trilha|floresta)|"
    r"sem (?:documentos?|passaporte|visto|ser (?:visto|pego|parado))|illegally|without (?:papers|a passport|passport|a visa|visa|being (?:seen|caught|stopped))|"
    r"through the (?:jungle|darien|desert|gap|bush)|back way|secretly|"
    r"(?:illegalement|clandestinement|en cachette)|sans (?:papiers?|passeport|visa|etre (?:vu|pris|arrete)e?s?)|par (?:la|le) (?:jungle|foret|darien|desert|brousse)|"
    r"(?:ilegal|an kachet|san papye|san paspo|san viza|san yo pa (?:we|kenbe) (?:mwen|m|nou))|nan (?:forè|fore|bwa|raje|darien|dezè|deze))"
)
_CROSS = (
    r"(?:cruz(?:o|ar|amos|arme)|pas(?:o|ar|amos|arme|arnos)|entr(?:o|ar|amos)|sal(?:go|ir|imos)|ir(?:me|nos)?|lleg(?:o|ar)|meter(?:me|nos)|"
    r"cross(?:ing)?|enter|get (?:in|into|across|over|through|to)|go|pass|sneak|atravess(?:o|ar)|pass(?:o|ar)|"
    r"travers(?:er|e|ons)|passe[rs]?|entrer|franchir|travese|janbe|pase|antre|ale)"
)
_HOW = (
    r"(?:como|por donde|donde|cual(?:es)?|que ruta|cuanto (?:cobran|cuesta|vale|toca pagar)|ruta|rutas|mapa|guia|quien|"
    r"quiero|quisiera|voy a|vamos a|pienso|necesito|puedo|podemos|me ayudan? a|ayuda(?:me|r)? (?:a|para)|"
    r"how|where|which (?:way|route)|route|map|want to|wanna|going to|need to|can i|help me|who can|"
    r"por onde|onde|qual|quero|vou|preciso|posso|rota|"
    r"comment|par ou|ou|quelle route|quel chemin|je veux|je vais|puis je|route|"
    r"kijan|koman|ki (?:kote|wout|chemen)|mwen vle|m vle|m pral|wout)"
)
_ROUTE = re.compile(rf"\b{_HOW}\b(?: \w+){{0,8}}? {_CROSS}\b(?: \w+){{0,7}}? {_WAY}\b")
_ROUTE_NAMED = re.compile(
    r"\b(?:por (?:donde|cual)|que|cual(?:es)?|donde (?:queda|esta|hay))(?: \w+){0,5}? (?:trochas?|pasos? (?:no habilitados?|ilegal(?:es)?|clandestinos?))\b"
    r"|\b(?:no )?(?:quiero|queremos|quisiera|voy a|vamos a)(?: \w+){0,3} (?:pasar|cruzar|entrar|salir|ir(?:me|nos)?)(?: \w+){0,4} (?:trochas?|pasos? (?:no habilitados?|ilegal(?:es)?))\b"
    r"|\b(?:cuanto (?:cobran|cuesta|vale)|how much)(?: \w+){0,6} (?:pasar|cruzar|cross)(?: \w+){0,4} (?:darien|selva|frontera|trochas?|border|jungle)\b"
    r"|\b(?:ruta|rutas|camino|mapa|route|rota|wout|chemen)(?: \w+){0,5} (?:darien|trochas?|selva|clandestin[ao]s?|jungle|jungla)\b"
)
_GUIDE = (
    r"(?:coyotes?|coiotes?|polleros?|trocheros?|pasador(?:es)?|traficantes? de (?:personas|migrantes)|chamber[oa]s?|atravessador(?:es)?|"
    r"smugglers?|passeurs?|koyot|kòyòt|pasè|pase)"
)
_NEEDS_A_GUIDE = re.compile(
    rf"\b(?:conoce[ns]?|conoces|necesito|busco|buscamos|recomiend\w+|contacto|numero|telefono|donde (?:hay|encuentro|consigo)|quien(?:es)? (?:es|me|nos)|"
    rf"quiero|know|need|looking for|find|recommend|contact|number|where|conhece|preciso|procuro|contato|telefone|connaissez|connais|cherche|besoin|contact|"
    rf"konnen|bezwen|chache|nimewo)\b(?: \w+){{0,6}}? {_GUIDE}\b"
    rf"|\b{_GUIDE}(?: \w+){{0,3}} (?:de confianza|confiable|seguro|barato|que me (?:pase|lleve|cruce)|que nos (?:pase|lleve|cruce)|to (?:take|cross|get)|de confiance|serio)\b"
    r"|\bquien (?:me|nos) (?:pasa|cruza|pase|cruce|ayuda a (?:pasar|cruzar))(?: \w+){0,4}? (?:frontera|lado|trocha|darien|selva|rio)\b"
    r"|\b(?:guia|guide|gid)(?: \w+){0,4} (?:pasar|cruzar|cross|traverser|passer|travese|atravessar)(?: \w+){0,4} (?:frontera|trocha|darien|selva|border|jungle|frontiere|fronteira|fwontye)\b"
)
_FALSE = r"(?:fals[ao]s?|chimb[ao]s?|chuec[ao]s?|trucho[s]?|trucha[s]?|fake|false|forged|faux|fausse?s?|faktis|fo)"
_PAPERS = (
    r"(?:papel(?:es)?|documentos?|cedulas?|pasaportes?|visas?|permisos?|carnets?|partidas?|certificados?|identidad|"
    r"papers?|documents?|passports?|ids?|permits?|passaportes?|vistos?|papiers?|passeports?|papye|paspo|dokiman|viza)"
)
_FALSE_PAPERS = re.compile(
    rf"\b(?:donde|como|quien|cuanto|quiero|necesito|busco|venden?|hacen?|where|how|who|need|want|buy|sell|onde|quem|quero|preciso|comprar|"
    rf"ou|comment|qui|veux|acheter|kote|kijan|kiyes|bezwen|vle|achte)\b(?: \w+){{0,6}}? {_PAPERS} {_FALSE}\b"
    rf"|\b(?:where|how|who|need|want|buy|make|get|acheter|comment|ou|qui|veux|bezwen|vle|achte|kijan)\b(?: \w+){{0,5}}? {_FALSE} {_PAPERS}\b"
)
_ELSEWHERE = re.compile(
    r"\b(?:hospital\w*|salud|clinica|urgencias|medic\w+|colegio|escuela|jardin|universidad|trabaj\w+|banco|cuenta|albergue|museo|"
    r"health|doctor|clinic|school|work|bank|shelter|saude|escola|trabalh\w+|banco|abrigo|sante|ecole|travail\w*|banque|abri|"
    r"lopital|doktè|dokte|lekol|travay|bank)\b"
)  # a door one goes through without papers that is no border
_ABOUT_IT = re.compile(
    r"\b(?:riesg\w*|risk\w*|risc\w*|risque\w*|risk|peligr\w*|danger\w*|perig\w*|danje\w*|delito|crime?|multa\w*|castig\w*|punish\w*|puni\w*|"
    r"carcel|prison|denunci\w*|report\w*|estaf\w*|scam\w*|enga[nñ]\w*|robaron|derechos?|rights?|direitos?|droits?|dwa|regulariz\w*|legaliz\w*|"
    r"deport\w*|expuls\w*|verdad|cierto|true|verdade|vrai|se vre|asilo|refugi\w*|asylum|"
    r"entre|entramos|pase por|ya pase|yo pase|pasamos por|cruce|cruzamos|vine|vinimos|llegue|llegamos|ingrese|ingresamos|"
    r"came|entered|crossed|i got in|entrei|passei|atravessei|cheguei|suis entree?|suis passee?|te (?:antre|pase|travese)|vendieron|sold me|venderam)\b"
)  # what may happen to who crosses or crossed, or what was done to them: that is answered, or is a danger


def asks_for_a_route(text: str) -> bool:
    """How, where or with whom to cross where it is not allowed, or false papers; also "I do not want to cross by a trail".

    Never what risks there are, nor what somebody who crossed can do now: that is looked for as any question is.
    """
    said = _plain(text)
    if _ABOUT_IT.search(said) or _ELSEWHERE.search(said):
        return False
    return any(pattern.search(said) for pattern in (_ROUTE, _ROUTE_NAMED, _NEEDS_A_GUIDE, _FALSE_PAPERS))


def _plain(text: str) -> str:
    """Words only, folded; what people write short is written out."""
    said = squeeze(fold(text[:2000].replace("’", " ").replace("'", " ")))
    words = re.sub(r"[^\w ]+", " ", said).split()
    return " ".join(_SHORT.get(word, word) for word in words)


_SHORT = {
    "q": "que",
    "k": "que",
    "ke": "que",
    "qe": "que",
    "pa": "para",
    "xq": "porque",
    "x": "por",
    "pq": "porque",
    "d": "de",
    "kiero": "quiero",
}
