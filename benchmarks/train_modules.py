"""Train the ensembles that find sidebar modules, and measure them on pages they have not seen.

    python benchmarks/train_modules.py            # train on all annotated pages, write toolkit/models/modules.*
    python benchmarks/train_modules.py --cv       # cross-validated scores (each page by models that never saw it)
    python benchmarks/train_modules.py --cv --divisions 3   # the same for three divisions into folds, with their mean

Data: the 48 annotated pages of ``../shared/gold``, and ``module_annotations.jsonl`` beside this script: 190 pages of
``../shared/articles``, annotated by hand for this purpose (which links are items, by their place among the page's
links; the module's kind; its label as a hash, "?" where the annotator was not sure; where ``kickers`` stands, the
kickers printed with the items, as hashes by the link's place, and none where it is empty). None of them is a gold
page; some are other pages of a gold page's outlet, and are left out wherever that outlet is under test. No text of
any page is in this repository. Three tasks, each with its own columns (``NAMES`` in the named file):

    card   is this link a headline of a module (features.py)        gradient boosting + extra trees, averaged
    pair   do two neighbouring headlines belong together (split.py) gradient boosting + extra trees, averaged
    label  is this text the module's label (labels.py)              gradient boosting

Kinds and kickers are found by rule: trees trained on the annotated ones chose no other kind for any module, and found
kickers no better on pages that they had not seen.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import importlib.util
import itertools
import json
import random
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier, GradientBoostingClassifier

from toolkit.page.blocks import find_blocks
from toolkit.page.body import find_body
from toolkit.page.metadata import read_metadata
from toolkit.page.modules import features, find_modules, labels, split
from toolkit.page.modules.assemble import FoundModule, prepare
from toolkit.page.modules.context import Page
from toolkit.page.modules.ensemble import Ensemble, Models, to_arrays
from toolkit.page.modules.tabs import find_tabs
from toolkit.page.tree import Tree, read_tree
from toolkit.page.urls import registered_domain, split_url

HERE = Path(__file__).resolve().parent
SHARED = HERE.parent.parent / "shared"
ANNOTATIONS = HERE / "module_annotations.jsonl"
MODELS = HERE.parent / "toolkit" / "models"
SEED = 0


def load_scorer() -> Any:
    """The scorer of ``../shared/gold`` as a module."""
    spec = importlib.util.spec_from_file_location("gold_score", SHARED / "gold" / "score.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


score = load_scorer()


def hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def read_file(path: Path) -> str:
    return gzip.decompress(path.read_bytes()).decode("utf-8", "replace")


@dataclass
class Sample:
    """One annotated page: its cards, which of them are items of which module, and the modules' labels and kinds."""

    name: str
    gold: dict[str, Any] | None
    tree: Tree
    url: str | None
    title: str | None
    body: list[int]
    page: Page
    modules: list[tuple[str | None, str | None, list[int]]]  # label ("?" unknown), kind (None unknown), cards
    ignored: set[int]
    outlet: str = ""


def read_context(html: str, url: str | None) -> tuple[Tree, str | None, str | None, list[int]]:
    """Tree, address, title and body of a page, as ``read_html`` hands them to ``find_modules``."""
    tree = read_tree(html)
    blocks = find_blocks(tree)
    stated = read_metadata(tree, url, blocks=blocks)
    body = find_body(
        tree,
        blocks,
        title=stated.article.title,
        title_node=stated.title_node,
        description=stated.description,
        article_body=stated.article_body,
    )
    return tree, stated.article.url or url, stated.article.title, [blocks.owner[k] for k in body.blocks]


def anchors_of(page: Page) -> dict[int, int]:
    """Node of each ``<a href>`` -> its place among them."""
    found = [
        i
        for i, name in enumerate(page.tree.tag)
        if name == "a" and page.tree.attrs[i].get("href") is not None
    ]
    return {node: place for place, node in enumerate(found)}


