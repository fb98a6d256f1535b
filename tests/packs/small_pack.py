"""The files of a pack small enough to read at a glance, with everything a pack may hold."""

import re

FACTS = """# Facts

## 4.A COLOMBIA

**CO-01 · El permiso** — Creado el 1-mar-2021; cuesta $20.000 y tarda 3 a 6 meses. Línea 01 8000 42 37 01, emergencias 123.
Fuentes: migracioncolombia.gov.co/permiso (M). Última fecha: oct-2025.

**CO-02 · Otra cosa** — Dura 30 días y cubre al 5,1 %.

## Corrections to the fichas above (they win over them)

- CO-02: it was 45 days, says ejemplo.org.
- No known fact is later than March 2026.

## How sure it is
- Not a fact: 999.
"""

PACK = """name: norte
title: El norte
version: "1"
country: CO
languages: [es, en, pt, fr, ht]
topics:
  - permiso
"""

TOPIC = """id: permiso
country: CO
branch: regularizacion
fichas: [CO-01]
title: {es: El permiso, en: The permit, pt: A licença, fr: Le permis, ht: Pèmi a}
short: {es: Permiso, en: Permit, pt: Licença, fr: Permis, ht: Pèmi}
words: {es: [permiso], en: [permit], pt: [licença], fr: [permis], ht: [pèmi]}
not_this:
  - {if: "ya lo perdió", then: permiso_perdido}
examples:
  es:
    - como saco el permiso
    - cuánto vale el permiso
    - donde pido el permiso
    - qué papeles piden para el permiso
    - sirve para trabajar el permiso
    - mi hija puede tener permiso
    - me negaron el permiso
    - hasta cuándo dura el permiso
  en: [how do i get the permit, where is the permit, what is the permit, who gets a permit, permit cost, permit lost]
  pt: [como tiro a licença, onde peço a licença, o que é a licença, quem tem licença, preço da licença, perdi a licença]
  fr: [comment avoir le permis, où est le permis, c'est quoi le permis, qui a le permis, prix du permis, permis perdu]
  ht: [kijan pou m jwenn pèmi a, ki kote pèmi a, kisa pèmi a ye, ki moun ki gen pèmi, pri pèmi a, mwen pèdi pèmi a]
"""

ARTICLE = """---
id: permiso
topic: permiso
country: CO
title: Cómo sacar el permiso
fichas: [CO-01]
known_on: 2025-10-01
confidence: B
life_saving: false
sources:
  - {title: Migración Colombia, url: "https://www.migracioncolombia.gov.co", code: M}
caution: Confirma antes de ir.
next: [permiso]
population: [migrants]
stage: [settling]
sdg: ["10.7"]
examples:
  - tengo la plata, ahora a quién le pago el carnet
  - en cuántos meses me lo dan
  - necesito cita o voy así no más
  - me quedé esperando y no llega
  - qué línea contesta preguntas del carnet
  - es caro sacar eso
  - desde qué año existe
  - cuánto se demora si pago hoy
---
# Primera frase
El permiso cuesta $20.000.
# Respuesta corta
Se creó el 1 de marzo de 2021.
Tarda de 3 a 6 meses.
# Pasos
1. Llama al 01 8000 42 37 01.
2. Pide una cita.
# Lo que no sabemos
- El horario. Pregúntalo en la línea.
"""

NUMBERS = """numbers:
  - id: co_emergencias
    country: CO
    number: 123
    name: {es: emergencias, en: emergencies, pt: emergências, fr: urgences, ht: ijans}
    kinds: [medical, violence]
    whose: Policía y salud
    free: true
    hours: ""
    source_ficha: CO-01
    confidence: B
    last_known_on: 2025-10-01
    note: ""
"""

CRISIS = """version: "1"
language: es
fixed: {told: Ya avisé a una persona del equipo., between_numbers: " o ", countries: {CO: Colombia}}
texts:
  - {kind: medical, text: "Gracias por escribirnos. Esto es urgente: marca {numbers}.", numbers: [co_emergencias]}
"""

WORDING = """greeting: Hola
menu: Elige un número
"""

PHRASES = """version: "1"
rules:
  - {id: es-medical-01, level: P0, kind: medical, any: ["no respira"]}
"""

TRANSLATION = """article: permiso
en: {title: How to get the permit, first: "The permit costs $20,000.", short: "It began on 1 March 2021. It takes 3 to 6 months."}
pt: {title: Como tirar a licença, first: "A licença custa $20.000.", short: "Foi criada em 1 de março de 2021. Leva de 3 a 6 meses."}
fr: {title: Comment avoir le permis, first: "Le permis coûte $20 000.", short: "Créé le 1er mars 2021. Il faut 3 à 6 mois."}
ht: {title: Kijan pou jwenn pèmi a, first: "Pèmi a koute $20.000.", short: "Li kòmanse 1ye mas 2021. Li pran 3 a 6 mwa."}
"""

FILES = {
    "pack.yaml": PACK,
    "topics/permiso.yaml": TOPIC,
    "articles/permiso.md": ARTICLE,
    "translations/permiso.yaml": TRANSLATION,
    "safety/numbers.yaml": NUMBERS,
    "safety/crisis.es.yaml": CRISIS,
    "safety/phrases.es.yaml": PHRASES,
    "wording/es.yaml": WORDING,
}


def another_article(name: str, topic: str = "permiso") -> str:
    """The same article under another id; what people ask is its own."""
    text = ARTICLE.replace("id: permiso\n", f"id: {name}\n", 1).replace("topic: permiso\n", f"topic: {topic}\n", 1)
    return re.sub(r"^  - (?!\{)", f"  - {name} ", text, flags=re.MULTILINE)


def another_topic(name: str) -> str:
    """The same topic under another id; what people ask is its own."""
    head, examples = TOPIC.replace("id: permiso\n", f"id: {name}\n", 1).split("examples:\n")
    return f"{head}examples:\n" + re.sub(r"(- |\[|, )(?=\w)", rf"\g<1>{name} ", examples)
