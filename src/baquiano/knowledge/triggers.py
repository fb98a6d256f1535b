"""The database itself refuses to change published words and what is only ever added to, on both engines.

Laid again after every migration: SQLite silently drops a trigger when a migration remakes its table.
"""

from django.db import connections
from django.db.backends.utils import CursorWrapper

IMMUTABLE_WORDS = {  # table → the columns that never change once published
    "knowledge_articleversion": (
        "title", "first_sentence", "short_answer", "sections", "caution", "known_on", "window_closes_on", "language",
        "article_id", "number", "published_at", "written_by_id", "reviewed_by_id",
    ),
    "knowledge_translation": (
        "title", "first_sentence", "short_answer", "sections", "language", "version_id", "published_at", "number",
        "written_by_id", "reviewed_by_id",
    ),
}  # fmt: skip
# Rows that are only ever added: who checked what, who called which number, who did what.
APPEND_ONLY = ("accounts_auditentry", "knowledge_verification", "safety_numberverification")
SOURCES = "knowledge_source"
REFUSAL = "this row does not change: add a new one"


def lay(using: str) -> None:
    connection = connections[using]
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for table, columns in IMMUTABLE_WORDS.items():
            if table in tables:  # not yet, in a partial migration
                _run(cursor, _published(connection.vendor, table, columns))
        for table in sorted(tables.intersection(APPEND_ONLY)):
            _run(cursor, _append_only(connection.vendor, table))
        if SOURCES in tables:
            _run(cursor, _sources(connection.vendor))


def _run(cursor: CursorWrapper, statements: list[str]) -> None:
    for statement in statements:
        cursor.execute(statement)


def _published(vendor: str, table: str, columns: tuple[str, ...]) -> list[str]:
    differs = "IS NOT" if vendor == "sqlite" else "IS DISTINCT FROM"
    suffix = "" if vendor == "sqlite" else "::text"
    changed = " OR ".join(f'NEW."{column}"{suffix} {differs} OLD."{column}"{suffix}' for column in columns)
    return [
        *_trigger(vendor, table, "words", "UPDATE", f"OLD.published_at IS NOT NULL AND ({changed})"),
        *_trigger(vendor, table, "kept", "DELETE", "OLD.published_at IS NOT NULL"),
    ]


def _sources(vendor: str) -> list[str]:
    """A published version's sources are part of its words. (A subquery is not allowed in PostgreSQL's WHEN: see `_trigger`.)"""
    published = "(SELECT published_at FROM knowledge_articleversion WHERE id = OLD.version_id) IS NOT NULL"
    return [
        *_trigger(vendor, SOURCES, "words", "UPDATE", published),
        *_trigger(vendor, SOURCES, "kept", "DELETE", published),
    ]


def _append_only(vendor: str, table: str) -> list[str]:
    always = "1=1" if vendor == "sqlite" else "true"
    return [
        *_trigger(vendor, table, "words", "UPDATE", always),
        *_trigger(vendor, table, "kept", "DELETE", always),
    ]


def _trigger(vendor: str, table: str, name: str, event: str, when: str) -> list[str]:
    if vendor == "sqlite":
        return [
            f'DROP TRIGGER IF EXISTS "{table}_{name}"',
            f'CREATE TRIGGER "{table}_{name}" BEFORE {event} ON "{table}" WHEN {when} '
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
        ]
    if "SELECT" in when:
        return [
            f"CREATE OR REPLACE FUNCTION {table}_{name}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {when} THEN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
            "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$",
            f'CREATE OR REPLACE TRIGGER "{table}_{name}" BEFORE {event} ON "{table}" FOR EACH ROW '
            f"EXECUTE FUNCTION {table}_{name}_refuse()",
        ]
    return [
        "CREATE OR REPLACE FUNCTION baquiano_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
        f'CREATE OR REPLACE TRIGGER "{table}_{name}" BEFORE {event} ON "{table}" FOR EACH ROW WHEN ({when}) '
        "EXECUTE FUNCTION baquiano_refuse()",
    ]