def match_gold(gold: dict[str, Any], page: Page) -> list[list[int]]:
    """For each gold module the cards that are its items: by headline and address, near the place it is said at."""
    place = anchors_of(page)
    used: set[int] = set()
    found: list[list[int]] = []
    texts = [score.norm(card.headline) for card in page.cards]
    for module in gold["modules"]:
        mine: list[int] = []
        for item in module["items"]:
            best, best_score = -1, 1.0
            for n, card in enumerate(page.cards):
                if n in used:
                    continue
                same = score.same_url(item["url"], card.href) if item.get("url") else True
                alike = score.alike(score.norm(item["headline"]), texts[n])
                if not (same and (alike or item.get("url"))):
                    continue
                value = 2.0 * alike + 2.0 * same
                value -= min(abs(n - mine[-1]), 40) / 100 if mine else 0.0
                if item.get("anchor") is not None:
                    value -= min(abs(place[card.links[0]] - item["anchor"]), 60) / 80
                if value > best_score:
                    best, best_score = n, value
            if best >= 0:
                used.add(best)
                mine.append(best)
        found.append(sorted(mine))
    return found


def load_samples() -> list[Sample]:
    """The gold pages first, then the annotated pages of the articles folder."""
    samples: list[Sample] = []
    for line in (SHARED / "gold" / "pages.jsonl").open(encoding="utf-8"):
        gold = json.loads(line)
        # the scorer loads files: of a page's address it knows what the page says of it
        html = read_file(SHARED / "gold" / "pages" / gold["file"])
        tree, url, title, body = read_context(html, None)
        page = prepare(tree, url, title, body, None)
        modules = [
            (module["label"], module["kind"], cards)
            for module, cards in zip(gold["modules"], match_gold(gold, page), strict=True)
        ]
        outlet = registered_domain(split_url(gold["url"])[0])
        samples.append(Sample(gold["page"], gold, tree, url, title, body, page, modules, set(), outlet))
    articles = {}
    for line in (SHARED / "articles" / "articles.jsonl").open(encoding="utf-8"):
        entry = json.loads(line)
        articles[hashed(entry["page"])] = entry
    for line in ANNOTATIONS.open(encoding="utf-8"):
        entry = json.loads(line)
        article = articles[entry["page"]]
        tree, url, title, body = read_context(
            read_file(SHARED / "articles" / "pages" / article["file"]), article["url"]
        )
        page = prepare(tree, url, title, body, None)
        place = anchors_of(page)
        card_at = {place[link]: n for n, card in enumerate(page.cards) for link in card.links}
        found, ignored = [], set()
        for module in entry["modules"]:
            cards = sorted({card_at[a] for a in module["anchors"] if a in card_at})
            if module.get("ignore"):
                ignored.update(cards)
            elif cards:
                found.append((module["label"], module["kind"], cards))
        outlet = registered_domain(split_url(article["url"])[0])
        samples.append(Sample(entry["page"], None, tree, url, title, body, page, found, ignored, outlet))
    return samples


def same_label(sample: Sample, wanted: str, text: str) -> bool:
    """Gold labels are texts, those of our own annotations are hashes."""
    return score.norm(text) == (score.norm(wanted) if sample.gold else "") or (
        not sample.gold and hashed(score.norm(text)) == wanted
    )


@dataclass
class Rows:
    """One page's training rows for each task."""

    card: tuple[np.ndarray, np.ndarray]
    pair: tuple[np.ndarray, np.ndarray]
    label: tuple[np.ndarray, np.ndarray]


def make_rows(sample: Sample) -> Rows:
    """What each task is to learn from one page."""
    page = sample.page
    looked_at = features.candidates(page)
    module_of = {n: m for m, (_, _, cards) in enumerate(sample.modules) for n in cards}
    keep = [k for k, n in enumerate(looked_at) if n not in sample.ignored]
    card_rows = features.describe_cards(page, looked_at)[keep]
    card_truth = np.array([looked_at[k] in module_of for k in keep], dtype=int)

    items = sorted(module_of)
    cards = [page.cards[n] for n in items]
    pair_rows = split.describe_pairs(page, cards, find_tabs(page, cards))
    pair_truth = np.array([module_of[a] == module_of[b] for a, b in itertools.pairwise(items)], dtype=int)

    label_rows, label_truth, floor = [], [], 0
    for wanted, _, members in sorted(sample.modules, key=lambda m: m[2][:1]):
        if not members:
            continue
        run = [page.cards[n] for n in members]
        found = labels.label_candidates(page, run, floor)
        if wanted != "?" and found:
            hits = [
                wanted is not None
                and (
                    same_label(sample, wanted, page.pieces.text[p])
                    or same_label(sample, wanted, labels.label_text(page, p))
                )
                for p in found
            ]
            if sum(hits) > 1:
                hits = [k == hits.index(True) for k in range(len(hits))]
            label_rows.append(labels.tabulate_labels(labels.count_labels(page, run, found)))
            label_truth += hits
        floor = run[-1].parts[-1] + 1

    return Rows(
        (card_rows, card_truth),
        (pair_rows, pair_truth if len(pair_rows) else np.zeros(0, int)),
        (
            np.vstack(label_rows) if label_rows else np.zeros((0, len(labels.NAMES))),
            np.array(label_truth, int),
        ),
    )


