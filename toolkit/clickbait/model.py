"""The clickbait model: three parts that add up, a calibration, an interval; stored without pickle."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toolkit.clickbait.calibration import Calibration, fit_calibration, fit_logistic
from toolkit.clickbait.features import Lexer, Tokens, count_features, cue_names, find_grams
from toolkit.clickbait.inputs import read_headlines
from toolkit.clickbait.linear import HashedWeights, TokenWeights, gram_matrix, piece_matrix
from toolkit.clickbait.match import Hit, match_rules
from toolkit.clickbait.net import Net
from toolkit.clickbait.rules import LANGUAGES, load_rules
from toolkit.clickbait.storage import read_model, write_model
from toolkit.clickbait.text import find_tokens, plain_text
from toolkit.clickbait.training import (
    check_ratings,
    find_frequent_words,
    fit_ridge,
    fit_ridge_out_of_fold,
    scale_columns,
)
from toolkit.clickbait.trees import Trees
from toolkit.errors import CorpusError, InputError

__all__ = ["MODEL_LANGUAGES", "ClickbaitModel", "Scores", "load_model"]

#: Languages that have a model of their own; elsewhere the score abstains.
MODEL_LANGUAGES = ("en",)

#: what the raters of the training data would give
DEFAULT_SCALE = "readers"
Floats = npt.NDArray[np.float64]


class Scores(NamedTuple):
    """Scores of lines, and what they are made of."""

    score: Floats
    low: Floats
    high: Floats
    base: float
    words: Floats
    skeleton: Floats
    cues: Floats
    hits: list[list[Hit]]


class ClickbaitModel:
    """A score of clickbait style for headlines of one language, learnt from graded ratings.

    Parameters
    ----------
    language : str
        Language of the headlines; its cue rules are used.
    random_state : int
        Seed of the row and column samples of the trees, and of the net.
    n_skeleton_words : int
        How many frequent words stay in the skeleton of a line.
    alpha : float
        How strongly the ridge regression holds back its weights, > 0.
    emphasis : (float, float, float)
        How much more room words, skeleton and pieces of words get in it, each > 0.
    rarity : float
        Above 0: more room for rare n-grams (a power of the logarithm of how rare they are).
    n_trees : int
        Number of boosted trees; 0 for none.
    learning_rate : float
        Step of the trees, > 0.
    n_units : int
        Units of a small net over the skeleton's words and the cues; 0, the default, for none. It takes some
        thousands of rated headlines to be worth its while.

    Attributes
    ----------
    info : dict
        What the model was trained on: n, hash of the training data, its own figures.

    Notes
    -----
    Ridge regression on n-grams of words and of pieces of words (part *words*) and of the line with its content
    words masked (part *skeleton*), then boosted trees on what the ridge leaves, over cue hits and simple counts
    (part *cues*). A logistic regression on out-of-fold parts puts the three on the logit scale, where they add
    up; a monotone calibration maps the sum to the mean rating; the interval is split-conformal within bins of the
    score. All of it is learnt out of fold: ``groups`` keeps an outlet (or a stretch of time) together.

    A score shows how much a line reads like those that readers rated as clickbait. It is no verdict on truth or
    intent and says nothing about clicks.

    Examples
    --------
    >>> lines = [f"{n} reasons why you should try this" for n in range(3, 33)]
    >>> lines += [f"Council approves budget of {n} million" for n in range(3, 33)]
    >>> model = ClickbaitModel(n_trees=20).fit(lines, [1.0] * 30 + [0.0] * 30)
    >>> scores = model.score(["9 reasons why you should go", "Council approves road"])
    >>> bool(scores.score[0] > scores.score[1])
    True
    """

    def __init__(
        self,
        language: str = "en",
        *,
        random_state: int = 0,
        n_skeleton_words: int = 1500,
        alpha: float = 3.0,
        emphasis: tuple[float, float, float] = (1.0, 1.0, 1.0),
        rarity: float = 0.0,
        n_trees: int = 300,
        learning_rate: float = 0.06,
        n_units: int = 0,
    ) -> None:
        if language not in LANGUAGES:
            raise InputError(
                f"language: no cue rules for {language!r}, so no model can be trained; "
                f"there are rules for {', '.join(LANGUAGES)}."
            )
        self.language = language
        self.random_state = random_state
        self.n_skeleton_words = n_skeleton_words
        if len(emphasis) != 3 or min(emphasis) <= 0 or alpha <= 0 or rarity < 0 or min(n_trees, n_units) < 0:
            raise InputError(
                f"alpha, emphasis, rarity, n_trees, n_units: got {alpha!r}, {emphasis!r}, {rarity!r}, {n_trees!r}, "
                f"{n_units!r}; alpha and the three numbers of emphasis are above 0, the others 0 or more."
            )
        self.alpha = alpha
        self.emphasis = tuple(emphasis)
        self.rarity = rarity
        self.n_trees = n_trees
        self.learning_rate = learning_rate
        self.n_units = n_units
        self.info: dict[str, Any] = {}
        self._lexer: Lexer | None = None

    # -- reading -------------------------------------------------------------------------------------------

    def _read(self, lines: Sequence[str]) -> tuple[list[str], list[list[Hit]], Floats]:
        rules = load_rules(self.language)
        lower: list[str] = []
        hits: list[list[Hit]] = []
        sizes: list[int] = []
        lengths: list[int] = []
        is_number: list[bool] = []
        # line by line, and no token is kept: many small objects at once would set the garbage collector to work
        for line in lines:
            plain = plain_text(line)
            tokens = find_tokens(plain.lower)
            hits.append(match_rules(rules, plain, tokens))
            lower.append(plain.lower)
            sizes.append(len(tokens))
            lengths += [end - start for _, start, end in tokens]
            is_number += [token[0].isdigit() for token, _, _ in tokens]
        table = count_features(
            rules, lower, hits,
            np.array(sizes, np.int64), np.array(lengths, np.int64), np.array(is_number, bool),
        )  # fmt: skip
        return lower, hits, table

    # -- training ------------------------------------------------------------------------------------------

    def fit(
        self,
        headlines: Any,
        ratings: Sequence[float] | npt.ArrayLike,
        *,
        weights: npt.ArrayLike | None = None,
        groups: npt.ArrayLike | None = None,
        calibrate_on: npt.ArrayLike | None = None,
    ) -> ClickbaitModel:
        """Learn from rated headlines.

        Parameters
        ----------
        headlines : list or Series of str, or DataFrame
            See ``score_clickbait``.
        ratings : sequence of float
            Mean rating of each headline, 0 (not at all) to 1 (heavily clickbait); labels 0 and 1 will do.
        weights : array of float, optional
            Weight of each headline, > 0. Default: 1.
        groups : array, optional
            Label of each headline (outlet, page, block of time); headlines of one group stay together when parts
            of the data are held out. Default: five blocks in the order given.
        calibrate_on : array of bool, optional
            Headlines whose ratings set the calibration and the interval. Default: all.

        Returns
        -------
        ClickbaitModel
            The model itself.

        Raises
        ------
        InputError
            If there are fewer than 50 headlines, or lengths differ, or a rating is not within 0 and 1, or a
            headline is missing, or there are fewer than two groups.
        """
        given = read_headlines(headlines, self.language)
        y, weight, fold, use = check_ratings(given.reasons, ratings, weights, groups, calibrate_on)
        lower, _, table = self._read(given.texts)
        lexer = Lexer(find_frequent_words(lower, self.n_skeleton_words))
        words, skeleton, tokens, all_tokens = find_grams(lexer, lower)
        min_rows = 2 if len(y) >= 2000 else 1
        word_matrix, word_keys = gram_matrix(words, min_rows)
        skeleton_matrix, skeleton_keys = gram_matrix(skeleton, min_rows)
        piece_matrix_, piece_keys = piece_matrix(lexer, tokens, 5 if len(y) >= 2000 else 2)
        matrices = [word_matrix, skeleton_matrix, piece_matrix_]
        scales = [
            scale_columns(matrix, factor, self.rarity)
            for matrix, factor in zip(matrices, self.emphasis, strict=True)
        ]
        matrices = [matrix.multiply(scale).tocsr() for matrix, scale in zip(matrices, scales, strict=True)]
        held_out = fit_ridge_out_of_fold(matrices, y, weight, fold, self.alpha)
        residual = y - held_out.sum(axis=1)
        parts = np.zeros((len(y), 5 if self.n_units else 3))
        parts[:, 0] = held_out[:, 1] + held_out[:, 3]
        parts[:, 1] = held_out[:, 2]
        for number in np.unique(fold):
            rest = fold != number
            parts[~rest, 2] = self._fit_trees(table[rest], residual[rest], weight[rest]).predict(table[~rest])
            if self.n_units:
                net = self._fit_net(lexer, all_tokens.take(rest), table[rest], y[rest], weight[rest])
                parts[~rest, 3:] = net.predict(lexer, all_tokens.take(~rest), table[~rest])
        final, _ = fit_ridge(matrices, y, weight, self.alpha)
        final = [weights_ * scale for weights_, scale in zip(final, scales, strict=True)]
        self._trees = self._fit_trees(table, residual, weight)
        self._net = self._fit_net(lexer, all_tokens, table, y, weight) if self.n_units else None
        self.held_out_parts_ = parts
        self._fold = fold
        self._settle(y, weight, use)
        self._words = HashedWeights(word_keys, final[0].astype(np.float16))
        self._skeleton = HashedWeights(skeleton_keys, final[1].astype(np.float16))
        self._pieces = TokenWeights(HashedWeights(piece_keys, final[2].astype(np.float16)))
        self._lexer = lexer
        self.info = {
            "n_headlines": len(y),
            "headlines_sha256": _hash(given.texts),
            "ratings_sha256": _hash([f"{rating:.6f}" for rating in y]),
            "mean_rating": round(float(np.average(y)), 6),
        }
        return self

    def _settle(self, y: Floats, weight: Floats, use: npt.NDArray[np.bool_], *, as_one: bool = False) -> None:
        """Put the held-out parts on the logit scale (``as_one``: all by one factor) and calibrate their sum."""
        parts = self.held_out_parts_
        if as_one:
            base, factor = fit_logistic(parts.sum(axis=1, keepdims=True), y, weight)
            self._coefficients = np.array([base, *[factor] * parts.shape[1]])
        else:
            self._coefficients = fit_logistic(parts, y, weight)
        # parts are told as differences from the average line
        self._centres = np.average(parts, axis=0, weights=weight)
        self._coefficients[0] += self._coefficients[1:] @ self._centres
        z = self._held_out_logit()
        self._calibrations = {DEFAULT_SCALE: fit_calibration(z[use], y[use], weight[use])}
        self.held_out_ = self._calibrations[DEFAULT_SCALE].apply(z)

    def _held_out_logit(self) -> Floats:
        z: Floats = self._coefficients[0] + (self.held_out_parts_ - self._centres) @ self._coefficients[1:]
        return z

    def add_scale(self, name: str, ratings: npt.ArrayLike, where: npt.ArrayLike) -> ClickbaitModel:
        """Calibrate the same model to the ratings of other raters, under a name of their own.

        Parameters
        ----------
        name : str
            Name of the scale, for ``score(lines, scale=name)``.
        ratings : array of float
            One per headline of ``fit``, 0 to 1; only those ``where`` says are read.
        where : array of bool
            Headlines rated on this scale, at least 20.

        Returns
        -------
        ClickbaitModel
            The model itself.

        Raises
        ------
        InputError
            If the model was loaded and not fitted, or fewer than 20 headlines are named.
        """
        if not hasattr(self, "held_out_parts_"):
            raise InputError("a loaded model has no held-out parts: add a scale before save().")
        use = np.asarray(where, bool)
        if use.shape != (len(self.held_out_parts_),) or use.sum() < 20:
            raise InputError("where: one bool per headline is needed, at least 20 of them True.")
        rated = np.asarray(ratings, np.float64)[use]
        self._calibrations[name] = fit_calibration(self._held_out_logit()[use], rated)
        return self

    @property
    def scales(self) -> tuple[str, ...]:
        """Names of the scales the score can be read on; the first is the default."""
        return tuple(self._calibrations)

    @classmethod
    def blend(
        cls,
        models: Sequence[ClickbaitModel],
        shares: Sequence[tuple[float, float]],
        ratings: npt.ArrayLike,
        *,
        weights: npt.ArrayLike | None = None,
        calibrate_on: npt.ArrayLike | None = None,
    ) -> ClickbaitModel:
        """One model from several that were fitted to the same headlines with other weights.

        Their parts are added, each times its share; the sum is put on the logit scale and calibrated anew.

        Parameters
        ----------
        models : sequence of ClickbaitModel
            Fitted by ``fit`` (not loaded) to the same headlines in the same order and groups.
        shares : sequence of (float, float)
            Per model the share of its linear parts and of its trees, > 0.
        ratings, weights, calibrate_on
            As in ``fit``, for the last step.

        Returns
        -------
        ClickbaitModel

        Raises
        ------
        InputError
            If the models were not fitted to the same headlines, or more than one of them has a net.
        """
        first = models[0]
        if len(shares) != len(models) or any(min(share) <= 0 for share in shares):
            raise InputError(
                f"shares: two numbers above 0 per model are needed ({len(models)} models); got {list(shares)}."
            )
        for model in models:
            same = (
                hasattr(model, "held_out_parts_")
                and model.info["headlines_sha256"] == first.info["headlines_sha256"]
                and np.array_equal(model._fold, first._fold)
                and model.n_skeleton_words == first.n_skeleton_words
            )
            if not same:
                raise InputError(
                    "models: they must be fitted to the same headlines, in one order and with one grouping."
                )
        if sum(model.n_units > 0 for model in models) > 1:
            raise InputError("models: at most one of them may have a net (n_units above 0).")
        y = np.asarray(ratings, np.float64)
        weight = np.ones(len(y)) if weights is None else np.asarray(weights, np.float64)
        use = np.ones(len(y), bool) if calibrate_on is None else np.asarray(calibrate_on, bool)
        options = ("random_state", "n_skeleton_words", "alpha", "emphasis", "rarity", "learning_rate")
        blended = cls(first.language, **{name: getattr(first, name) for name in options})
        blended.n_trees = sum(model.n_trees for model in models)
        blended.n_units = sum(model.n_units for model in models)
        pairs = list(zip(models, shares, strict=True))

        def mix(name: str) -> HashedWeights:
            parts = [getattr(model, name) for model in models]
            parts = [part.weights if isinstance(part, TokenWeights) else part for part in parts]
            total = sum(
                linear * part.weight.astype(np.float64)
                for part, (linear, _) in zip(parts, shares, strict=True)
            )
            return HashedWeights(parts[0].key, np.asarray(total, np.float16))

        blended._words, blended._skeleton = mix("_words"), mix("_skeleton")
        blended._pieces = TokenWeights(mix("_pieces"))
        blended._trees = Trees.join([(model._trees, of_trees) for model, (_, of_trees) in pairs])
        nets = [(model._net, linear) for model, (linear, _) in pairs if model._net is not None]
        blended._net = nets[0][0].times(nets[0][1]) if nets else None
        blended._fold = first._fold
        blended.held_out_parts_ = np.zeros((len(y), 5 if nets else 3))
        for model, (linear, of_trees) in pairs:
            share = np.array([linear, linear, of_trees, linear, linear])[: model.held_out_parts_.shape[1]]
            blended.held_out_parts_[:, : len(share)] += model.held_out_parts_ * share
        blended._lexer = first._lexer
        blended._settle(y, weight, use, as_one=True)
        blended.info = {**first.info, "mean_rating": round(float(np.average(y, weights=weight)), 6)}
        return blended

    def _fit_net(self, lexer: Lexer, tokens: Tokens, table: Floats, target: Floats, weight: Floats) -> Net:
        return Net.fit(
            lexer, tokens, table, target, weight, n_units=self.n_units, random_state=self.random_state
        )

    def _fit_trees(self, table: Floats, target: Floats, weight: Floats) -> Trees:
        return Trees.fit(
            table, target, weight,
            n_trees=self.n_trees, learning_rate=self.learning_rate,
            min_leaf=max(5, min(25, len(target) // 40)), random_state=self.random_state,
        )  # fmt: skip

    # -- scoring -------------------------------------------------------------------------------------------

    def score(self, lines: Sequence[str], scale: str | None = None) -> Scores:
        """Score lines of the model's language; each must be text of at most 500 characters.

        ``scale`` is one of ``scales``, the first by default.

        ``score_clickbait`` is the same with a table, other languages, and input of any kind.
        """
        if self._lexer is None:
            raise InputError("this ClickbaitModel is empty: call fit() or load() first.")
        scale = self.scales[0] if scale is None else scale
        if scale not in self._calibrations:
            raise InputError(
                f"scale: no scale {scale!r}; this model has {', '.join(map(repr, self.scales))}."
            )
        calibration = self._calibrations[scale]
        lower, hits, table = self._read(lines)
        words, skeleton, tokens, all_tokens = find_grams(self._lexer, lower)
        parts = [
            self._words.add_up(words) + self._pieces.add_up(self._lexer, tokens),
            self._skeleton.add_up(skeleton),
            self._trees.predict(table),
        ]
        if self._net is not None:
            parts += list(self._net.predict(self._lexer, all_tokens, table).T)
        base = self._coefficients[0]
        on_logit = [
            factor * (part - centre)
            for factor, part, centre in zip(self._coefficients[1:], parts, self._centres, strict=True)
        ]
        word_part, skeleton_part, cue_part = on_logit[:3]
        if self._net is not None:
            skeleton_part, cue_part = skeleton_part + on_logit[3], cue_part + on_logit[4]
        z = base + word_part + skeleton_part + cue_part
        score = calibration.apply(z)
        low, high = calibration.interval(z, score)
        return Scores(score, low, high, float(base), word_part, skeleton_part, cue_part, hits)

    # -- storing -------------------------------------------------------------------------------------------

    def save(self, folder: str | Path) -> None:
        """Write ``model.json`` and ``model.npz`` into a folder; the same model gives the same bytes."""
        if self._lexer is None:
            raise InputError("this ClickbaitModel is empty: call fit() before save().")
        head = {
            "language": self.language,
            "random_state": self.random_state,
            "n_skeleton_words": self.n_skeleton_words,
            "alpha": self.alpha,
            "emphasis": list(self.emphasis),
            "rarity": self.rarity,
            "n_trees": self.n_trees,
            "learning_rate": self.learning_rate,
            "n_units": self.n_units,
            "centres": [float(value) for value in self._centres],
            "coefficients": [float(value) for value in self._coefficients],
            "scales": list(self.scales),
            "cue_features": cue_names(load_rules(self.language)),
            "info": self.info,
            "skeleton_words": sorted(self._lexer.kept),
        }
        arrays: dict[str, npt.NDArray[Any]] = {
            "word_key": self._words.key, "word_weight": self._words.weight,
            "skeleton_key": self._skeleton.key, "skeleton_weight": self._skeleton.weight,
            "piece_key": self._pieces.weights.key, "piece_weight": self._pieces.weights.weight,
            **self._trees.arrays(),
            **(self._net.arrays() if self._net is not None else {}),
            **{
                f"{name}_{key}": array
                for name, calibration in self._calibrations.items()
                for key, array in calibration.arrays().items()
            },
        }  # fmt: skip
        write_model(folder, head, arrays)

    @classmethod
    def load(cls, folder: str | Path) -> ClickbaitModel:
        """Read a model that ``save`` wrote.

        Raises
        ------
        CorpusError
            If the folder holds no model, or one of another format or of other cue rules than those installed.
        """
        head, arrays = read_model(folder)
        options = (
            "random_state", "n_skeleton_words", "alpha", "emphasis", "rarity", "n_trees", "learning_rate", "n_units",
        )  # fmt: skip
        model = cls(head["language"], **{name: head[name] for name in options if name in head})
        if head["cue_features"] != cue_names(load_rules(model.language)):
            raise CorpusError(
                f"{folder}: the model was trained with other cue rules than those installed. Train it again."
            )
        model._coefficients = np.array(head["coefficients"])
        model._centres = np.array(head["centres"])
        model._words = HashedWeights(arrays["word_key"], arrays["word_weight"])
        model._skeleton = HashedWeights(arrays["skeleton_key"], arrays["skeleton_weight"])
        model._pieces = TokenWeights(HashedWeights(arrays["piece_key"], arrays["piece_weight"]))
        model._calibrations = {
            name: Calibration.from_arrays(
                {
                    key.removeprefix(f"{name}_"): array
                    for key, array in arrays.items()
                    if key.startswith(f"{name}_")
                }
            )
            for name in head["scales"]
        }
        model._trees = Trees.from_arrays(arrays)
        model._net = Net.from_arrays(arrays) if model.n_units else None
        model._lexer = Lexer(head["skeleton_words"])
        model.info = head["info"]
        return model


@cache
def load_model(language: str = "en") -> ClickbaitModel:
    """The model that comes with the toolkit.

    Raises
    ------
    InputError
        If there is none for the language.
    """
    if language not in MODEL_LANGUAGES:
        raise InputError(
            f"language: no model for {language!r}; there is one for {', '.join(MODEL_LANGUAGES)}. "
            "Train one on headlines rated by people: ClickbaitModel(language).fit(headlines, ratings)."
        )
    with resources.as_file(resources.files("toolkit").joinpath("models", "clickbait")) as folder:
        return ClickbaitModel.load(folder)


def _hash(lines: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()
