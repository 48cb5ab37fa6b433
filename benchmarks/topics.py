"""Topics against their peers: python benchmarks/topics.py [parts] (from the repository, beside ../shared).

Parts: quality, headlines, number, vectoriser, scale, hash; all of them without an argument. One core: the script
starts itself again with thread pools of one thread. Times are CPU seconds of this process.

The collections are not part of the project. Figures marked "measured before" are those of their README, made
with the same protocol on another machine, because sentence-transformers and UMAP are not installed here.
"""

from __future__ import annotations

import hashlib
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.decomposition import NMF, TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score
from sklearn.preprocessing import normalize

from toolkit.topics import TopicModel, choose_topics
from toolkit.topics.features import find_features
from toolkit.topics.stopwords import read_stop_words
from toolkit.words import split_sentences

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

FOLDER = Path(__file__).resolve().parents[1].parent / "shared" / "topics"
COLLECTIONS = {"bbc": 5, "ag_news": 4, "20newsgroups": 20, "huffpost": 19}
#: NMI / ARI from the README of the collections.
BEFORE = {
    "TF-IDF, k-means": {"bbc": (0.881, 0.910), "ag_news": (0.318, 0.199)},
    "MiniLM, k-means": {"bbc": (0.872, 0.901), "ag_news": (0.599, 0.633), "20newsgroups": (0.531, 0.371)},
    "MiniLM, UMAP, k-means": {
        "bbc": (0.850, 0.879),
        "ag_news": (0.611, 0.625),
        "20newsgroups": (0.581, 0.433),
    },
    "recipe": {"bbc": (0.898, 0.924), "ag_news": (0.623, 0.667), "20newsgroups": (0.553, 0.415)},
}


def read(name: str) -> tuple[list[str], list[str]]:
    """Texts and classes of a collection."""
    table = pd.read_parquet(FOLDER / f"{name}.parquet")
    texts = table["text"] if name == "20newsgroups" else table["title"] + "\n" + table["text"]
    return texts.tolist(), table["label"].tolist()


def rate(truth: list[str], labels: np.ndarray) -> tuple[float, float]:
    return (
        float(normalized_mutual_info_score(truth, labels)),
        float(adjusted_rand_score(truth, labels)),
    )


def peer_kmeans(weights: object, k: int) -> np.ndarray:
    return KMeans(k, n_init=10, random_state=0).fit_predict(weights)


def peer_lsa(weights: object, k: int) -> np.ndarray:
    return peer_kmeans(normalize(TruncatedSVD(100, random_state=0).fit_transform(weights)), k)


def peer_nmf(weights: object, k: int) -> np.ndarray:
    return NMF(k, init="nndsvd", max_iter=200, random_state=0).fit_transform(weights).argmax(axis=1)


PEERS: dict[str, Callable[[object, int], np.ndarray]] = {
    "TF-IDF, k-means": peer_kmeans,
    "LSA, k-means": peer_lsa,
    "NMF": peer_nmf,
}


def quality() -> None:
    print("\n# Number of topics given: NMI / ARI (CPU seconds)")
    scores: dict[str, dict[str, tuple[float, float]]] = {}
    for name, k in COLLECTIONS.items():
        texts, truth = read(name)
        start = time.process_time()
        model = TopicModel(n_topics=k).fit(texts)
        took = time.process_time() - start
        scores.setdefault("TopicModel", {})[name] = rate(truth, model.labels_)
        covered = (model.labels_ >= 0).mean()
        print(
            f"{name:14} TopicModel       {_pair(scores['TopicModel'][name])} ({took:.2f} s, {covered:.0%} covered)"
        )
        vectoriser = TfidfVectorizer(stop_words="english", sublinear_tf=True, min_df=5, max_df=0.5)
        start = time.process_time()
        weights = vectoriser.fit_transform(texts)
        shared = time.process_time() - start
        for peer, cluster in PEERS.items():
            start = time.process_time()
            labels = cluster(weights, k)
            took = time.process_time() - start + shared
            scores.setdefault(peer, {})[name] = rate(truth, labels)
            print(f"{name:14} {peer:16} {_pair(scores[peer][name])} ({took:.2f} s)")
    three = ("bbc", "ag_news", "20newsgroups")
    print("mean over bbc, ag_news, 20newsgroups:")
    for peer, found in [
        *scores.items(),
        *((f"{peer} (measured before)", found) for peer, found in BEFORE.items()),
    ]:
        if all(name in found for name in three):
            print(f"  {peer:40} {_pair(tuple(np.mean([found[name] for name in three], axis=0)))}")