def to_ensemble(model: Any) -> Ensemble:
    """A scikit-learn forest as arrays."""
    boosted = isinstance(model, GradientBoostingClassifier)
    trees = [row[0].tree_ if boosted else row.tree_ for row in model.estimators_]
    parts: dict[str, list[np.ndarray]] = {
        name: [] for name in ("feature", "threshold", "left", "right", "value")
    }
    roots, offset, depth = [], 0, 0
    for tree in trees:
        here = np.arange(tree.node_count)
        leaf = tree.children_left < 0
        parts["feature"].append(np.where(leaf, 0, tree.feature))
        parts["threshold"].append(np.where(leaf, 0, tree.threshold))
        parts["left"].append(np.where(leaf, here, tree.children_left) + offset)
        parts["right"].append(np.where(leaf, here, tree.children_right) + offset)
        value = tree.value[:, 0, :]
        if boosted:
            parts["value"].append(value[:, 0] * model.learning_rate)
        else:
            share = value / value.sum(axis=1, keepdims=True)
            parts["value"].append(share[:, 1])
        roots.append(offset)
        offset += tree.node_count
        depth = max(depth, tree.max_depth)
    prior = model.init_.class_prior_ if boosted else None
    start = float(np.log(prior[1] / prior[0])) if prior is not None else 0.0
    joined = {name: np.concatenate(arrays) for name, arrays in parts.items()}
    joined["threshold"] = joined["threshold"].astype(np.float32)
    joined["value"] = joined["value"].astype(np.float32)
    return Ensemble(
        **joined, roots=np.array(roots), depth=depth, start=start, link="logit" if boosted else "mean"
    )


def boost(rows: np.ndarray, truth: np.ndarray, trees: int, depth: int, share: float, rate: float) -> Ensemble:
    model = GradientBoostingClassifier(
        n_estimators=trees, max_depth=depth, subsample=0.6, max_features=share, learning_rate=rate,
        min_samples_leaf=4, random_state=SEED,
    )  # fmt: skip
    return to_ensemble(model.fit(rows, truth))


def extra(rows: np.ndarray, truth: np.ndarray, trees: int, leaf: int, share: float) -> Ensemble:
    model = ExtraTreesClassifier(
        trees, min_samples_leaf=leaf, max_features=share, max_depth=8, random_state=SEED
    )
    return to_ensemble(model.fit(rows, truth))


def train(rows: Sequence[Rows]) -> Models:
    """Fit all three tasks."""

    def join(task: str) -> tuple[np.ndarray, np.ndarray]:
        pairs = [getattr(row, task) for row in rows]
        return np.vstack([p[0] for p in pairs]), np.concatenate([p[1] for p in pairs])

    card = join("card")
    return Models(
        {
            "card": [boost(*card, 60, 4, 0.3, 0.12), extra(*card, 20, 2, 0.4)],
            "pair": [boost(*join("pair"), 60, 4, 0.3, 0.08), extra(*join("pair"), 30, 2, 0.4)],
            "label": [boost(*join("label"), 80, 3, 0.3, 0.1)],
        }
    )


def flatten(modules: Sequence[FoundModule]) -> list[dict[str, Any]]:
    """Modules as the scorer wants them."""
    return [
        {
            "module": module.label, "kind": module.kind, "rank": rank, "headline": item.headline, "url": item.url,
            "kicker": item.kicker, "module_index": index, "duplicate": module.duplicate_of is not None,
        }
        for index, module in enumerate(modules)
        for rank, item in enumerate(module.items, 1)
    ]  # fmt: skip


