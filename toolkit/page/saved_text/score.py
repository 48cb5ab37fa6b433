"""How likely each line is a headline, a label or a kicker, and where modules part: trained trees, or rules."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from toolkit.page.modules.ensemble import Ensemble, from_arrays
from toolkit.page.saved_text.body import Region
from toolkit.page.saved_text.facts import Facts
from toolkit.page.saved_text.features import describe_lines, spread_scores
from toolkit.page.saved_text.headings import Stretch, choose_headings
from toolkit.page.saved_text.lines import Line
from toolkit.page.saved_text.pairs import describe_pairs, part_by_rule, part_for_sure
from toolkit.page.saved_text.wording import spread_votes, weigh_words

__all__ = ["heading_chooser", "load_ensembles", "score_lines", "score_parting"]

Matrix = npt.NDArray[np.float32]

#: Roles in the order of the score table's columns; column 0 is anything else.
ROLES = ("headline", "label", "kicker", "body")
BODY = len(ROLES)
#: A line scoring less for every role at first sight is not looked at again.
HOPELESS = 0.005
#: What rules take for a headline, a label or a kicker scores at least so much ...
SURE = {"headline": 0.5, "label": 0.5, "kicker": 0.5}
#: ... unless the trees doubt it.
DENIED = {"headline": 0.4, "label": 0.1, "kicker": -1.0}


@lru_cache(maxsize=1)
def load_weights() -> tuple[npt.NDArray[np.float32], float]:
    """The weight of each hashed word for a line to be a headline, and the constant added to them."""
    path = files("toolkit").joinpath("models").joinpath("saved_text.npz")
    with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
        weights = stored["word_weights"].astype(np.float32)
    return weights[:-1], float(weights[-1])


@lru_cache(maxsize=1)
def load_ensembles() -> dict[str, Ensemble]:
    """The trees that ship with the toolkit, by name; empty where there are none.

    "first_headline" and so on look at each line with its neighbours; "second_headline" and so on look again,
    knowing what the lines around were taken for; "part" tells whether two headlines stand in two modules, "heading"
    which line above a module is its label.
    """
    folder = files("toolkit").joinpath("models")
    about_file, arrays_file = folder.joinpath("saved_text.json"), folder.joinpath("saved_text.npz")
    if not about_file.is_file() or not arrays_file.is_file():
        return {}
    about = json.loads(about_file.read_text(encoding="utf-8"))["ensembles"]
    with arrays_file.open("rb") as file, np.load(file, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    return {name: from_arrays(arrays, name, about[name]) for name in about}


def score_lines(
    lines: list[Line],
    facts: list[Facts],
    labels: list[str | None],
    region: Region,
    title: int | None,
    guesses: list[str],
    words: list[tuple[str, ...]],
    ensembles: dict[str, Ensemble] | None = None,
) -> Matrix:
    """One row per line; columns: anything else, headline, label, kicker, running text, each 0 to 1.

    Without trees the roles guessed by rule are all there is to go by.
    """
    ensembles = load_ensembles() if ensembles is None else ensembles
    if not ensembles or not lines:
        return _from_guesses(guesses)
    table = describe_lines(lines, facts, labels, region, title, guesses, words)
    weights, start = load_weights()
    table = np.hstack([table, spread_votes(weigh_words(lines, weights, start))])
    first = _predict(table, ensembles, "first")
    again = np.flatnonzero(first[:, 1:].max(axis=1) > HOPELESS)
    spread = np.hstack([table, spread_scores(lines, first[:, 1:])])
    first[again] = _predict(spread[again], ensembles, "second")
    return trust_rules(first, guesses)


def trust_rules(scores: Matrix, guesses: list[str]) -> Matrix:
    """Raise what rules take for a headline, a label or a kicker to what such lines are worth by rule."""
    for i, guess in enumerate(guesses):
        if guess in SURE:
            column = ROLES.index(guess) + 1
            if scores[i, column] > DENIED[guess]:
                scores[i, column] = max(scores[i, column], SURE[guess])
            if guess == "kicker":  # a section's name heads as many lists as it stands beside headlines
                scores[i, 2] = min(scores[i, 2], 0.1)
    return scores


def _predict(table: Matrix, ensembles: dict[str, Ensemble], stage: str) -> Matrix:
    scores = np.zeros((len(table), len(ROLES) + 1), np.float32)
    for column, role in enumerate(ROLES, 1):
        scores[:, column] = ensembles[f"{stage}_{role}"].predict(table)
    scores[:, 0] = np.maximum(0.0, 1.0 - scores[:, 1:].sum(axis=1))
    return scores


def _from_guesses(guesses: list[str]) -> Matrix:
    scores = np.zeros((len(guesses), len(ROLES) + 1), np.float32)
    for i, guess in enumerate(guesses):
        scores[i, ROLES.index(guess) + 1 if guess in SURE else 0] = 0.9
    return scores


def score_parting(
    lines: list[Line],
    facts: list[Facts],
    scores: Matrix,
    region: Region,
    heads: list[int],
    ensembles: dict[str, Ensemble] | None = None,
) -> npt.NDArray[np.floating]:
    """For each two headlines in a row, how likely they stand in two modules, 0 to 1."""
    ensembles = load_ensembles() if ensembles is None else ensembles
    rows = describe_pairs(lines, facts, scores, region, heads)
    if "part" not in ensembles or not len(rows):
        return part_by_rule(rows)
    return np.maximum(ensembles["part"].predict(rows), part_for_sure(rows))


def heading_chooser(
    lines: list[Line],
    facts: list[Facts],
    roles: list[str],
    scores: Matrix,
    region: Region,
    ensembles: dict[str, Ensemble] | None = None,
) -> Callable[[Sequence[Stretch]], list[int | None]] | None:
    """What gives each module of a page its label by the trees, None where there are none."""
    ensembles = load_ensembles() if ensembles is None else ensembles
    if "heading" not in ensembles:
        return None
    predict = ensembles["heading"].predict
    return partial(choose_headings, lines, facts, roles, scores, region, predict=predict)
