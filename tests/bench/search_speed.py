"""Time of one question over 2,000 articles in five languages, beside a plain FTS5 query over the same texts, and beside the
embedding of the question alone. Interleaved in one process, answers checked; the best and the median round.

Ours reads a misspelt, unaccented message in any language and ranks every article; FTS5 gets the words joined by OR, and its best three by
bm25. With vectors only titles and questions have a meaning: those of the articles are moved copies of the packs' shipped vectors
(their making is not measured), that of the question is made by the model.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")


from tests.bench._load import ROOT

PACKS = ROOT / "packs"
ARTICLES, QUESTIONS, ROUNDS = 2_000, 60, 7
AGAINST_FTS5, AGAINST_EMBEDDING = 6.0, 1.4