def folds_of(samples: Sequence[Sample], folds: int, division: int = 0) -> list[int]:
    """The fold of each page: the pages of one outlet share one.

    Division 0 goes by the outlet's first page; others deal out the outlets shuffled, those of gold pages first.
    """
    fold: dict[str, int] = {}
    if division:
        gold = {sample.outlet for sample in samples if sample.gold}
        shuffle = random.Random(division).sample
        for some in (sorted(gold), sorted({sample.outlet for sample in samples} - gold)):
            for outlet in shuffle(some, len(some)):
                fold[outlet] = len(fold) % folds
    return [fold.setdefault(sample.outlet, k % folds) for k, sample in enumerate(samples)]


def measure(
    samples: Sequence[Sample], models: Sequence[Models], fold: Sequence[int]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The scorer's totals and rows over the gold pages; page ``k`` is read with ``models[fold[k]]``."""
    rows = []
    for k, sample in enumerate(samples):
        if sample.gold is None:
            continue
        found = find_modules(
            sample.tree, sample.url, title=sample.title, body=sample.body, models=models[fold[k]]
        )
        rows.append(score.score_page(sample.gold, flatten(found)))
    return score.totals(rows), rows


def cross_validate(
    samples: Sequence[Sample], folds: int, division: int = 0
) -> tuple[dict[str, Any], list[dict[str, Any]], list[Models]]:
    """Each page is read by models trained on the pages of the other folds, which are of other outlets."""
    rows = [make_rows(sample) for sample in samples]
    fold = folds_of(samples, folds, division)
    models = [
        train([row for row, mine in zip(rows, fold, strict=True) if mine != out]) for out in range(folds)
    ]
    totals, by_page = measure(samples, models, fold)
    return totals, by_page, models


def digest(*paths: Path) -> str:
    whole = hashlib.sha256()
    for path in paths:
        whole.update(path.read_bytes())
    return whole.hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cv", action="store_true", help="only print cross-validated scores")
    parser.add_argument("--folds", type=int, default=6)
    parser.add_argument(
        "--divisions", type=int, default=1, help="so many divisions into folds, and their mean"
    )
    given = parser.parse_args()
    if not SHARED.is_dir():
        sys.exit("the annotated pages of ../shared are not here: nothing to train on.")
    samples = load_samples()
    totals, _, _ = cross_validate(samples, given.folds)
    rounded = {k: round(v, 4) if isinstance(v, float) else v for k, v in totals.items()}
    print("cross-validated:", rounded)
    others = [cross_validate(samples, given.folds, number)[0] for number in range(1, given.divisions)]
    if others:
        means = {k: round(statistics.fmean(t[k] for t in (totals, *others)), 4) for k in totals}
        print(f"mean of {given.divisions} divisions into folds:", means)
    if given.cv:
        return
    models = train([make_rows(sample) for sample in samples])
    inside, _ = measure(samples, [models], [0] * len(samples))
    arrays: dict[str, np.ndarray] = {}
    about: dict[str, Any] = {}
    for task, ensembles in models.ensembles.items():
        for n, ensemble in enumerate(ensembles):
            name = f"{task}{n}"
            arrays |= to_arrays(ensemble, name)
            about[name] = {
                "task": task,
                "depth": ensemble.depth,
                "start": ensemble.start,
                "link": ensemble.link,
            }
    np.savez_compressed(MODELS / "modules.npz", **arrays)
    columns = {
        "card": features.NAMES,
        "pair": split.NAMES,
        "label": labels.NAMES,
    }
    record = {
        "version": 1,
        "about": "Tree ensembles that find sidebar modules; made by benchmarks/train_modules.py.",
        "pages": {
            "gold": sum(s.gold is not None for s in samples),
            "others": sum(s.gold is None for s in samples),
        },
        "data_sha256": digest(SHARED / "gold" / "pages.jsonl", ANNOTATIONS),
        "seed": SEED,
        "cross_validated": rounded,
        "on_training_pages": {k: round(v, 4) if isinstance(v, float) else v for k, v in inside.items()},
        "columns": {task: list(names) for task, names in columns.items()},
        "ensembles": about,
    }
    (MODELS / "modules.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print("on the training pages:", record["on_training_pages"])
    print("written:", (MODELS / "modules.npz").stat().st_size, "bytes")


if __name__ == "__main__":
    main()
