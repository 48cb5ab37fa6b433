"""How much attention a rank is worth: the weightings, and their normalisation per module print."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from toolkit.errors import InputError

__all__ = ["WEIGHTINGS", "Weighting", "rank_weights"]

Weighting = Literal["uniform", "log2", "geometric", "reciprocal"]

#: Names of the weightings that `rank_weights` knows.
WEIGHTINGS: tuple[Weighting, ...] = ("uniform", "log2", "geometric", "reciprocal")


def rank_weights(
    ranks: npt.ArrayLike, weighting: Weighting = "log2", *, patience: float = 0.8
) -> npt.NDArray[np.float64]:
    """What a print at each rank weighs.

    Parameters
    ----------
    ranks : array_like of int
        1 = first in its module.
    weighting : {"uniform", "log2", "geometric", "reciprocal"}, default "log2"
        ``1``; ``1 / log2(rank + 1)``; ``(1 - patience) * patience ** (rank - 1)``; ``1 / rank``.
    patience : float, default 0.8
        For "geometric": the chance that a reader goes on to the next item, between 0 and 1.

    Returns
    -------
    ndarray of float
        In the order of ``ranks``, not normalised.

    Raises
    ------
    InputError
        If a rank is below 1, or ``weighting`` or ``patience`` is not allowed.

    Notes
    -----
    The log discount is that of DCG and of fairness of exposure (Singh and Joachims 2018), the geometric one is
    rank-biased precision's (Moffat and Zobel 2008), with the reader of rank-biased overlap. They are models
    of attention, not measurements of it.

    Examples
    --------
    >>> rank_weights([1, 2, 3, 4, 5]).round(4).tolist()
    [1.0, 0.6309, 0.5, 0.4307, 0.3869]
    >>> rank_weights([1, 2, 3], "geometric").round(4).tolist()
    [0.2, 0.16, 0.128]
    """
    r = np.asarray(ranks, float)
    if (r < 1).any():
        raise InputError(f"ranks: found {r.min():g}; the first rank is 1. Add 1 to ranks that count from 0.")
    if weighting == "uniform":
        return np.ones_like(r)
    if weighting == "log2":
        return np.asarray(1 / np.log2(r + 1))
    if weighting == "geometric":
        check_patience(patience)
        return np.asarray((1 - patience) * patience ** (r - 1))
    if weighting == "reciprocal":
        return np.asarray(1 / r)
    raise InputError(f"weighting: got {weighting!r}; allowed are {', '.join(map(repr, WEIGHTINGS))}.")


def check_patience(patience: float) -> None:
    """Refuse a patience outside 0 and 1.

    Examples
    --------
    >>> check_patience(0.8)
    """
    if not 0 < patience < 1:
        raise InputError(f"patience: got {patience!r}; a share between 0 and 1 is needed, such as 0.8.")
