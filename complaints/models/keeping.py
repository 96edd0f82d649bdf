"""What the database refuses: to edit or remove a line of a book, unless the erasure job empties its words."""

import pgtrigger

FLAG = "complaints.erasing"  # set to 'on' for one transaction by services.erasing, and by nobody else
_REFUSES = """
    IF current_setting('{flag}', true) IS DISTINCT FROM 'on'
        OR to_jsonb(NEW) - ARRAY[{columns}] IS DISTINCT FROM to_jsonb(OLD) - ARRAY[{columns}]
        OR {filled}
    THEN
        RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;
    END IF;
    RETURN NEW;
"""


def append_only(name: str, *emptied: str) -> list[pgtrigger.Trigger]:
    """Triggers that keep every row as it was written; while FLAG is on, `emptied` may lose what they hold."""
    filled = " OR ".join(f"NEW.{column}::text NOT IN ('', '\\x', '{{}}')" for column in emptied)
    columns = ", ".join(f"'{column}'" for column in emptied)
    return [
        pgtrigger.Protect(name=f"{name}_append_only_delete", operation=pgtrigger.Delete),
        pgtrigger.Trigger(
            name=f"{name}_append_only",
            when=pgtrigger.Before,
            operation=pgtrigger.Update,
            func=_REFUSES.format(flag=FLAG, columns=columns, filled=filled),
        ),
    ]
