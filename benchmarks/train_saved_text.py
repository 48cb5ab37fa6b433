"""Train, score and write the trees that read saved text pages (toolkit/models/saved_text.{json,npz}).

    python benchmarks/train_saved_text.py --cv       # figures, with whole outlets left out
    python benchmarks/train_saved_text.py --write    # train on everything and write the model

Needs, besides the toolkit: lightgbm, inscriptis, html2text, html-text, markdownify, resiliparse (training only), and
the annotated pages in ../shared. What it learns from:

* gold: the lines of the 48 annotated pages, in six converters' forms; a line is a headline, a label or a kicker
  where the annotation says so (aligned by text, in page order);
* the article pages of module_annotations.jsonl, in two forms each;
* silver: the other article pages, in two forms each, with what the toolkit's own HTML reader finds on the same page
  as the annotation, at a quarter of a gold page's weight.

Running text is learnt from the body that the HTML reader finds.

Cross-validation leaves out whole outlets: pages of an outlet under test take no part, neither as gold nor silver.
The forms named in UNSEEN are never trained on.
"""

from __future__ import annotations

import argparse
import collections
import hashlib
import json
import statistics
import sys
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from saved_text_lines import ARTICLES, GOLD, ROOT, SEEN, UNSEEN, Sample, load_articles, load_gold

from toolkit.page.model import Module
from toolkit.page.modules.duplicates import mark_duplicates
from toolkit.page.saved_text.assemble import assemble_modules
from toolkit.page.saved_text.body import Region, settle_article
from toolkit.page.saved_text.features import feature_names, spread_scores
from toolkit.page.saved_text.headings import (
    HEADING_NAMES,
    Stretch,
    choose_headings,
    describe_headings,
    find_stretches,
)
from toolkit.page.saved_text.pairs import PAIR_NAMES, describe_pairs, part_for_sure
from toolkit.page.saved_text.roles import decide_roles
from toolkit.page.saved_text.score import BODY, ROLES, trust_rules
from toolkit.page.saved_text.wording import HASHES, VOTE_NAMES, hash_words, spread_votes, weigh_words

#: Trees, leaves and learning rate of each role's ensemble, of that which parts modules, of that which labels them.
SIZES = {
    "headline": (110, 20, 0.09),
    "label": (60, 12, 0.09),
    "kicker": (40, 8, 0.1),
    "body": (50, 12, 0.1),
    "part": (70, 8, 0.08),
    "heading": (200, 10, 0.06),
}
SETTINGS = {
    "objective": "binary", "max_depth": 6, "lambda_l2": 3.0, "bagging_fraction": 0.7, "bagging_freq": 1,
    "max_bin": 63, "verbose": -1, "num_threads": 1, "deterministic": True, "force_col_wise": True,
    "feature_pre_filter": False,
}  # fmt: skip
#: Share of the lines far from any headline that are kept (and weighted up).
FAR = 0.3
#: A line's words are weighed by models that have not seen its outlet: in so many folds.
WORD_FOLDS = 3
#: So many whole trainings, each with draws of its own, whose trees are averaged: the figures of a single one move by
#: one point (headlines) to three (labels) with its draws.
TRAININGS = 3


class Averaged:
    """The trees of several trainings as one: their mean log-odds, as a probability."""

    def __init__(self, boosters: Sequence[Any]) -> None:
        self.boosters = boosters

    def predict(self, rows: np.ndarray, **options: Any) -> np.ndarray:
        total = sum(booster.predict(rows, raw_score=True, **options) for booster in self.boosters)
        return np.asarray(1 / (1 + np.exp(-total / len(self.boosters))))


def bin_rows(rows: np.ndarray, weight: np.ndarray) -> Any:
    """The table as the trees take it, made once for all roles."""
    import lightgbm

    return lightgbm.Dataset(rows, weight=weight, params=SETTINGS, free_raw_data=False).construct()


