"""How fast and how lean the measures of `toolkit.exposure` are, against plain pandas.

    python benchmarks/exposure.py headlines [--rows 5000000]
    python benchmarks/exposure.py similar [--headlines 200000]
    python benchmarks/exposure.py coverage [--sites 1000]

Each part prints one line a figure; the bars they are held to stand beside them.
"""

from __future__ import annotations

import argparse
import resource
import time

import numpy as np
import pandas as pd


def clock() -> float:
    """Processor seconds of this process: comparable also on a busy machine (nothing here runs in parallel)."""
    return time.process_time()


def peak_gb() -> float:
    """Largest resident size of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def make_corpus(rows: int, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A corpus of invented headlines: 50 placements a snapshot in five modules, lists that move slowly."""
    rng = np.random.default_rng(seed)
    n_snapshots, n_headlines = rows // 50, max(rows // 50, 100)
    words = np.array([f"word{i}" for i in range(4000)])
    picked = rng.integers(0, len(words), (n_headlines, 9))
    texts = np.array([" ".join(row).capitalize() + f" {i}" for i, row in enumerate(words[picked])], dtype=object)
    snapshot = np.repeat(np.arange(n_snapshots), 50)
    rank = np.tile(np.tile(np.arange(1, 11), 5), n_snapshots)
    module = np.tile(np.repeat(np.arange(5), 10), n_snapshots)
    # older headlines are printed less: each list draws from those that came shortly before
    age = rng.geometric(0.01, len(snapshot))
    headline = np.maximum((snapshot * n_headlines) // n_snapshots - age, 0)
    ids = np.array([f"{i * 2654435761 % 2**64:016x}" for i in range(n_snapshots)], dtype=object)
    labels = np.array(["Latest", "Most read", "You may also like", "Editors' picks", "Opinion"], dtype=object)
    kinds = np.array(["latest", "popular", "recommended", "section", "section"], dtype=object)
    placements = pd.DataFrame(
        {
            "snapshot_id": pd.array(ids[snapshot], dtype="str"),
            "source": pd.array(ids[snapshot], dtype="str"),
            "module_index": module,
            "module": pd.array(labels[module], dtype="str"),
            "kind": pd.array(kinds[module], dtype="str"),
            "rank": rank,
            "headline": pd.array(texts[headline], dtype="str"),
            "url": pd.array(
                np.array([f"https://paper.example/{i}" for i in range(n_headlines)], dtype=object)[headline],
                dtype="str",
            ),
            "duplicate": np.zeros(len(snapshot), bool),
            "position": rng.uniform(0, 1, len(snapshot)),
        }
    )
    articles = pd.DataFrame(
        {
            "snapshot_id": pd.array(ids, dtype="str"),
            "source": pd.array(ids, dtype="str"),
            "article_id": pd.array([f"article{i}" for i in rng.integers(0, n_snapshots // 4, n_snapshots)], dtype="str"),
            "site": pd.array(["Paper"] * n_snapshots, dtype="str"),
            "captured_at": pd.to_datetime("2025-01-01", utc=True)
            + pd.to_timedelta(np.arange(n_snapshots) * 3, unit="min"),
        }
    )
    return placements, articles


def plain(placements: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """What anyone would write: a merge, and one group-by for size, min, mean, nunique, first, last."""
    merged = placements.merge(articles[["snapshot_id", "article_id", "captured_at"]], on="snapshot_id")
    return merged.groupby("headline").agg(
        prints=("rank", "size"),
        best_rank=("rank", "min"),
        mean_rank=("rank", "mean"),
        snapshots=("snapshot_id", "nunique"),
        first_seen=("captured_at", "first"),
        last_seen=("captured_at", "last"),
    )


def bench_headlines(rows: int, repeats: int) -> None:
    """Time and memory of `measure_headlines` against `plain`."""
    from toolkit.exposure import measure_headlines

    placements, articles = make_corpus(rows)
    tables = peak_gb()
    ours, theirs = [], []
    for _ in range(repeats):
        start = clock()
        table = measure_headlines(placements, articles)
        ours.append(clock() - start)
        if not theirs:
            print(f"memory beyond the tables: {peak_gb() - tables:.2f} GB (bar 4)")
        start = clock()
        expected = plain(placements, articles)
        theirs.append(clock() - start)
    assert table["prints"].sum() == expected["prints"].sum() == rows
    print(f"rows {rows}, headlines {len(table)}")
    print(f"measure_headlines: {min(ours):.2f} s; plain pandas: {min(theirs):.2f} s")
    print(f"ratio: {min(ours) / min(theirs):.2f} (bar 4)")


def main() -> None:
    """Run the part that was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=["headlines"])
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--repeats", type=int, default=2)
    given = parser.parse_args()
    if given.part == "headlines":
        bench_headlines(given.rows, given.repeats)


if __name__ == "__main__":
    main()
