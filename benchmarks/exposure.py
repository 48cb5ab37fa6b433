"""How fast and how lean the measures of `toolkit.exposure` are, against plain pandas.

    python benchmarks/exposure.py headlines [--rows 5000000]
    python benchmarks/exposure.py similar [--headlines 200000]
    python benchmarks/exposure.py coverage [--sites 1000]

Each part prints one line a figure; the bars they are held to stand beside them.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import time
from pathlib import Path

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
    texts = np.array(
        [" ".join(row).capitalize() + f" {i}" for i, row in enumerate(words[picked])], dtype=object
    )
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
            "article_id": pd.array(
                [f"article{i}" for i in rng.integers(0, n_snapshots // 4, n_snapshots)], dtype="str"
            ),
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


def read_headlines(count: int, seed: int = 0) -> list[str]:
    """Distinct headlines: those of the annotated pages and of ../shared/clickbait, and perturbed copies of them."""
    shared = Path(__file__).resolve().parents[2] / "shared"
    if not shared.is_dir():
        raise SystemExit(
            "benchmarks/exposure.py similar needs the ../shared folder, which is not part of the project"
        )
    found = set()
    for name, column in (("chakraborty16.tsv.gz", "headline"), ("webis17.tsv.gz", None)):
        table = pd.read_csv(shared / "clickbait" / name, sep="\t", quoting=3, dtype="str")
        column = column or next(c for c in ("headline", "text", "post") if c in table.columns)
        found |= set(table[column].dropna())
    for line in (shared / "gold" / "pages.jsonl").read_text(encoding="utf-8").splitlines():
        found |= {item["headline"] for module in json.loads(line)["modules"] for item in module["items"]}
    base = sorted(text for text in found if text.split())
    words = [word for text in base for word in text.split()]
    rng = random.Random(seed)
    while len(found) < count:
        parts = rng.choice(base).split()
        for _ in range(rng.randint(1, 4)):
            at, what = rng.randrange(len(parts)), rng.randrange(4)
            if what == 0 and len(parts) > 3:
                parts.pop(at)
            elif what == 1:
                parts.insert(at, rng.choice(words))
            elif what == 2:
                parts[at] = rng.choice(words)
            else:
                letter = rng.randrange(len(parts[at]))
                parts[at] = parts[at][:letter] + rng.choice("abcdefghij") + parts[at][letter + 1 :]
        found.add(" ".join(parts))
    return rng.sample(sorted(found), count)


def bench_similar(count: int, sample: int = 300) -> None:
    """Time, memory and recall of the near-duplicate search; recall against brute force on a sample."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.preprocessing import normalize

    from toolkit.exposure import similar_headlines
    from toolkit.words import normalise_headline

    headlines = read_headlines(count)
    before = peak_gb()
    start = clock()
    table = similar_headlines(headlines, threshold=0.85)
    print(f"headlines {len(headlines)}, pairs {len(table)}")
    print(
        f"time: {clock() - start:.1f} s of processor time (bar 60); memory: {peak_gb() - before:.2f} GB (bar 2)"
    )
    keys = [normalise_headline(text) for text in headlines]
    counts = CountVectorizer(analyzer="char", ngram_range=(3, 3), dtype=np.float32).fit_transform(keys)
    unit = normalize(counts)
    found = set(zip(table["first"], table["second"], strict=True))
    known = sorted({*table["first"], *table["second"]})
    place = {text: i for i, text in enumerate(headlines)}
    rng = np.random.default_rng(0)
    # half of the sample from all headlines, half from those with a near-duplicate, else few pairs would be tried
    rows = np.append(rng.choice(count, sample), [place[text] for text in rng.choice(known, sample)])
    wanted = hit = 0
    for row in np.unique(rows):
        cosine = (unit @ unit[row].T).toarray().ravel()
        for other in np.flatnonzero(cosine >= 0.85):
            if other != row:
                wanted += 1
                hit += (min(headlines[row], headlines[other]), max(headlines[row], headlines[other])) in found
    print(f"recall: {hit}/{wanted} = {hit / max(wanted, 1):.4f} (bar .98)")


SIZES, APPEAL = (4, 5, 6), np.array([9, 7, 5, 4, 3, 3, 2, 2, 1.5, 1, 0.7, 0.4])