def fit_trees(table: Any, truth: np.ndarray, name: str, seed: int) -> Any:
    import lightgbm

    trees, leaves, rate = SIZES[name]
    few = name in ("part", "heading")  # rows, and columns
    settings = SETTINGS | {
        "seed": seed, "num_leaves": leaves, "learning_rate": rate, "feature_fraction": 0.5 if few else 0.35,
        "min_data_in_leaf": 12 if few else 25,
    }  # fmt: skip
    return lightgbm.train(settings, table.set_label(truth.astype(int)), num_boost_round=trees)


def fit_stage(samples: list[Sample], seed: int, *, stacked: bool) -> list[Any]:
    rows = np.vstack([s.stacked if stacked and s.stacked is not None else s.rows for s in samples])
    role = np.concatenate([s.role for s in samples])
    weight = np.concatenate([s.weight for s in samples])
    sums = np.cumsum(np.r_[0, role > 0])
    at = np.arange(len(role))
    near = sums[np.minimum(at + 9, len(role))] > sums[np.maximum(at - 8, 0)]
    kept = (near | (np.random.RandomState(10 * seed).rand(len(role)) < FAR)) & (weight > 0)
    weight = np.where(near, weight, weight / FAR)[kept]
    table = bin_rows(rows[kept], weight)
    return [fit_trees(table, role[kept] == n, name, seed) for n, name in enumerate(ROLES, 1)]


def apply_stage(stage: list[Any], rows: np.ndarray) -> np.ndarray:
    scores = np.zeros((len(rows), len(ROLES) + 1), np.float32)
    for n, trees in enumerate(stage, 1):
        scores[:, n] = trees.predict(rows, num_threads=1) if len(rows) else 0.0
    scores[:, 0] = np.maximum(0.0, 1.0 - scores[:, 1:].sum(axis=1))
    return scores


def stack(sample: Sample, stage: list[Any]) -> np.ndarray:
    return np.hstack([sample.rows, spread_scores(sample.read.lines, apply_stage(stage, sample.rows)[:, 1:])])


def fit_words(samples: list[Sample]) -> tuple[np.ndarray, float]:
    """Weights of hashed words for a line to be a headline: a linear model over one form of each page."""
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    rows: list[np.ndarray] = []
    truth: list[bool] = []
    weight: list[float] = []
    pages: set[str] = set()
    for sample in samples:
        if sample.page in pages:
            continue
        pages.add(sample.page)
        read, seen, mine = sample.read, set(), []
        for i, (line, fact) in enumerate(zip(read.lines, read.facts, strict=True)):
            short = 2 <= fact.words <= 30 and read.guesses[i] != "body"
            if short and sample.weight[i] > 0 and line.text not in seen:
                seen.add(line.text)
                mine.append(i)
        for i in mine:
            rows.append(hash_words(read.lines[i]))
            truth.append(bool(sample.role[i] == 1))
            weight.append((0.5 if sample.silver else 1.0) * min(1.0, 60 / len(mine)))
    counts = np.array([len(row) for row in rows])
    values = np.repeat(1 / np.sqrt(np.maximum(counts, 1)), counts)
    table = csr_matrix(
        (values, np.concatenate(rows).astype(int), np.r_[0, np.cumsum(counts)]), shape=(len(rows), HASHES)
    )
    model = LogisticRegression(C=1.0, solver="liblinear", max_iter=50)
    model.fit(table, np.array(truth), sample_weight=np.array(weight))
    # as they are stored
    return model.coef_[0].astype(np.float16).astype(np.float32), float(np.float16(model.intercept_[0]))


def add_votes(sample: Sample, weights: np.ndarray, start: float) -> None:
    votes = weigh_words(sample.read.lines, weights, start)
    sample.rows = np.hstack([sample.plain, spread_votes(votes)])


