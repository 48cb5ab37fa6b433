"""``TopicModel``: the estimator."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClusterMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from toolkit.errors import InputError
from toolkit.stats import wilson_interval
from toolkit.topics.choose import choose_number
from toolkit.topics.features import Features, find_features
from toolkit.topics.labels import count_terms, find_exemplars, lay_out, pick_terms, write_labels
from toolkit.topics.mixture import Mixture, fit_mixture, place_texts, place_words, to_places
from toolkit.topics.neighbours import find_neighbours
from toolkit.topics.stability import measure_topic_stability
from toolkit.topics.texts import Texts, canonical_order, read_texts, sample_batches

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

__all__ = ["TopicModel"]

#: Texts scored at once when predicting.
_BATCH = 10_000
#: Weight of the user's own embeddings beside the words.
_PULL = 30.0
_POSITIVE = ("n_starts", "dim", "max_fit", "n_terms")


class TopicModel(TransformerMixin, ClusterMixin, BaseEstimator):
    """Topics of news texts from their words: deterministic, seconds on a laptop, every text has one.

    Parameters
    ----------
    n_topics : "auto" or int, default "auto"
        Number of topics; "auto" takes it from `choose_topics`, whose table is then in ``curve_``.
    random_state : int, default 0
        Seed of the starts. The same seed and texts give the same topics, whatever the order of rows, the
        number of threads or the BLAS.
    stop_words : "auto", language tag, iterable of str or None, default "auto"
        Words that carry no topic. "auto" takes the lists of the languages the texts are written in.
    stem : bool, default True
        Count plural and singular as one word (never shown: labels have words as written).
    min_df : "auto", int or float, default "auto"
        Fewest texts a word must stand in (a float: share of the texts). "auto": 5 for long texts, 3 for texts
        of less than 60 words in the median (stop words aside), fewer for small collections.
    max_df : float, default 0.5
        Largest share of the texts a word may stand in.
    title_weight : int, default 2
        How often the words of a title count in a table with ``title`` and ``body``.
    n_starts : int, default 12
        Number of starts; the likeliest third of the results vote.
    dim : int, default 100
        Dimensions of the word vectors from which k-means starts.
    max_fit : int, default 20000
        Larger collections are fitted on this many texts, chosen by their hashes; all are then given a topic.
    min_margin : float, default 0.0
        Texts whose ``margins_`` is below it get the label -1, "unassigned". 0 assigns every text.
    n_terms, n_exemplars : int, default 10 and 3
        How many terms and typical texts ``topics_`` shows.
    tokenizer : callable, optional
        Text -> words, in place of the built-in rule (see `toolkit.topics.vectorise`).
    embed : callable, optional
        List of texts -> array with a row per text (a sentence-transformers model's ``encode``, say). The
        vectors then take part beside the words.

    Attributes
    ----------
    labels_ : ndarray of int
        Topic of each text, in the order of the input; -1 where the margin is below ``min_margin``.
    n_topics_ : int
    topics_ : DataFrame
        One row per topic, largest first, ties by first term: ``topic`` (0, 1, 2 ...), ``label``, ``size``
        (texts), ``share`` with its Wilson interval ``share_low``, ``share_high``, ``terms`` and
        ``term_weights`` (lists), ``exemplars`` (positions of the nearest texts), ``exemplar_ids``
        (snapshot_id, or the index), ``exemplar_texts`` (title or first 200 characters), ``stability`` (0 to
        1: how much of the topic two half samples find again; NaN where that cannot be told), ``x`` and ``y``
        (a map: alike topics stand close).
    doc_topics_ : ndarray of float32, shape (texts, topics)
        Weights of all topics for each text; rows sum to 1.
    margins_ : ndarray of float
        Weight of a text's topic less that of the next; 0 for a text without any known word.
    curve_ : DataFrame or None
        The table of `choose_topics` where the number was not given.
    reason_ : str
        Why there are so many topics.
    notes_ : list of str
        What was odd about the input: empty or missing texts, fewer topics than asked for.
    vocabulary_ : list of str
        The features (stems), in alphabetical order.
    terms_, term_counts_ : list of str, ndarray of int
        Words and two-word phrases as written, and in how many texts of each topic each stands (of the texts
        fitted on): what labels, terms and `contrast_topics` are made from.

    Notes
    -----
    TF-IDF, word vectors, k-means starts, annealed mixture: `toolkit.topics.mixture` has the method,
    ``benchmarks/topics.py`` the comparison. Settings were found on four labelled collections together.

    Where it loses: on headlines alone sentence embeddings are better (AG News titles, NMI: .37 here, .48 for
    MiniLM with k-means), and ``background`` or ``embed`` closes the gap; where classes overlap and differ much in
    size (HuffPost, 19 sections) nothing without labels finds them, this included (NMI .24). Ten thousand texts
    or more in many topics have many solutions that are about as good: read ``stability`` before you build on
    a single topic.

    Shares are of the texts given, not of all news.

    Examples
    --------
    >>> texts = ["rain storm wind rain", "storm wind flood", "goal match team", "team coach goal",
    ...          "wind rain flood", "match coach team goal"]
    >>> model = TopicModel(n_topics=2, random_state=0).fit(texts)
    >>> model.labels_[0] == model.labels_[1], model.labels_[0] == model.labels_[2]
    (np.True_, np.False_)
    >>> model.topics_["size"].tolist()
    [3, 3]
    """

    def __init__(
        self,
        n_topics: int | str = "auto",
        random_state: int = 0,
        *,
        stop_words: str | Iterable[str] | None = "auto",
        stem: bool = True,
        min_df: int | float | str = "auto",
        max_df: float = 0.5,
        title_weight: int = 2,
        n_starts: int = 12,
        dim: int = 100,
        max_fit: int = 20_000,
        min_margin: float = 0.0,
        n_terms: int = 10,
        n_exemplars: int = 3,
        tokenizer: Callable[[str], Iterable[str]] | None = None,
        embed: Callable[[list[str]], Any] | None = None,
    ) -> None:
        self.n_topics = n_topics
        self.random_state = random_state
        self.stop_words = stop_words
        self.stem = stem
        self.min_df = min_df
        self.max_df = max_df
        self.title_weight = title_weight
        self.n_starts = n_starts
        self.dim = dim
        self.max_fit = max_fit
        self.min_margin = min_margin
        self.n_terms = n_terms
        self.n_exemplars = n_exemplars
        self.tokenizer = tokenizer
        self.embed = embed

    # -- fitting ---------------------------------------------------------------------------------------

    def fit(self, texts: Any, y: Any = None, *, background: Any = None) -> Self:
        """Find the topics of ``texts``.

        Parameters
        ----------
        texts : list, array or Series of str, or DataFrame
            The texts; a table such as ``corpus.articles`` needs ``title`` and ``body``. Missing values count
            as empty texts, which get the commonest topic, with margin 0.
        y : ignored
        background : like ``texts``, optional
            More texts to learn from, which are not counted: the articles' bodies when ``texts`` are
            headlines. They take part in finding the topics; sizes, shares and labels are of ``texts`` alone.

        Returns
        -------
        TopicModel
            The same object.

        Raises
        ------
        InputError
            If there are no texts, fewer texts than topics, or no words in any of them; if something in the
            input is no str; if a parameter is not allowed.
        """
        self._check_parameters()
        return self._fit(read_texts(texts, title_weight=self.title_weight), background)

    def fit_batches(self, batches: Iterable[Any]) -> Self:
        """Find topics of more texts than memory holds: one pass over batches, a sample of which is kept.

        Parameters
        ----------
        batches : iterable
            Each as ``fit`` takes them. Up to ``max_fit`` texts are kept, chosen by their hashes: which ones does
            not depend on how the texts are cut into batches.

        Returns
        -------
        TopicModel
            Fitted on the sample, which is what ``labels_``, ``topics_``, ``doc_topics_`` and ``margins_`` describe;
            ``sample_positions_`` says where in the stream it stood. ``predict`` gives all texts their topics, a batch
            at a time.

        Notes
        -----
        There is no ``partial_fit``: scikit-learn's takes one batch after the other and moves the model each time,
        so that topics would depend on the order of the batches, and the first would weigh words by a part of the
        texts. Here all batches are seen before anything is fitted.

        Examples
        --------
        >>> batches = [["rain storm wind", "goal match team"], ["storm rain flood", "team match coach"]]
        >>> model = TopicModel(n_topics=2).fit_batches(batches)
        >>> [model.predict(batch).tolist() for batch in batches]
        [[1, 0], [1, 0]]
        """
        self._check_parameters()
        read, self.sample_positions_, seen = sample_batches(
            batches, self.max_fit, title_weight=self.title_weight
        )
        self._fit(read, None)
        self.notes_.append(f"fitted on {len(read)} of {seen} texts.")
        return self

    def _fit(self, read: Texts, background: Any) -> Self:
        extra = read_texts(
            background if background is not None else [], title_weight=self.title_weight, name="background"
        )
        self._check_texts(read)
        self.notes_: list[str] = []
        own_order = canonical_order(read.values)[: self.max_fit]
        extra_order = canonical_order(extra.values)[: self.max_fit]
        own = [read.values[at] for at in own_order.tolist()]
        sample = own + [extra.values[at] for at in extra_order.tolist()]
        weights, counts = self._weigh_words(sample, len(read))
        rows = np.flatnonzero(np.diff(weights.indptr) > 0)
        kept = weights[rows]
        places = self._place(kept, [sample[at] for at in rows.tolist()])
        near = find_neighbours(places)
        self.mixture_ = self._find_mixture(kept, places, near)
        self._assign(read, own_order, weights, sample)
        self._describe(weights[: len(own)], counts[: len(own)], own, own_order, read)
        stability = measure_topic_stability(
            kept, places, near, self.mixture_, n_starts=max(1, self.n_starts // 4), seed=self.random_state
        )
        self.topics_.insert(self.topics_.columns.get_loc("x"), "stability", stability)
        self._remark(read)
        return self

    def _weigh_words(self, sample: Sequence[str], n_texts: int) -> tuple[csr_matrix, csr_matrix]:
        """Choose the vocabulary; TF-IDF weights and counts of the sample."""
        self.features_: Features
        self.features_, counts = find_features(
            sample,
            stop_words=self.stop_words,
            stem=self.stem,
            min_df=self.min_df,
            max_df=self.max_df,
            tokenizer=self.tokenizer,
        )
        if not self.features_.names:
            raise InputError(
                f"texts: none of the {n_texts} texts has a word of two letters or more that is no stop "
                "word. Pass texts with words, your own tokenizer=, or stop_words=None."
            )
        self.vocabulary_ = self.features_.names
        return self.features_.weigh(counts), counts

    def _read_for_choice(self, texts: Any) -> tuple[csr_matrix, np.ndarray, csr_matrix, float]:
        """What `choose_number` needs of texts, without fitting."""
        self._check_parameters()
        read = read_texts(texts, title_weight=self.title_weight)
        self._check_texts(read)
        sample = [read.values[at] for at in canonical_order(read.values)[: self.max_fit].tolist()]
        weights, _ = self._weigh_words(sample, len(read))
        rows = np.flatnonzero(np.diff(weights.indptr) > 0)
        places = self._place(weights[rows], [sample[at] for at in rows.tolist()])
        return weights[rows], places, find_neighbours(places), _PULL if self.embed is not None else 0.0

    def _check_parameters(self) -> None:
        number = self.n_topics
        whole = isinstance(number, (int, np.integer)) and not isinstance(number, bool)
        if number != "auto" and not (whole and int(number) >= 1):
            raise InputError(f"n_topics: got {number!r}; allowed are 'auto' and whole numbers from 1.")
        for name in _POSITIVE:
            if int(getattr(self, name)) < 1:
                raise InputError(f"{name}: got {getattr(self, name)!r}; a whole number from 1 is needed.")
        if not 0.0 <= float(self.min_margin) <= 1.0:
            raise InputError(f"min_margin: got {self.min_margin!r}; a weight from 0 to 1 is needed.")
        if not 0.0 < float(self.max_df) <= 1.0:
            raise InputError(f"max_df: got {self.max_df!r}; a share above 0, up to 1, is needed.")

    def _check_texts(self, read: Texts) -> None:
        if not len(read):
            raise InputError(
                "texts: there are none. Pass at least one text; an empty corpus has no topics to find."
            )
        if self.n_topics != "auto" and int(self.n_topics) > len(read):
            raise InputError(
                f"n_topics: asked for {self.n_topics} topics of {len(read)} texts; allowed are 'auto' and 1 to "
                f"{len(read)}. Ask for fewer topics, or pass more texts."
            )

    def _place(self, weights: Any, texts: Sequence[str]) -> np.ndarray:
        """Where texts lie for the starts: at the mean of their words, or at their own vectors."""
        if self.embed is not None:
            return self._embed(texts)
        return place_texts(weights, place_words(weights, self.dim, seed=self.random_state))

    def _embed(self, texts: Sequence[str]) -> np.ndarray:
        assert self.embed is not None
        vectors = np.asarray(self.embed(list(texts)), dtype=np.float64)
        if vectors.ndim != 2 or len(vectors) != len(texts) or not np.isfinite(vectors).all():
            raise InputError(
                f"embed: gave an array of shape {vectors.shape} for {len(texts)} texts; it must give one row of "
                "finite numbers per text."
            )
        return to_places(vectors)

    def _find_mixture(self, weights: csr_matrix, places: np.ndarray, near: csr_matrix) -> Mixture:
        pull = _PULL if self.embed is not None else 0.0
        self.curve_: pd.DataFrame | None = None
        if self.n_topics == "auto":
            choice = choose_number(weights, places, near, pull=pull, seed=self.random_state)
            self.curve_, self.reason_, number = choice.curve, choice.reason, choice.n_topics
        else:
            number, self.reason_ = int(self.n_topics), "as given"
        number = min(number, weights.shape[0])
        mixture, _ = fit_mixture(
            weights, places, number, n_starts=self.n_starts, seed=self.random_state, pull=pull, near=near
        )
        return mixture

    def _assign(self, read: Texts, order: np.ndarray, weights: csr_matrix, sample: Sequence[str]) -> None:
        """Give every text a topic; leave out topics that none has, in the background neither."""
        asked = self.mixture_.n_topics
        while True:
            known = self._weigh_rows(weights, sample)
            if len(order) == len(read):
                self.doc_topics_ = np.empty((len(read), known.shape[1]), dtype=np.float32)
                self.doc_topics_[order] = known[: len(order)]
            else:
                self.doc_topics_ = self._weigh_topics(read.values)
            used = np.unique(np.append(self.doc_topics_.argmax(axis=1), known[len(order) :].argmax(axis=1)))
            if len(used) == self.mixture_.n_topics:
                break
            self.mixture_ = self.mixture_.take(used)
        self.labels_ = self.doc_topics_.argmax(axis=1)
        if self.mixture_.n_topics < asked:
            self.notes_.append(
                f"{asked - self.mixture_.n_topics} of {asked} topics had no texts and were left out: "
                "the texts differ too little for so many."
            )

    def _describe(
        self, weights: csr_matrix, counts: csr_matrix, own: list[str], order: np.ndarray, read: Texts
    ) -> None:
        """Number the topics by size and write the table of topics."""
        k = self.mixture_.n_topics
        labels = self.labels_[order]
        sizes = np.bincount(self.labels_, minlength=k)
        counted = np.bincount(labels, minlength=k)
        found = count_terms(self.features_.counter(), counts, own, labels, k)
        terms = pick_terms(found, counted, self.n_terms)
        ranking = sorted(range(k), key=lambda topic: (-int(sizes[topic]), terms[topic][:1], topic))
        place = np.empty(k, dtype=np.int64)
        place[ranking] = np.arange(k)
        self.mixture_ = self.mixture_.take(np.array(ranking))
        some = np.flatnonzero(found.counts.any(axis=1))
        self.terms_ = [found.terms[at] for at in some.tolist()]
        self.term_counts_ = found.counts[some][:, ranking].astype(np.int64)
        self.doc_topics_ = self.doc_topics_[:, ranking]
        self.labels_ = place[self.labels_]
        terms = [terms[topic] for topic in ranking]
        rows, means = find_exemplars(weights, place[labels], k, self.n_exemplars, own)
        positions = [[int(order[row]) for row in chosen] for chosen in rows]
        self.margins_ = _margins(self.doc_topics_)
        self.labels_ = np.where(self.margins_ < self.min_margin, -1, self.labels_)
        sizes = np.bincount(self.labels_[self.labels_ >= 0], minlength=k)
        low, high = wilson_interval(sizes, len(read))
        maps = lay_out(means)
        self.n_topics_ = k
        self.topics_ = pd.DataFrame(
            {
                "topic": np.arange(k),
                "label": pd.Series(write_labels(terms), dtype="str"),
                "size": sizes,
                "share": sizes / len(read),
                "share_low": low,
                "share_high": high,
                "terms": [[term for term, _ in ranked] for ranked in terms],
                "term_weights": [[weight for _, weight in ranked] for ranked in terms],
                "exemplars": positions,
                "exemplar_ids": [[read.ids[at] for at in chosen] for chosen in positions],
                "exemplar_texts": [[read.shown[at] for at in chosen] for chosen in positions],
                "x": maps[:, 0],
                "y": maps[:, 1],
            }
        )

    def _remark(self, read: Texts) -> None:
        if read.n_missing:
            self.notes_.append(
                f"{read.n_missing} of {len(read)} texts were missing; they count as empty texts."
            )
        blank = int((self.margins_ == 0.0).sum()) if self.n_topics_ > 1 else 0
        if blank:
            self.notes_.append(
                f"{blank} of {len(read)} texts have no word of the vocabulary, or no topic fits best; they are with "
                "the commonest topic, margin 0."
            )

    # -- using -----------------------------------------------------------------------------------------

    def _weigh_rows(self, weights: csr_matrix, texts: Sequence[str]) -> np.ndarray:
        """Weights of all topics for each row of TF-IDF weights."""
        places = self._embed(texts) if self.mixture_.centres is not None and len(texts) else None
        scores = self.mixture_.score(weights, places)
        scores -= scores.max(axis=1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=1, keepdims=True)
        return scores.astype(np.float32)

    def _weigh_topics(self, texts: Sequence[str]) -> np.ndarray:
        """Weights of all topics for each text, a batch at a time."""
        result = np.empty((len(texts), self.mixture_.n_topics), dtype=np.float32)
        for start in range(0, len(texts), _BATCH):
            batch = texts[start : start + _BATCH]
            result[start : start + _BATCH] = self._weigh_rows(
                self.features_.weigh(self.features_.count(batch)), batch
            )
        return result

    def transform(self, texts: Any) -> np.ndarray:
        """Weights of the topics for each text: float32, shape (texts, topics), rows sum to 1."""
        check_is_fitted(self, "mixture_")
        return self._weigh_topics(read_texts(texts, title_weight=self.title_weight).values)

    def predict(self, texts: Any) -> np.ndarray:
        """The topic of each text; -1 where the margin is below ``min_margin``.

        On the texts of the fit it gives ``labels_`` again, bit for bit.
        """
        weights = self.transform(texts)
        if not len(weights):
            return np.zeros(0, dtype=np.int64)
        best = np.argmax(weights, axis=1)
        return np.where(_margins(weights) < self.min_margin, -1, best)

    def fit_predict(self, texts: Any, y: Any = None, **fit_params: Any) -> np.ndarray:
        """Fit, and give ``labels_``."""
        labels: np.ndarray = self.fit(texts, y, **fit_params).labels_
        return labels

    def fit_transform(self, texts: Any, y: Any = None, **fit_params: Any) -> np.ndarray:
        """Fit, and give ``doc_topics_``."""
        weights: np.ndarray = self.fit(texts, y, **fit_params).doc_topics_
        return weights

    def score(self, texts: Any, y: Any = None) -> float:
        """Mean log likelihood of a text's words, so that a grid search can compare settings on held-out texts."""
        check_is_fitted(self, "mixture_")
        read = read_texts(texts, title_weight=self.title_weight)
        weights = self.features_.weigh(self.features_.count(read.values))
        places = self._embed(read.values) if self.mixture_.centres is not None else None
        scores = self.mixture_.score(weights, places)
        top = scores.max(axis=1)
        return float((top + np.log(np.exp(scores - top[:, None]).sum(axis=1))).mean())

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Names of the columns of ``transform``: topic0, topic1 ..."""
        check_is_fitted(self, "mixture_")
        return np.array([f"topic{topic}" for topic in range(self.n_topics_)], dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.one_d_array = True
        tags.input_tags.two_d_array = False
        tags.input_tags.allow_nan = True
        return tags

    # -- keeping ---------------------------------------------------------------------------------------

    def save(self, path: str | Path) -> Path:
        """Write the model to the folder ``path``; see `toolkit.topics.storage.save_model`."""
        from toolkit.topics.storage import save_model

        return save_model(self, path)

    @classmethod
    def load(cls, path: str | Path, **hooks: Any) -> TopicModel:
        """Read a saved model back; see `toolkit.topics.storage.load_model`."""
        from toolkit.topics.storage import load_model

        return load_model(path, **hooks)


def _margins(weights: np.ndarray) -> np.ndarray:
    """Weight of the best topic less that of the next; 1 where there is only one topic."""
    if weights.shape[1] < 2:
        return np.ones(len(weights))
    top = np.sort(weights.astype(np.float64), axis=1)[:, -2:]
    margins: np.ndarray = top[:, 1] - top[:, 0]
    return margins