def draw_lists(n: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Three modules' lists for n snapshots (items by rank); the third is missing (-1) from three in ten."""
    lists = []
    for size in SIZES:
        keys = np.log(APPEAL) + rng.gumbel(size=(n, len(APPEAL)))
        lists.append(np.argsort(-keys, axis=1)[:, :size])
    lists[2][rng.uniform(size=n) < 0.3] = -1
    return lists


def true_figures(n: int = 400_000) -> dict[str, float]:
    """What the intervals should cover, from a very long simulation."""
    rng = np.random.default_rng(12345)
    lists = draw_lists(n, rng)
    exposure, prints = np.zeros((n, len(APPEAL))), np.zeros((n, len(APPEAL)))
    for items in lists:
        weights = 1 / np.log2(np.arange(items.shape[1]) + 2)
        there = items[:, 0] >= 0
        rows = np.repeat(np.flatnonzero(there), items.shape[1])
        np.add.at(exposure, (rows, items[there].ravel()), np.tile(weights / weights.sum(), int(there.sum())))
        np.add.at(prints, (rows, items[there].ravel()), 1)
    total = np.sort(prints.sum(axis=0))
    k = len(total)
    first = lists[0]
    stayed = (first[1:, :, None] == first[:-1, None, :]).any(axis=2)
    return {
        "share of voice": exposure[:, 3].sum() / exposure.sum(),
        "share of snapshots": (prints[:, 3] > 0).mean(),
        "gini": float(((2 * np.arange(1, k + 1) - k - 1) * total).sum() / (k * total.sum())),
        "hhi": float(((total / total.sum()) ** 2).sum()),
        "term share": prints[:, [2, 8]].sum() / prints.sum(),
        "echo share": (prints >= 2).sum() / (prints > 0).sum(),
        "entry share": 1 - stayed.mean(),
    }


def bench_coverage(sites: int, snapshots: int) -> None:
    """How often 95 % intervals cover the truth, over simulated sites."""
    from toolkit.exposure import (
        measure_churn,
        measure_composition,
        measure_concentration,
        measure_headlines,
        measure_terms,
    )

    truth = true_figures()
    covered = dict.fromkeys(truth, 0)
    names = np.array(
        [f"Story number {chr(97 + i)}{' storm' if i in (2, 8) else ''}" for i in range(len(APPEAL))]
    )
    keys = [name.lower() for name in names]
    ids = np.array([f"s{i:04}" for i in range(snapshots)])
    pages = pd.DataFrame(
        {
            "snapshot_id": ids,
            "article_id": ids,
            "captured_at": pd.to_datetime("2025-01-01", utc=True)
            + pd.to_timedelta(np.arange(snapshots), unit="D"),
        }
    )
    for site in range(sites):
        parts = []
        for module, items in enumerate(draw_lists(snapshots, np.random.default_rng(site))):
            at, rank = np.nonzero(items >= 0)
            parts.append(
                pd.DataFrame(
                    {
                        "snapshot_id": ids[at], "module_index": module, "module": f"Module {module}",
                        "rank": rank + 1, "headline": names[items[at, rank]],
                    }
                )
            )  # fmt: skip
        prints = pd.concat(parts, ignore_index=True)
        row = measure_headlines(prints, pages).set_index("headline").loc[names[3]]
        uneven = measure_concentration(prints, pages, universe=keys)
        term = measure_terms(prints, pages, ["storm"], None, by=()).iloc[0]
        echo = measure_composition(prints, pages).set_index("figure").loc["echo_share"]
        churn = measure_churn(prints, pages).set_index("module").loc["Module 0"]
        limits = {
            "share of voice": (row["share_low"], row["share_high"]),
            "share of snapshots": (row["snapshot_share_low"], row["snapshot_share_high"]),
            "gini": tuple(uneven.loc["gini", ["low", "high"]]),
            "hhi": tuple(uneven.loc["hhi", ["low", "high"]]),
            "term share": (term["share_low"], term["share_high"]),
            "echo share": (echo["low"], echo["high"]),
            "entry share": (churn["entry_share_low"], churn["entry_share_high"]),
        }
        for name, (low, high) in limits.items():
            covered[name] += low <= truth[name] <= high
    print(
        f"{sites} simulated sites of {snapshots} snapshots; 95 % intervals cover the truth (bar 93 to 97 %):"
    )
    for name, count in covered.items():
        print(f"  {name}: {100 * count / sites:.1f} %")


def main() -> None:
    """Run the part that was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("part", choices=["headlines", "similar", "coverage"])
    parser.add_argument("--rows", type=int, default=5_000_000, help="placements")
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--headlines", type=int, default=200_000)
    parser.add_argument("--sites", type=int, default=1000)
    parser.add_argument("--snapshots", type=int, default=120, help="of each simulated site")
    given = parser.parse_args()
    if given.part == "headlines":
        bench_headlines(given.rows, given.repeats)
    elif given.part == "similar":
        bench_similar(given.headlines)
    else:
        bench_coverage(given.sites, given.snapshots)


if __name__ == "__main__":
    main()
