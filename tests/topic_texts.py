"""Invented texts for the tests of topics: words of a subject and everyday words, drawn with a fixed seed."""

from __future__ import annotations

import numpy as np
import pandas as pd

SUBJECTS = {
    "weather": "rain storm wind flood river snow forecast dam cloud thunder gale drizzle sleet umbrella tide",
    "sport": "goal match team coach league striker penalty keeper stadium transfer cup captain derby referee fans",
    "court": "judge trial lawyer verdict jury appeal prison defendant witness sentence prosecutor bail guilty plea",
    "school": "teacher pupil classroom exam university student lesson campus degree tuition homework grade library",
    "music": "singer album concert guitar festival stage drummer chorus melody vinyl orchestra tour ballad encore",
}
EVERYDAY = (
    "town mayor street morning family question plan money letter corner problem window office road".split()
)


def write_texts(
    per_subject: int = 24, *, subjects: int = 3, length: int = 14, seed: int = 1
) -> tuple[list[str], list[int]]:
    """Texts of several subjects in mixed order, and the subject of each."""
    rng = np.random.Generator(np.random.PCG64(seed))
    texts, truth = [], []
    for number, words in enumerate(list(SUBJECTS.values())[:subjects]):
        pool = words.split()
        for _ in range(per_subject):
            own = rng.choice(pool, size=length * 2 // 3)
            other = rng.choice(EVERYDAY, size=length - len(own))
            drawn = rng.permutation(np.concatenate((own, other)))
            texts.append("The " + " ".join(drawn.tolist()) + " and it was.")
            truth.append(number)
    order = rng.permutation(len(texts)).tolist()
    return [texts[at] for at in order], [truth[at] for at in order]


def write_articles(per_subject: int = 12, **options: int) -> pd.DataFrame:
    """An articles table with a week between captures, three sites, and ids."""
    texts, truth = write_texts(per_subject, **options)
    n = len(texts)
    return pd.DataFrame(
        {
            "snapshot_id": [f"{number:016x}" for number in range(n)],
            "article_id": [f"article-{number}" for number in range(n)],
            "title": pd.Series([" ".join(text.split()[1:5]) for text in texts], dtype="str"),
            "body": pd.Series(texts, dtype="str"),
            "site": pd.Series(
                [("north.example", "south.example", "west.example")[at % 3] for at in range(n)], dtype="str"
            ),
            "published_at": pd.date_range("2025-01-01", periods=n, freq="7D", tz="UTC").as_unit("us"),
            "subject": truth,
        }
    )