def train(samples: list[Sample]) -> dict[str, Any]:
    """The words' weights, and the trees of several trainings averaged."""
    trained = [train_trees(samples, seed) for seed in range(TRAININGS)]
    ensembles = {
        stage: [Averaged(same) for same in zip(*(trees[stage] for trees in trained), strict=True)]
        for stage in trained[0]
    }
    return {"words": fit_words(samples), **ensembles}


def train_trees(samples: list[Sample], seed: int) -> dict[str, list[Any]]:
    """Two looks at the lines, parting, labels; each fed with scores of pages the one before had not seen."""
    hosts = sorted({s.host for s in samples})
    order = np.random.RandomState(10 * seed + 3).permutation(hosts)
    for fold in range(WORD_FOLDS):
        out = set(order[fold::WORD_FOLDS])
        words = fit_words([s for s in samples if s.host not in out])
        for sample in samples:
            if sample.host in out:
                add_votes(sample, *words)
    half = set(np.random.RandomState(10 * seed + 1).permutation(hosts)[: len(hosts) // 2])
    for side in (True, False):
        stage = fit_stage([s for s in samples if (s.host in half) != side], seed, stacked=False)
        for sample in samples:
            if (sample.host in half) == side:
                sample.stacked = stack(sample, stage)
    first, second = fit_stage(samples, seed, stacked=False), fit_stage(samples, seed, stacked=True)
    for side in (True, False):
        stage = fit_stage([s for s in samples if (s.host in half) != side], seed, stacked=True)
        for sample in samples:
            if (sample.host in half) == side and sample.stacked is not None:
                sample.scores = apply_stage(stage, sample.stacked)
    by_hand = [s for s in samples if not s.silver]
    return {
        "first": first,
        "second": second,
        "part": [fit_parting(by_hand, seed)],
        "heading": [fit_headings(by_hand, seed)],
    }


def settle(sample: Sample) -> tuple[Region, int | None]:
    read = sample.read
    return settle_article(
        read.lines, read.facts, read.labels, sample.scores[:, BODY], read.region, read.title
    )


def heads_of(sample: Sample, region: Region, title: int | None) -> list[int]:
    roles = decide_roles(sample.read.lines, sample.read.facts, sample.scores, region, title)
    return [i for i, role in enumerate(roles) if role == "headline"]


def fit_parting(samples: list[Sample], seed: int) -> Any:
    rows, truth, weight = [], [], []
    for sample in samples:
        region, title = settle(sample)
        heads = heads_of(sample, region, title)
        if len(heads) < 2:
            continue
        table = describe_pairs(sample.read.lines, sample.read.facts, sample.scores, region, heads)
        module = sample.module[heads]
        known = (module[1:] >= 0) & (module[:-1] >= 0)
        rows.append(table[known])
        truth.append((module[1:] != module[:-1])[known])
        weight.append(np.full(int(known.sum()), sample.share))
    return fit_trees(bin_rows(np.vstack(rows), np.concatenate(weight)), np.concatenate(truth), "part", seed)


def fit_headings(samples: list[Sample], seed: int) -> Any:
    """Which line above a module is its label; of a label printed twice the nearer line."""
    from score import norm

    rows, truth, weight = [], [], []
    for sample in samples:
        read, modules = sample.read, sample.gold["modules"]
        region, title = settle(sample)
        roles = decide_roles(read.lines, read.facts, sample.scores, region, title)
        heads = [i for i, role in enumerate(roles) if role == "headline"]
        owner = sample.module[heads]
        starts = [k for k in range(len(heads)) if k == 0 or owner[k] != owner[k - 1]]
        stretches: list[Stretch] = find_stretches(heads, starts)
        candidates, table = describe_headings(read.lines, read.facts, roles, sample.scores, region, stretches)
        at = 0
        for members, start in zip(candidates, starts, strict=True):
            own, at = table[at : at + len(members)], at + len(members)
            m = owner[start]
            if m < 0 or modules[m]["kind"] == "menu" or not members:
                continue
            label = norm(modules[m]["label"])
            found = next((i for i in members if label and norm(read.lines[i].text) == label), None)
            rows.append(own)
            truth += [i == found for i in members]
            weight += [sample.share] * len(members)
    return fit_trees(bin_rows(np.vstack(rows), np.array(weight)), np.array(truth), "heading", seed)


def apply(sample: Sample, model: dict[str, Any]) -> list[Module]:
    read = sample.read
    add_votes(sample, *model["words"])
    sample.scores = trust_rules(apply_stage(model["second"], stack(sample, model["first"])), read.guesses)
    return apply_parts(sample, model)


def apply_parts(sample: Sample, model: dict[str, Any]) -> list[Module]:
    """Modules from the scores of the lines."""
    read = sample.read
    region, title = settle(sample)
    heads = heads_of(sample, region, title)
    table = describe_pairs(read.lines, read.facts, sample.scores, region, heads)
    parted = model["part"][0].predict(table, num_threads=1) if len(table) else np.zeros(0)
    parted = np.maximum(parted, part_for_sure(table))
    roles = decide_roles(read.lines, read.facts, sample.scores, region, title)
    total = sum(len(line.text) for line in read.lines)

    page = (read.lines, read.facts, roles, sample.scores, region)

    def choose(stretches: Sequence[Stretch]) -> list[int | None]:
        return choose_headings(*page, stretches, partial(model["heading"][0].predict, num_threads=1))

    modules, *_ = assemble_modules(
        read.lines, read.facts, roles, sample.scores, parted, region, total, choose
    )
    mark_duplicates(modules)
    return modules


def score_modules(sample: Sample, modules: list[Module]) -> dict[str, Any]:
    from score import score_page

    found = [
        {
            "module_index": m, "module": module.label, "kind": module.kind, "rank": rank, "headline": item.headline,
            "url": item.url, "kicker": item.kicker, "duplicate": module.duplicate_of is not None,
        }
        for m, module in enumerate(modules)
        for rank, item in enumerate(module.items, 1)
    ]  # fmt: skip
    return dict(score_page(sample.gold, found))


def cross_validate(folds: int, gold: list[Sample], articles: list[Sample]) -> dict[str, dict[str, float]]:
    from score import totals

    hosts = sorted({sample.host for sample in gold})
    order = np.random.RandomState(0).permutation(hosts)
    rows: dict[str, list[dict[str, Any]]] = collections.defaultdict(list)
    for fold in range(folds):
        out = set(order[fold::folds])
        model = train([s for s in gold + articles if s.host not in out and s.form in SEEN])
        for sample in gold:
            if sample.host in out:
                rows[sample.form].append(score_modules(sample, apply(sample, model)))
        print(f"fold {fold + 1} of {folds}", file=sys.stderr)
    figures = {}
    for form, scored in rows.items():
        figures[form] = {k: round(v, 3) for k, v in totals(scored).items() if isinstance(v, float)}
        wanted = ("f1", "f1_mean_of_pages", "grouping_f1", "label", "kind", "order", "kicker_f1")
        print(f"{form:12}", *(f"{name} {figures[form][name]:.3f}" for name in wanted))
    print("mean f1", round(statistics.fmean(figure["f1"] for figure in figures.values()), 3))
    return figures


def export(averaged: Averaged) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """LightGBM's trees as flat arrays: a leaf is its own child on both sides, and holds its share of the mean."""
    feature, threshold, left, right, value, roots = [], [], [], [], [], []
    deepest = 0

    def add(node: dict[str, Any], depth: int) -> int:
        nonlocal deepest
        deepest = max(deepest, depth)
        at = len(feature)
        for column in (feature, threshold, left, right, value):
            column.append(0)
        if "leaf_value" in node:
            left[at] = right[at] = at
            value[at] = node["leaf_value"] / len(averaged.boosters)
            return at
        limit = np.float32(node["threshold"])
        if limit > node["threshold"]:  # the rows are float32: the limit may not grow by rounding
            limit = np.nextafter(limit, np.float32(-np.inf))
        feature[at], threshold[at] = node["split_feature"], limit
        left[at] = add(node["left_child"], depth + 1)
        right[at] = add(node["right_child"], depth + 1)
        return at

    for booster in averaged.boosters:
        for tree in booster.dump_model()["tree_info"]:
            roots.append(add(tree["tree_structure"], 0))
    arrays = {
        "feature": np.array(feature, np.int16), "threshold": np.array(threshold, np.float32),
        "left": np.array(left, np.int32), "right": np.array(right, np.int32),
        "value": np.array(value, np.float32), "roots": np.array(roots, np.int32),
    }  # fmt: skip
    return arrays, {"depth": deepest, "start": 0.0, "link": "logit", "trees": len(roots)}


def write_model(figures: dict[str, dict[str, float]], folds: int, samples: list[Sample]) -> None:
    import lightgbm

    model = train(samples)
    arrays: dict[str, np.ndarray] = {}
    about: dict[str, Any] = {}
    for stage in ("first", "second"):
        for role, trees in zip(ROLES, model[stage], strict=True):
            made, about[f"{stage}_{role}"] = export(trees)
            arrays |= {f"{stage}_{role}_{key}": value for key, value in made.items()}
    for name in ("part", "heading"):
        made, about[name] = export(model[name][0])
        arrays |= {f"{name}_{key}": value for key, value in made.items()}
    weights, start = model["words"]
    arrays["word_weights"] = np.r_[weights, start].astype(np.float16)
    learnt = (
        GOLD / "pages.jsonl",
        ARTICLES / "articles.jsonl",
        ROOT / "benchmarks" / "module_annotations.jsonl",
    )
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in learnt))
    folder = ROOT / "toolkit" / "models"
    np.savez_compressed(folder / "saved_text.npz", **arrays)
    card = {
        "what": "headlines, labels, kickers and running text among a saved text page's lines; where modules part; "
        "which line heads each",
        "trained_by": "benchmarks/train_saved_text.py --write",
        "trainings": TRAININGS,
        "lightgbm": lightgbm.__version__,
        "data": "gold pages in all forms trained on; article pages in two of them, annotated by hand or, at a lower "
        "weight, as the HTML reader found them (silver); running text as the HTML reader found it",
        "forms": list(SEEN),
        "data_sha256": digest.hexdigest(),
        "samples": {
            "annotated": sum(not s.silver for s in samples),
            "silver": sum(s.silver for s in samples),
        },
        "cross_validated": {
            "folds": folds,
            "pages_scored": sum(1 for _ in (GOLD / "pages.jsonl").open(encoding="utf-8")),
            "left_out": "whole outlets",
            "note": "thresholds were chosen on the same pages",
            "forms_trained_on": {form: row for form, row in figures.items() if form in SEEN},
            "forms_not_trained_on": {form: row for form, row in figures.items() if form not in SEEN},
        },
        "columns": len(feature_names()) + len(VOTE_NAMES),
        "hashed_words": HASHES,
        "pair_columns": list(PAIR_NAMES),
        "heading_columns": list(HEADING_NAMES),
        "ensembles": about,
    }
    text = json.dumps(card, indent=1, ensure_ascii=False)
    (folder / "saved_text.json").write_text(text + "\n", encoding="utf-8")
    print({name: entry["trees"] for name, entry in about.items()})


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cv", action="store_true", help="print cross-validated figures")
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="train on everything and write the model")
    options = parser.parse_args()
    if not options.write and not options.cv:
        parser.error("give --cv, --write, or both")
    gold, articles = load_gold(SEEN + UNSEEN if options.cv else SEEN), load_articles()
    figures = cross_validate(options.folds, gold, articles) if options.cv else {}
    if options.write:
        write_model(
            figures, options.folds if options.cv else 0, [s for s in gold if s.form in SEEN] + articles
        )


if __name__ == "__main__":
    main()
