"""The database itself refuses to change published words and what is only ever added to, on both engines.

Laid again after every migration: SQLite silently drops a trigger when a migration remakes its table.
"""

from django.db import connections
from django.db.backends.utils import CursorWrapper

IMMUTABLE_WORDS = {  # table → the columns that never change once published
    "knowledge_articleversion": (
        "title", "first_sentence", "short_answer", "sections", "caution", "known_on", "window_closes_on", "figures_until", "language",
        "article_id", "number", "published_at", "written_by_id", "reviewed_by_id", "change_note", "is_material", "submitted_at",
        "publish_on",
    ),
    "knowledge_translation": (
        "title", "first_sentence", "short_answer", "sections", "language", "version_id", "published_at", "number",
        "written_by_id", "reviewed_by_id",
    ),
}  # fmt: skip
# Rows that are only ever added: who checked what, who called which number, who did what.
APPEND_ONLY = (
    "accountability_requestevent", "accounts_auditentry", "accounts_auditseal", "knowledge_verification",
    "safety_numberverification",
)  # fmt: skip
# Columns that may change alone: emptied when their time ends, encrypted again under a new key. What they read is sealed otherwise.
MAY_CHANGE = {"accounts_auditentry": ("reason",)}
WORDS_REFUSED = "published words do not change: write a new version"
ROW_REFUSED = "this row does not change: add a new one"


def lay(using: str) -> None:
    connection = connections[using]
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for table, columns in IMMUTABLE_WORDS.items():
            if table in tables:  # not yet, in a partial migration
                _run(cursor, _published(connection.vendor, table, columns))
        for table in sorted(tables.intersection(APPEND_ONLY)):
            described = connection.introspection.get_table_description(cursor, table)
            _run(cursor, _append_only(connection.vendor, table, [column.name for column in described]))


def _run(cursor: CursorWrapper, statements: list[str]) -> None:
    for statement in statements:
        cursor.execute(statement)


def _published(vendor: str, table: str, columns: tuple[str, ...]) -> list[str]:
    changed = _differ(vendor, columns)
    return [
        *_trigger(vendor, table, "UPDATE", f"OLD.published_at IS NOT NULL AND ({changed})", WORDS_REFUSED),
        *_trigger(vendor, table, "DELETE", "OLD.published_at IS NOT NULL", WORDS_REFUSED),
    ]


def _differ(vendor: str, columns: tuple[str, ...]) -> str:
    differs = "IS NOT" if vendor == "sqlite" else "IS DISTINCT FROM"
    suffix = "" if vendor == "sqlite" else "::text"
    return " OR ".join(f'NEW."{column}"{suffix} {differs} OLD."{column}"{suffix}' for column in columns)


def _append_only(vendor: str, table: str, columns: list[str]) -> list[str]:
    may_change = MAY_CHANGE.get(table, ())
    fixed = tuple(column for column in columns if column not in may_change)
    return [
        *_trigger(vendor, table, "UPDATE", _differ(vendor, fixed) if may_change else "TRUE", ROW_REFUSED),
        *_trigger(vendor, table, "DELETE", "TRUE", ROW_REFUSED),
    ]


def _trigger(vendor: str, table: str, event: str, when: str, refusal: str) -> list[str]:
    name = f"{table}_no_{event.lower()}"
    if vendor == "sqlite":
        return [
            f'DROP TRIGGER IF EXISTS "{name}"',
            f'CREATE TRIGGER "{name}" BEFORE {event} ON "{table}" WHEN {when} '
            f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END",
        ]
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {when} THEN RAISE EXCEPTION '{refusal}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$",
        f'CREATE OR REPLACE TRIGGER "{name}" BEFORE {event} ON "{table}" FOR EACH ROW EXECUTE FUNCTION {name}()',
    ]
