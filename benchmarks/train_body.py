"""Train the blocks model behind ``toolkit.page.body``, and say what it is worth on outlets it never saw.

    python benchmarks/train_body.py            # cross-validate by outlet, then fit on all pages and store
    python benchmarks/train_body.py --fit      # fit and store only, keeping the figures of the last cross-validation
    python benchmarks/train_body.py --cv       # cross-validate only

Reads ../shared/articles (pages with known bodies). A block is article text where its words stand in the known body;
blocks count by their words, pages alike. Only features and labels enter the model: no page text is stored.
"""

from __future__ import annotations

import argparse
import bisect
import collections
import datetime as dt
import gzip
import hashlib
import itertools
import json
import pathlib
import statistics as st
import sys
import unittest.mock
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import sklearn
from sklearn.ensemble import HistGradientBoostingClassifier

from toolkit.page.blocks import find_blocks
from toolkit.page.body import Trees
from toolkit.page.body_features import FEATURES, measure_blocks
from toolkit.page.body_rules import vote_by_rules
from toolkit.page.html import read_html
from toolkit.page.metadata import read_metadata
from toolkit.page.tree import read_tree
from toolkit.readers.decode import decode_page

ROOT = pathlib.Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "articles"
MODELS = ROOT / "toolkit" / "models"
#: Ensembles that are averaged, each fitted on outlets drawn with replacement; trees in each; and their size.
BAGS, FOLDS = 4, 5
SETTINGS: dict[str, Any] = {
    "max_iter": 60, "learning_rate": 0.1, "max_leaf_nodes": 12, "max_depth": 6, "max_features": 0.3,
    "min_samples_leaf": 15,
    "l2_regularization": 3.0, "early_stopping": False,
}  # fmt: skip

sys.path.insert(0, str(SHARED))
from score import body_prf, tokens  # type: ignore[import-not-found]  # noqa: E402


def label_blocks(texts: list[str], body: str) -> tuple[np.ndarray, np.ndarray]:
    """1 where a block's words stand in the known body, and the number of words of each block."""
    known = " " + " ".join(tokens(body)) + " "
    words = [tokens(text) for text in texts]
    found = np.zeros(len(texts))
    place: list[tuple[int, int] | None] = [None] * len(texts)
    seen: set[str] = set()
    at = 0
    for k, run in enumerate(words):
        if len(run) < 6:
            continue
        key = " " + " ".join(run) + " "
        if key in seen:
            continue
        start = known.find(key, at)
        start = known.find(key) if start < 0 else start
        if start >= 0:
            found[k], place[k], at = 1, (start, start + len(key) - 1), start + len(key) - 1
            seen.add(key)
        elif len(run) >= 8:
            grams = [" " + " ".join(run[i : i + 4]) + " " for i in range(len(run) - 3)]
            share = sum(gram in known for gram in grams) / len(grams)
            if share > 0.5:
                found[k] = share
                seen.add(key)
                start = known.find(grams[0])
                place[k] = (start, start) if start >= 0 else None
    # short blocks count only where they stand between the blocks around them
    located = [k for k, where in enumerate(place) if where]
    for k, run in enumerate(words):
        if not run or len(run) >= 6 or not located:
            continue
        i = bisect.bisect(located, k)
        low = place[located[i - 1]][1] if i > 0 else 0  # type: ignore[index]
        high = place[located[i]][0] + 1 if i < len(located) else len(known)  # type: ignore[index]
        key = " " + " ".join(run) + " "
        if low < high and key in known[low:high]:
            start = known.find(key, low)
            found[k], place[k] = 1, (start, start + len(key) - 1)
            located.insert(i, k)
    return found, np.array([len(run) for run in words])


def read_pages() -> list[dict[str, Any]]:
    pages = []
    for line in (SHARED / "articles.jsonl").open(encoding="utf-8"):
        gold = json.loads(line)
        html = decode_page(gzip.decompress((SHARED / "pages" / gold["file"]).read_bytes())).text
        tree = read_tree(html)
        blocks = find_blocks(tree)
        stated = read_metadata(tree, blocks=blocks)
        candidates, features = measure_blocks(
            tree, blocks, title=stated.article.title, title_node=stated.title_node,
            description=stated.description, article_body=stated.article_body,
        )  # fmt: skip
        labels, words = label_blocks(blocks.text, gold["body"])
        total = max(40.0, float((labels * words)[candidates].sum()))
        pages.append({
            "html": html, "page": gold["page"], "from": gold["from"],
            "outlet": urlsplit(gold["url"]).netloc.removeprefix("www."),
            "body": gold["body"], "texts": [blocks.text[k] for k in candidates], "features": features,
            "labels": labels[candidates] > 0.5, "weights": np.minimum((words[candidates] + 3) / total, 0.3),
        })  # fmt: skip
    return pages


def fit(pages: list[dict[str, Any]], bags: int, seed: int) -> Trees:
    outlets = sorted({page["outlet"] for page in pages})
    models = []
    for bag in range(bags):
        draw = np.random.default_rng([seed, bag]).integers(0, len(outlets), len(outlets))
        count = dict(zip(outlets, np.bincount(draw, minlength=len(outlets)).tolist(), strict=True))
        chosen = [page for page in pages if count[page["outlet"]] and page["labels"].any()]
        weights = np.concatenate([page["weights"] * count[page["outlet"]] for page in chosen])
        model = HistGradientBoostingClassifier(random_state=bag, **SETTINGS)
        model.fit(
            np.vstack([page["features"] for page in chosen]),
            np.concatenate([page["labels"] for page in chosen]),
            sample_weight=weights / weights.mean(),
        )
        models.append(model)
    return flatten(models)