def _pair(pair: tuple[float, ...]) -> str:
    return f"{pair[0]:.3f} / {pair[1]:.3f}"


def headlines() -> None:
    print("\n# Headlines alone: AG titles, 4 topics (bar .42 NMI with background)")
    table = pd.read_parquet(FOLDER / "ag_news.parquet")
    titles, truth = table["title"].tolist(), table["label"].tolist()
    print(f"titles alone, all 7,600       {_pair(rate(truth, TopicModel(n_topics=4).fit(titles).labels_))}")
    texts = (table["title"] + "\n" + table["text"]).to_numpy()
    found = []
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(len(table))
        one, other = order[: len(order) // 2], order[len(order) // 2 :]
        own = [titles[at] for at in one]
        classes = [truth[at] for at in one]
        alone = rate(classes, TopicModel(n_topics=4).fit(own).labels_)
        taught = rate(classes, TopicModel(n_topics=4).fit(own, background=texts[other].tolist()).labels_)
        found.append(alone + taught)
        print(f"half {seed}: titles alone {_pair(alone)}, with background {_pair(taught)}")
    mean = np.mean(found, axis=0)
    print(f"mean:   titles alone {_pair(tuple(mean[:2]))}, with background {_pair(tuple(mean[2:]))}")

    print("\n# Many small stories (a stand-in: sentences of 152 BBC articles, to be told apart by article)")
    for seed in range(3):
        sentences, articles = _stories(seed)
        weights = TfidfVectorizer(stop_words="english", sublinear_tf=True, min_df=2).fit_transform(sentences)
        labels = TopicModel(n_topics=152).fit(sentences).labels_
        print(
            f"{len(sentences)} sentences: TopicModel {_pair(rate(articles, labels))}, "
            f"LSA {_pair(rate(articles, peer_lsa(weights, 152)))}, "
            f"TF-IDF k-means {_pair(rate(articles, peer_kmeans(weights, 152)))}"
        )


def _stories(seed: int) -> tuple[list[str], list[str]]:
    table = pd.read_parquet(FOLDER / "bbc.parquet").drop_duplicates("text")
    texts, labels = [], []
    for at in np.random.default_rng(seed).permutation(len(table)):
        sentences = [
            text for text in split_sentences(table["text"].iloc[at]) if 6 <= len(text.split()) <= 25
        ][:10]
        if len(sentences) >= 5:
            texts += sentences
            labels += [str(at)] * len(sentences)
        if len(set(labels)) == 152:
            break
    return texts, labels


def number() -> None:
    print("\n# Number unknown (bars: BBC 5, AG 3 to 5, 20NG 16 to 26; ARI on BBC .90)")
    for name in ("bbc", "ag_news", "20newsgroups", "huffpost"):
        texts, truth = read(name)
        start = time.process_time()
        choice = choose_topics(texts)
        took = time.process_time() - start
        print(f"{name}: {choice.n_topics} topics, {took:.0f} s. {choice.reason}")
        print(choice.curve.round(3).to_string(index=False))
        model = TopicModel(n_topics=choice.n_topics).fit(texts)
        print(f"  NMI / ARI at that number: {_pair(rate(truth, model.labels_))}")


def vectoriser() -> None:
    print("\n# Vectoriser, same words (letters, two or more, no stop words), best of 3")
    texts = [text for name in COLLECTIONS for text in read(name)[0]]
    size = sum(len(text.encode()) for text in texts) / 1e6
    stops = sorted(read_stop_words("en"))
    ours, theirs = [], []
    for _ in range(3):
        start = time.process_time()
        features, counts = find_features(texts, stop_words=stops, stem=False, min_df=5)
        weights = features.weigh(counts)
        ours.append(time.process_time() - start)
        start = time.process_time()
        peer = TfidfVectorizer(
            token_pattern=r"[^\W\d_]{2,}", stop_words=stops, min_df=5, max_df=0.5, sublinear_tf=True
        )
        other = peer.fit_transform(texts)
        theirs.append(time.process_time() - start)
    shared = set(features.words) & set(peer.get_feature_names_out())
    print(f"{size:.1f} MB: ours {min(ours):.2f} s ({size / min(ours):.1f} MB/s), ", end="")
    print(
        f"TfidfVectorizer {min(theirs):.2f} s ({size / min(theirs):.1f} MB/s): {min(theirs) / min(ours):.1f} times"
    )
    print(f"words: ours {weights.shape[1]}, theirs {other.shape[1]}, shared {len(shared)}")
    start = time.process_time()
    features, counts = find_features(texts, stop_words=stops, stem=True, min_df=5)
    features.weigh(counts)
    print(f"ours with plural stems: {time.process_time() - start:.2f} s")


def scale() -> None:
    print("\n# Scale: AG (bar 3.5 s), and 80,000 texts made of sentences of the collections (bar 40 s, 1 GB)")
    texts, _ = read("ag_news")
    TopicModel(n_topics=2).fit(texts[:200])
    start = time.process_time()
    TopicModel(n_topics=4).fit(texts)
    print(f"AG fit: {time.process_time() - start:.2f} CPU s")
    code = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import topics; topics.eighty_thousand()"
    print(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout,
        end="",
    )


def eighty_thousand() -> None:
    """Run in a process of its own, so that its memory is its own."""
    rng = np.random.default_rng(0)
    pools: dict[str, list[str]] = {}
    for name in COLLECTIONS:
        texts, labels = read(name)
        for text, label in zip(texts, labels, strict=True):
            pools.setdefault(f"{name}/{label}", []).extend(split_sentences(text[:3000]))
    names = sorted(pools)
    made = []
    for _ in range(80_000):
        pool = pools[names[int(rng.integers(len(names)))]]
        made.append(" ".join(pool[at] for at in rng.integers(len(pool), size=8)))
    pools.clear()
    before = time.process_time()
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    model = TopicModel(n_topics=20).fit(made)
    took = time.process_time() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    size = sum(map(len, made)) / 1e6
    print(f"80,000 texts ({size:.0f} MB), 20 topics: {took:.1f} CPU s, peak {peak:.2f} GB", end="")
    print(f" ({held:.2f} GB before the fit), {len(model.labels_)} labelled")


_HASH = """
import sys; sys.path.insert(0, {folder!r})
import topics
print(topics.label_hash({seed}))
"""


def label_hash(seed: int) -> str:
    """Hash of labels and terms after shuffling rows by ``seed``, in the collection's own order."""
    texts, _ = read("ag_news")
    order = np.random.default_rng(seed).permutation(len(texts))
    model = TopicModel(n_topics=4).fit([texts[at] for at in order])
    labels = np.empty(len(texts), dtype=np.int64)
    labels[order] = model.labels_
    return hashlib.sha256(labels.tobytes() + str(model.topics_["terms"].tolist()).encode()).hexdigest()[:16]


def hashes() -> None:
    print("\n# Label hash on AG: shuffled rows x threads x BLAS kernels (all must be the same)")
    folder = str(Path(__file__).parent)
    runs = [(seed, threads, "") for threads in ("1", "2") for seed in range(5)]
    runs += [(seed, "1", kernel) for seed, kernel in enumerate(("Prescott", "Haswell", "SkylakeX"))]
    found = set()
    for seed, threads, kernel in runs:
        environment = os.environ | {"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
        if kernel:
            environment["OPENBLAS_CORETYPE"] = kernel
        code = _HASH.format(folder=folder, seed=seed)
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False
        )
        if done.returncode < 0:
            print(f"rows {seed}, {threads} threads, {kernel}: this processor cannot run that kernel")
            continue
        found.add(done.stdout.strip())
        told = done.stdout.strip() or done.stderr[-300:]
        print(f"rows {seed}, {threads} threads, {kernel or 'default kernel'}: {told}")
    print("identical" if len(found) == 1 else f"{len(found)} DIFFERENT HASHES")


PARTS = {
    "quality": quality,
    "headlines": headlines,
    "vectoriser": vectoriser,
    "scale": scale,
    "hash": hashes,
    "number": number,
}

if __name__ == "__main__":
    if not FOLDER.is_dir():
        sys.exit(f"the labelled collections are not at {FOLDER}; nothing to measure")
    asked = sys.argv[1:] or list(PARTS)
    unknown = [part for part in asked if part not in PARTS]
    if unknown:
        sys.exit(f"unknown part {unknown[0]!r}; allowed are {', '.join(PARTS)}")
    if any(os.environ.get(name) != "1" for name in THREADS):
        os.environ.update(dict.fromkeys(THREADS, "1"))
        os.execv(sys.executable, [sys.executable, *sys.argv])
    for part in asked:
        PARTS[part]()
        sys.stdout.flush()
