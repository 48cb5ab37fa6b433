"""Print the figures of the clickbait room beside their bars.

    python benchmarks/clickbait.py            # the stored model: a minute
    python benchmarks/train_clickbait.py      # trains anew, held out: two minutes

Needs ../shared. Held-out figures come from the training run that made the stored model (its ``info``); casing, cues
and speed are measured here, speed on one core.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd
from cue_agreement import compare
from train_clickbait import auc

from toolkit.clickbait import find_cues, score_clickbait
from toolkit.clickbait.model import load_model

SHARED = Path(__file__).resolve().parents[2] / "shared" / "clickbait"
BARS = {
    "webis17 AUC, blocks of time": ">= .880",
    "webis17 MSE": "<= .031",
    "webis17 AUC, newest block": ">= .875",
    "webis17 calibration error": "<= .04",
    "sidebar Spearman, folds by page": ">= .60",
    "sidebar AUC, folds by page": ">= .85",
    "sidebar calibration error, sidebar scale": "<= .04",
}


def per_second(function: Callable[[], object], n: int) -> float:
    """Headlines per CPU second; the better of two runs."""
    times = []
    for _ in range(2):
        start = time.process_time()
        function()
        times.append(time.process_time() - start)
    return n / min(times)


def main() -> None:
    """Print all figures."""

    def line(name: str, value: object, bar: str = "") -> None:
        print(f"{name:55s} {value!s:24s} {bar}")

    for name, value in load_model("en").info["held_out"].items():
        line(name, value, BARS.get(name, ""))
    webis = pd.read_csv(SHARED / "webis17.tsv.gz", sep="\t", keep_default_na=False)
    lines, label = webis["headline"].tolist(), webis["label"].to_numpy()
    base = auc(label, score_clickbait(lines, "en")["score"].to_numpy())
    for name, change in (("lower", str.lower), ("title", str.title)):
        other = auc(label, score_clickbait([change(text) for text in lines], "en")["score"].to_numpy())
        line(f"AUC shift, whole line in {name} case", round(abs(other - base), 4), "<= .01")
    figures = compare()[0].set_index("cue").loc["ALL"]
    line(
        "cues: precision, 200 sidebar headlines",
        np.round(figures[["precision", "p_low", "p_high"]].tolist(), 3),
        ">= .95",
    )
    line("cues: recall", np.round(figures[["recall", "r_low", "r_high"]].tolist(), 3), ">= .85")
    line(
        "score, headlines per CPU second",
        f"{per_second(lambda: score_clickbait(lines, 'en'), len(lines)):,.0f}",
        ">= 10,000",
    )
    line(
        "cues, headlines per CPU second",
        f"{per_second(lambda: find_cues(lines, 'en'), len(lines)):,.0f}",
        ">= 5,000",
    )


if __name__ == "__main__":
    main()
