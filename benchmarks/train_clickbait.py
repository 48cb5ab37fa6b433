"""Train the clickbait model that ships with the toolkit, and measure it on what it has not seen.

    python benchmarks/train_clickbait.py [--write]

Data, all in ../shared, none of it in the project: Webis-Clickbait-17 (Potthast et al. 2018, CC BY 4.0), the rated
sidebar headlines, and headlines of four collections that a language model rated on the sidebar's scale
(``style_ratings.csv``: ids and ratings, no text). Two models are fitted to all of it with other weights, one led by
Webis, one by the sidebar scale, and blended. Folds: Webis by blocks of time, sidebar headlines by page; a headline
that stands in two collections stays in one fold.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd

from toolkit.clickbait.calibration import fit_calibration, fit_logistic
from toolkit.clickbait.model import ClickbaitModel

HERE = Path(__file__).resolve().parent
SHARED = HERE.parents[1] / "shared"
TARGET = HERE.parent / "toolkit" / "models" / "clickbait"
#: sidebar ratings as Webis' raters would give them: even sober headlines got something from one in five
SIDEBAR_FLOOR, SIDEBAR_SLOPE = 0.10, 0.80
#: weight of a headline in the first and in the second model, by collection
WEIGHTS = {"webis17": (1.0, 0.1), "sidebar": (1e-4, 2.0), "ratings": (1e-4, 1.0)}
#: share of the linear parts (and the net) and of the trees of each
SHARES = ((1.0, 1.0), (1.6, 2.4))
#: what each is made of: the first a net on the skeleton and the cues, the second trees on the cues
OPTIONS = (
    {"alpha": 4.5, "emphasis": (1.0, 1.4, 0.7), "n_trees": 0, "n_units": 16},
    {"alpha": 0.75, "rarity": 1.5, "n_trees": 300, "learning_rate": 0.045},
)


def headline_id(headline: str) -> str:
    """First 12 hex digits of the headline's SHA-256."""
    return hashlib.sha256(headline.encode()).hexdigest()[:12]


def _collections() -> Iterator[str]:
    clickbait, topics = SHARED / "clickbait", SHARED / "topics"
    for name in ("webis17", "chakraborty16"):
        yield from pd.read_csv(clickbait / f"{name}.tsv.gz", sep="\t", keep_default_na=False)["headline"]
    yield from pd.read_parquet(topics / "huffpost.parquet")["title"]
    with (SHARED / "articles" / "articles.jsonl").open(encoding="utf-8") as lines:
        yield from (title for line in lines if (title := json.loads(line).get("title")))


def read_data() -> pd.DataFrame:
    """All rated headlines: headline, rating (0 to 1, as printed in its collection), label, collection, group."""
    webis = pd.read_csv(SHARED / "clickbait" / "webis17.tsv.gz", sep="\t", keep_default_na=False)
    block = np.arange(len(webis)) * 5 // len(webis)
    parts = [
        pd.DataFrame(
            {
                "headline": webis["headline"], "rating": webis["score"], "label": webis["label"],
                "collection": "webis17", "group": [f"time {number}" for number in block],
            }
        )
    ]  # fmt: skip
    sidebar = pd.read_csv(SHARED / "clickbait" / "sidebar_rated.tsv", sep="\t", keep_default_na=False)
    total = sidebar[["r1", "r2", "r3"]].sum(axis=1)
    parts.append(
        pd.DataFrame(
            {
                "headline": sidebar["headline"], "rating": sidebar["score"], "label": (total >= 3).astype(int),
                "collection": "sidebar", "group": "page " + sidebar["page"],
            }
        )
    )  # fmt: skip
    texts = {headline_id(text): text for text in _collections()}
    rated = pd.read_csv(HERE / "style_ratings.csv", dtype={"id": str}).drop_duplicates("id")
    rated["headline"] = rated["id"].map(texts)
    rated = rated[rated["headline"].notna() & ~rated["headline"].isin(sidebar["headline"])]
    block_of = dict(zip(webis["headline"], parts[0]["group"], strict=True))
    groups = [block_of.get(text, f"rated {at % 40}") for at, text in enumerate(rated["headline"])]
    rated = rated.assign(label=(rated["rating"] >= 1).astype(int), rating=rated["rating"] / 3, group=groups)
    rated["collection"] = "ratings"
    parts.append(rated[["headline", "rating", "label", "collection", "group"]])
    return pd.concat(parts, ignore_index=True)


def auc(label: np.ndarray, score: np.ndarray) -> float:
    """Area under the ROC curve; ties count half."""
    ranks = pd.Series(score).rank().to_numpy()
    n, m = int((label == 1).sum()), int((label == 0).sum())
    return float((ranks[label == 1].sum() - n * (n + 1) / 2) / (n * m))


def spearman(first: np.ndarray, second: np.ndarray) -> float:
    """Rank correlation, mean ranks for ties."""
    return float(np.corrcoef(pd.Series(first).rank(), pd.Series(second).rank())[0, 1])


def calibration_error(score: np.ndarray, rating: np.ndarray, n_bins: int = 10) -> float:
    """Mean distance of mean score and mean rating over bins of equal count."""
    pieces = np.array_split(np.argsort(score, kind="stable"), n_bins)
    return float(np.mean([abs(score[piece].mean() - rating[piece].mean()) for piece in pieces]))


