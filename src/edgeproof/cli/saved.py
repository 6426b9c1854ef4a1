"""What a save changed, as text and as JSON."""

from edgeproof.ports import Saved


def saved_document(saved: Saved) -> dict[str, object]:
    """The counts of a save for JSON."""
    return {"added": saved.added, "replaced": saved.replaced, "unchanged": saved.unchanged}


def saved_text(saved: Saved) -> str:
    """The counts of a save for people."""
    replaced = f"{saved.replaced:,} replaced, " if saved.replaced else ""
    return f"{saved.added:,} added, {replaced}{saved.unchanged:,} there already"
