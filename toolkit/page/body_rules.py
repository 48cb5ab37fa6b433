"""Rules that tell article text from the rest, from the same columns as the trained blocks model.

They know nothing of any site: what stands in the main element and reads as sentences, subheads, lists, quotes or
tables is text; what hints at comments, captions, chrome, adverts or sharing is not. Their vote steadies the model's.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import numpy.typing as npt

from toolkit.page.body_features import FEATURES

__all__ = ["find_decks", "vote_by_rules"]

_AT = {name: column for column, name in enumerate(FEATURES)}
_NOT_TEXT = [
    _AT[name] for name in (
        "in_comment", "in_ad", "in_share", "in_paywall", "in_caption", "in_tags", "within_nav", "within_footer",
        "within_aside", "within_form", "within_figure", "within_figcaption", "within_button",
    )
]  # fmt: skip
_NOTHING = np.zeros(3, dtype=bool)
_P, _LI, _QUOTE, _ROW, _H1 = 1, 2, 3, 5, 6
_FIRST_SUBHEAD, _LAST_SUBHEAD = 7, 9


def _column(features: npt.NDArray[np.float32], name: str) -> npt.NDArray[np.float32]:
    return features[:, _AT[name]]


def vote_by_rules(
    features: npt.NDArray[np.float32], decks: npt.NDArray[np.bool_] | None = None
) -> npt.NDArray[np.bool_]:
    """Whether each candidate block is article text, by rule.

    Parameters
    ----------
    features : ndarray, shape (n, number of features)
        As ``measure_blocks`` gives them.
    decks : ndarray of bool, shape (n,), optional
        What ``find_decks`` says of them, where that is known already.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    if not len(features):
        return np.zeros(0, dtype=bool)

    column = partial(_column, features)
    chars, links, group = column("chars"), column("link_share"), column("group")
    hidden, repeat = column("hidden") > 0, column("repeat") > 0
    apart = (features.T[_NOT_TEXT] > 0).any(axis=0) | hidden
    subhead = (group >= _FIRST_SUBHEAD) & (group <= _LAST_SUBHEAD)
    item = group == _LI
    reads_on = (column("ends") >= 2) | (chars > 80)
    kind = (
        reads_on
        | subhead
        | item
        | (group == _QUOTE)
        | (group == _ROW)
        | ((group == _P) & (chars > 10) & (links < 0.3))
    )
    text = (column("levels") >= 0) & ~apart & ~repeat & (links < 0.5) & (group != _H1) & kind
    text &= ~(item & (column("grand_links") > 0.4) & (links > 0.2))
    text &= ~((column("parent_links") > 0.5) & (chars < 200))
    cue = column("cue_follow") + column("cue_share") + column("cue_more") > 0
    text &= ~(cue & (chars < 140) & (column("cue_share_of_words") > 0.25))
    plain = np.append(text & ~subhead, _NOTHING)
    text &= ~subhead | plain[1:-2] | plain[2:-1] | plain[3:]  # a subhead stands before text
    return text | (find_decks(features) if decks is None else decks)


def find_decks(features: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """Whether each candidate block is a summary near the title: by its class, or by the page's description."""
    column = partial(_column, features)
    near_title = (column("after_title") >= -1) & (column("after_title") < 12)
    said = (column("in_deck") > 0) | (column("deck_share") > 0.8)
    deck = said & near_title & (column("title_share") < 0.7)
    deck &= (column("chars") > 40) & (column("link_share") < 0.2) & (column("hidden") == 0)
    return np.asarray(deck & (column("repeat") == 0) & (column("group") != _H1) & (column("in_comment") == 0))
