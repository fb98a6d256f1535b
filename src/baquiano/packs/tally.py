"""What a call changed, counted by kind of thing."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class LoadReport:
    """What a call changed: "articles" → how many were added, changed, removed, or kept although the pack no longer has them."""

    packs: tuple[str, ...]
    added: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    has_new_files: bool = False

    @property
    def is_new(self) -> bool:
        return self.has_new_files or bool(+self.added + self.changed + self.removed)

    def lines(self) -> list[str]:
        """For the terminal: one line per kind of thing."""
        counts = {
            "added": +self.added,
            "changed": +self.changed,
            "removed": +self.removed,
            "kept in use": +self.kept,
        }
        kinds = dict.fromkeys(kind for count in counts.values() for kind in count)
        return [
            f"{kind}: " + ", ".join(f"{count[kind]} {word}" for word, count in counts.items() if count[kind])
            for kind in kinds
        ]
