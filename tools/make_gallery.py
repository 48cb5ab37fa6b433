"""Draw every chart from the sample site into docs/gallery, with its alt text, as an index to look through.

    python tools/make_gallery.py [--pages data/sample/pages] [--out docs/gallery] [--check]

``--check`` also draws each chart at three sizes in both themes and reports texts that overlap, are cut or are faint.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot

import toolkit
from toolkit import charts, findings
from toolkit.exposure import presence
from toolkit.new import find_sample

ROOT = Path(__file__).resolve().parent.parent
SIZES = (6.4, 8.0, 12.0)


def make_charts(corpus: toolkit.Corpus) -> dict[str, tuple[Callable[..., Any], Any, dict[str, Any]]]:
    """Name of each chart -> its function, the measured table, further arguments."""
    articles, placements = corpus.articles, corpus.placements
    texts = corpus.last_snapshots()
    printed = corpus.select(duplicates=False)
    model = toolkit.TopicModel().fit(texts)
    headlines = toolkit.measure_headlines(placements, articles)
    language = printed.with_articles("placements", ["language"])
    scored = toolkit.score_clickbait(language).assign(
        kind=language["kind"], snapshot_id=language["snapshot_id"]
    )
    distinct = language.drop_duplicates("headline")
    found = toolkit.find_terms(placements, articles)
    concentration = toolkit.measure_concentration(placements, articles, weighting="log2")
    terms = toolkit.measure_terms(placements, articles, found.head(15).index, freq=None, by=())
    over_time = toolkit.topics_over_time(model, texts, "MS")
    rated = toolkit.read_ratings(find_sample() / "labels.csv")
    own = toolkit.ClickbaitModel(n_trees=60).fit(rated, rated["rating"], groups=rated["group"])
    held_out = toolkit.score_held_out(own, rated)
    return {
        "timeline": (charts.draw_timeline, toolkit.count_captures(articles), {}),
        "coverage": (charts.draw_coverage, toolkit.measure_coverage(placements, articles), {}),
        "topics": (charts.draw_topics, model.topics_, {}),
        "topic_map": (charts.draw_topic_map, model.topics_, {}),
        "topic_choice": (charts.draw_topic_choice, model.curve_, {"chosen": model.n_topics_}),
        "topics_over_time": (charts.draw_topics_over_time, over_time, {}),
        "topics_by_kind": (
            charts.draw_topics_by_kind,
            toolkit.measure_topic_shares(model, printed.placements, by="kind"),
            {},
        ),
        "exposure": (charts.draw_exposure, headlines, {}),
        "presence": (charts.draw_presence, presence.find_presence(placements, articles), {}),
        "ranks": (charts.draw_ranks, toolkit.find_ranks(placements, articles), {}),
        "dwell": (charts.draw_dwell, toolkit.measure_dwell(placements, articles), {}),
        "turnover": (charts.draw_turnover, toolkit.measure_churn(placements, articles), {}),
        "overlap": (charts.draw_overlap, toolkit.compare_modules(placements, articles), {}),
        "lorenz": (charts.draw_lorenz, presence.find_lorenz(headlines), {"concentration": concentration}),
        "terms": (charts.draw_terms, terms, {}),
        "contrast": (charts.draw_contrast, found, {"names": ("sidebars", "articles")}),
        "clickbait_by_kind": (
            charts.draw_clickbait_by_module,
            toolkit.measure_clickbait(scored, by="kind"),
            {},
        ),
        "cues": (charts.draw_cues, toolkit.count_cues(toolkit.find_cues(distinct), len(distinct)), {}),
        "patterns": (charts.draw_patterns, toolkit.find_patterns(language), {}),
        "edits": (charts.draw_edits, toolkit.compare_snapshots(corpus), {}),
        "rewrites": (
            charts.draw_rewrites,
            toolkit.find_rewrites(placements, articles, score=scored),
            {},
        ),
        "survival": (charts.draw_survival, toolkit.measure_survival(placements, articles), {}),
        "comparison": (charts.draw_comparison, toolkit.compare_clickbait(language, "kind"), {}),
        "calibration": (charts.draw_calibration, toolkit.measure_calibration(held_out), {}),
    }


def check(name: str, draw: Callable[..., Any], table: Any, arguments: dict[str, Any]) -> list[str]:
    """What a reader would stumble over, at each size and in each theme."""
    lines = []
    for width in SIZES:
        for theme in ("light", "dark"):
            axes = draw(table, width=width, theme=theme, **arguments)
            found = charts.check_chart(axes)
            pyplot.close(axes.figure)
            lines += [
                f"{name} {width} {theme}: {what}" for what in (found.overlaps, found.cut, found.faint) if what
            ]
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", default=str(ROOT / "data/sample/pages"))
    parser.add_argument("--metadata", default=str(ROOT / "data/sample/metadata.csv"))
    parser.add_argument("--out", default=str(ROOT / "docs/gallery"))
    parser.add_argument("--theme", choices=["light", "dark"], default="light")
    parser.add_argument("--only", nargs="*", help="names of charts; by default all")
    parser.add_argument("--check", action="store_true", help="also look for overlaps, cuts and faint texts")
    options = parser.parse_args()
    corpus = toolkit.open_or_load(options.pages, options.metadata)
    source = findings.say_source(corpus)
    out, lines, faults = Path(options.out), ["# Gallery of charts", ""], []
    for name, (draw, table, arguments) in make_charts(corpus).items():
        if options.only and name not in options.only:
            continue
        arguments = {"subtitle": source, **arguments}
        axes = draw(table, theme=options.theme, **arguments)
        chart = charts.export_chart(axes, table, out, name, formats=("png", "svg", "csv"))
        alt = chart.alt.replace("[", "(").replace("]", ")")
        lines += [
            f"## `{draw.__name__}`",
            "",
            f"![{alt}]({name}.png)",
            "",
            f"[SVG]({name}.svg) · [data]({name}.csv)",
            "",
        ]
        if options.check:
            faults += check(name, draw, table, arguments)
        sys.stderr.write(f"{name}: {chart.alt}\n")
    (out / "index.md").write_text("\n".join(lines), encoding="utf-8", newline="\n")
    told = f"{out}: {'nothing overlaps, is cut or faint' if options.check else 'drawn'}"
    sys.stdout.write("\n".join(faults or [told]) + "\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
