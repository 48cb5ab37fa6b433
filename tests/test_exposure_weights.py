"""What a rank weighs: the published figures, and the edges."""

from __future__ import annotations

import numpy as np
import pytest

from toolkit.errors import InputError
from toolkit.exposure import WEIGHTINGS, rank_weights


@pytest.mark.parametrize(
    ("weighting", "expected"),
    [
        ("log2", [1, 0.6309, 0.5, 0.4307, 0.3869]),
        ("geometric", [0.2, 0.16, 0.128, 0.1024, 0.0819]),
        ("uniform", [1, 1, 1, 1, 1]),
        ("reciprocal", [1, 0.5, 0.3333, 0.25, 0.2]),
    ],
)
def test_rank_weights_gives_published_figures_when_patience_is_point_8(weighting, expected):
    assert rank_weights(range(1, 6), weighting, patience=0.8).round(4).tolist() == expected


def test_rank_weights_of_geometric_sum_to_one_when_list_is_endless():
    assert rank_weights(np.arange(1, 500), "geometric", patience=0.9).sum() == pytest.approx(1)


def test_rank_weights_refuses_when_rank_starts_at_zero():
    with pytest.raises(InputError, match="found 0"):
        rank_weights([0, 1])


def test_rank_weights_lists_what_is_allowed_when_weighting_is_unknown():
    with pytest.raises(InputError) as caught:
        rank_weights([1], "linear")
    assert all(repr(name) in str(caught.value) for name in WEIGHTINGS)


@pytest.mark.parametrize("patience", [0, 1, 1.5])
def test_rank_weights_refuses_when_patience_is_no_share(patience):
    with pytest.raises(InputError, match="patience"):
        rank_weights([1], "geometric", patience=patience)