def flatten(models: list[HistGradientBoostingClassifier]) -> Trees:
    """The trees of ``models`` as the arrays that ``toolkit.page.body.Trees`` reads."""
    roots, feature, threshold, children, value, group = [], [], [], [], [], []
    at = 0
    for number, model in enumerate(models):
        for (predictor,) in model._predictors:
            nodes = predictor.nodes
            roots.append(at)
            group.append(number)
            for i, node in enumerate(nodes):
                leaf = bool(node["is_leaf"])
                feature.append(0 if leaf else int(node["feature_idx"]))
                threshold.append(0.0 if leaf else float(node["num_threshold"]))
                children += [at + i, at + i] if leaf else [at + int(node["left"]), at + int(node["right"])]
                value.append(float(node["value"]) if leaf else 0.0)
            at += len(nodes)
    base = [float(np.ravel(model._baseline_prediction)[0]) for model in models]
    return Trees(
        np.array(roots, np.int32), np.array(feature, np.int32), np.array(threshold), np.array(children, np.int32),
        np.array(value), np.array(group, np.int32), np.array(base),
    )  # fmt: skip


def score(pages: list[dict[str, Any]], bodies: list[str]) -> dict[str, float]:
    """Body F1 of word 4-grams, per collection and their mean, as ../shared/articles/score.py counts."""
    rows = collections.defaultdict(list)
    for page, text in zip(pages, bodies, strict=True):
        rows[page["from"]].append(body_prf(page["body"], text))
    figures = {}
    for name, pairs in sorted(rows.items()):
        precision = st.fmean(p for p, _ in pairs if p is not None)
        recall = st.fmean(r or 0.0 for _, r in pairs)
        figures[name] = 2 * precision * recall / (precision + recall)
    figures["body_f1"] = st.fmean(figures.values())
    return {name: round(value, 4) for name, value in figures.items()}


def cross_validate(
    pages: list[dict[str, Any]],
) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    """Figures of ``read_html`` as it stands, the same with a second opinion, and the mean F1 of other settings.

    The settings are the rules' share and the threshold; they count blocks alone: no modules that take blocks away, no
    text from the page's own data.
    """
    outlets = sorted({page["outlet"] for page in pages})
    np.random.default_rng(0).shuffle(outlets)
    fold = {outlet: i % FOLDS for i, outlet in enumerate(outlets)}
    likely: list[np.ndarray] = [np.zeros(0)] * len(pages)
    bodies, asked = [""] * len(pages), [""] * len(pages)
    for number in range(FOLDS):
        model = fit([page for page in pages if fold[page["outlet"]] != number], BAGS, number)
        for i, page in enumerate(pages):
            if fold[page["outlet"]] == number and len(page["features"]):
                likely[i] = model.predict(page["features"])
            if fold[page["outlet"]] == number:
                with unittest.mock.patch("toolkit.page.body._model", lambda model=model: model):
                    bodies[i] = read_html(page["html"]).article.body
                    asked[i] = read_html(page["html"], second_opinion="auto").article.body
    votes = [vote_by_rules(page["features"]) for page in pages]

    def choose(share: float, limit: float) -> dict[str, float]:
        chosen = [(1 - share) * p + share * v > limit for p, v in zip(likely, votes, strict=True)]
        texts = (itertools.compress(page["texts"], take) for page, take in zip(pages, chosen, strict=True))
        return score(pages, ["\n\n".join(parts) for parts in texts])

    others = {
        f"rules {share}, threshold {limit}": choose(share, limit)["body_f1"]
        for share in (0.0, 0.15, 0.25, 0.35)
        for limit in (0.3, 0.35, 0.4, 0.45, 0.5)
    }
    return score(pages, bodies), score(pages, asked), others


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cv", action="store_true", help="cross-validate only")
    parser.add_argument("--fit", action="store_true", help="fit and store only")
    options = parser.parse_args()
    pages = read_pages()
    stored = MODELS / "body.json"
    notes: dict[str, Any] = json.loads(stored.read_text(encoding="utf-8")) if stored.exists() else {}
    figures = notes.get("cross_validated", {})
    if not options.fit:
        figures, asked, others = cross_validate(pages)
        print("cross-validated by outlet:", figures)
        print("the same with a second opinion (where it is installed):", asked)
        print(json.dumps(others, indent=1))
    if options.cv:
        return
    model = fit(pages, BAGS, 0)
    names = ("roots", "feature", "threshold", "children", "value", "group", "base")
    np.savez_compressed(MODELS / "body.npz", **{name: getattr(model, name) for name in names})
    notes = {
        "what": "Probability that a block of a page is text of its own article; see benchmarks/train_body.py.",
        "trained": dt.date.today().isoformat(),
        "pages": len(pages),
        "blocks": int(sum(len(page["labels"]) for page in pages)),
        "outlets": len({page["outlet"] for page in pages}),
        "cross_validated": figures,
        "data_sha256": hashlib.sha256((SHARED / "articles.jsonl").read_bytes()).hexdigest(),
        "scikit_learn": sklearn.__version__,
        "settings": {**SETTINGS, "bags": BAGS},
        "features": list(FEATURES),
    }
    stored.write_text(json.dumps(notes, indent=1) + "\n", encoding="utf-8")
    print("stored", stored.relative_to(ROOT), "and", stored.with_suffix(".npz").name)


if __name__ == "__main__":
    main()