def cluster_interval(statistic, groups: np.ndarray, n: int = 999) -> tuple[float, float]:
    """95 % percentile bootstrap over groups; ``statistic`` takes row numbers."""
    rng = np.random.default_rng(0)
    rows = [np.flatnonzero(groups == group) for group in np.unique(groups)]
    draws = [
        statistic(np.concatenate([rows[at] for at in rng.integers(0, len(rows), len(rows))]))
        for _ in range(n)
    ]
    low, high = np.nanquantile(draws, [0.025, 0.975])
    return float(low), float(high)


def cross_fitted(
    model: ClickbaitModel, rating: np.ndarray, weight: np.ndarray, use: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Scores of held-out parts whose logit scale and calibration have not seen the fold either.

    Second comes whether the interval for the mean rating holds it.
    """
    parts, fold = model.held_out_parts_.sum(axis=1, keepdims=True), model._fold
    score, covered = np.zeros(len(rating)), np.zeros(len(rating), bool)
    for number in np.unique(fold):
        rest = fold != number
        beta = fit_logistic(parts[rest], rating[rest], weight[rest])
        z = beta[0] + parts @ beta[1:]
        calibration = fit_calibration(z[rest & use], rating[rest & use])
        score[~rest] = calibration.apply(z[~rest])
        low, high = calibration.interval(z[~rest], score[~rest])
        covered[~rest] = (low - 1e-9 <= rating[~rest]) & (rating[~rest] <= high + 1e-9)
    return score, covered


def measure(data: pd.DataFrame, score: np.ndarray) -> dict[str, float | list[float]]:
    """The figures, each with a 95 % interval where clusters are few."""
    found: dict[str, float | list[float]] = {}
    webis = (data["collection"] == "webis17").to_numpy()
    label, rating = data["label"].to_numpy(), data["rating"].to_numpy()
    group = data["group"].to_numpy()
    found["webis17 AUC, blocks of time"] = auc(label[webis], score[webis])
    found["webis17 MSE"] = float(np.mean((score[webis] - rating[webis]) ** 2))
    newest = webis & (group == "time 4")
    found["webis17 AUC, newest block"] = auc(label[newest], score[newest])
    found["webis17 calibration error"] = calibration_error(score[webis], rating[webis])
    side = (data["collection"] == "sidebar").to_numpy()
    s, r, y, g = score[side], rating[side], label[side], group[side]
    found["sidebar Spearman, folds by page"] = spearman(s, r)
    found["sidebar Spearman, interval"] = list(cluster_interval(lambda at: spearman(s[at], r[at]), g))
    found["sidebar AUC, folds by page"] = auc(y, s)
    found["sidebar AUC, interval"] = list(cluster_interval(lambda at: auc(y[at], s[at]), g))
    found["sidebar calibration error, readers' scale"] = calibration_error(s, r)
    found["sidebar mean score"] = float(s.mean())
    found["sidebar mean rating"] = float(r.mean())
    return {
        name: [round(item, 4) for item in value] if isinstance(value, list) else round(value, 4)
        for name, value in found.items()
    }


def train(data: pd.DataFrame) -> tuple[ClickbaitModel, list[ClickbaitModel], dict[str, np.ndarray]]:
    """The blended model, its two halves, and the arrays of the last step."""
    sidebar_scale = (data["collection"] != "webis17").to_numpy()
    rating = data["rating"].to_numpy().copy()
    rating[sidebar_scale] = SIDEBAR_FLOOR + SIDEBAR_SLOPE * rating[sidebar_scale]
    group = data["group"].to_numpy()
    models = []
    for at, options in enumerate(OPTIONS):
        weight = data["collection"].map({name: pair[at] for name, pair in WEIGHTS.items()}).to_numpy()
        models.append(ClickbaitModel(**options).fit(data["headline"], rating, weights=weight, groups=group))
    last = {"rating": rating, "weight": np.where(sidebar_scale, 1e-4, 1.0), "use": ~sidebar_scale}
    blended = ClickbaitModel.blend(models, SHARES, rating, weights=last["weight"], calibrate_on=last["use"])
    return blended, models, last


def main() -> None:
    """Train, print the figures, and with ``--write`` store the model."""
    data = read_data()
    model, _, last = train(data)
    score, covered = cross_fitted(model, last["rating"], last["weight"], last["use"])
    figures = measure(data, score)
    figures["webis17 share within the 90 % interval"] = round(float(covered[last["use"]].mean()), 4)
    # the second scale: what the sidebar's raters would give
    own = data["rating"].to_numpy()
    strict = (data["collection"] != "webis17").to_numpy()
    model.add_scale("sidebar", own, strict)
    side = (data["collection"] == "sidebar").to_numpy()
    on_scale, covered = cross_fitted(model, own, np.where(strict, 1.0, 1e-4), strict)
    figures["sidebar share within the 90 % interval, sidebar scale"] = round(float(covered[side].mean()), 4)
    figures["sidebar calibration error, sidebar scale"] = round(
        calibration_error(on_scale[side], own[side]), 4
    )
    for name, value in figures.items():
        print(f"{name:55s} {value}")
    if "--write" in sys.argv:
        hashes = {
            name: hashlib.sha256((SHARED / "clickbait" / name).read_bytes()).hexdigest()
            for name in ("webis17.tsv.gz", "sidebar_rated.tsv")
        }
        hashes["style_ratings.csv"] = hashlib.sha256((HERE / "style_ratings.csv").read_bytes()).hexdigest()
        model.info |= {
            "data": {
                name: int(count) for name, count in data["collection"].value_counts().sort_index().items()
            },
            "data_sha256": hashes,
            "held_out": figures,
        }
        model.save(TARGET)
        size = sum(path.stat().st_size for path in TARGET.glob("model.*"))
        print(f"written: {size:,} bytes")


if __name__ == "__main__":
    main()
