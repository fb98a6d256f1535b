"""How a person is found by name without a readable name in the tables: an encrypted vocabulary, and keyed hashes of its words.

The vocabulary (each distinct word once, encrypted) is held in memory by each process, where accents, typos and nicknames are forgiven;
the words found there are looked up by their keyed hashes. What equal hashes reveal is told in docs/explanation/privacy.md.
"""

from __future__ import annotations

from django.db import models

from baquiano.lib.fields import EncryptedText
from baquiano.lib.privacy import Keeping, Kind, plain
from baquiano.people.models.person import KEEP_DAYS, Person


class NameWord(models.Model):
    """One word that occurs in names, folded. Knows nobody."""

    PRIVACY = {
        **plain("id"),
        "word": Keeping(Kind.PERSONAL, "to forgive a typo in a name", days=KEEP_DAYS),
        "word_hash": Keeping(Kind.PERSONAL, "to keep each word once", days=KEEP_DAYS),
    }

    word = EncryptedText()
    word_hash = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return f"name word {self.pk}"


class PersonWord(models.Model):
    """A word of somebody's name, or two of them together, by its keyed hash: the first half of what `NameWord` has."""

    PRIVACY = {
        **plain("id", "person"),
        "word_hash": Keeping(Kind.PERSONAL, "to find the person by name", days=KEEP_DAYS),
    }

    person = models.ForeignKey(Person, models.CASCADE, related_name="words")
    word_hash = models.CharField(max_length=32)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("word_hash", "person"), name="one_row_per_word_of_a_name"),)

    def __str__(self) -> str:
        return f"person word {self.pk}"
