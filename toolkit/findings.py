"""What the tables say, in sentences computed from them, each with n and an interval or the reason why there is none.

The notebooks hold words and calls; whatever depends on the corpus is said here, so that it stays true on another one.
"""

from __future__ import annotations

import html
from dataclasses import dataclass

import pandas as pd

from toolkit.clickbait import compare_clickbait
from toolkit.corpus import Corpus
from toolkit.revisions import ChangesView, view_changes
from toolkit.show import describe_window, format_number
from toolkit.words import plural

__all__ = [
    "Finding",
    "compare_kinds",
    "say_changes",
    "say_clickbait",
    "say_corpus",
    "say_headlines",
    "say_held_out",
    "say_ratings",
    "say_source",
    "say_topics",
    "view_most_changed",
]


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence that answers a question, and how far to trust it."""

    answer: str
    trust: str = ""

    def _repr_html_(self) -> str:
        trust = f"<p class='tk-note'>{html.escape(self.trust)}</p>" if self.trust else ""
        return f"<p><strong>{html.escape(self.answer)}</strong></p>{trust}"

    def __repr__(self) -> str:
        return f"{self.answer} {self.trust}".strip()


def percent(share: float) -> str:
    """A share as percent: two figures below ten percent, whole percent above."""
    value = share * 100
    return f"{value:.1f}\u00a0%" if abs(value) < 9.95 else f"{value:.0f}\u00a0%"


def _interval(low: float, high: float, reason: object = None) -> str:
    if pd.isna(low) or pd.isna(high):
        return f"no interval: {reason}" if isinstance(reason, str) and reason else "no interval"
    return f"95\u00a0% interval {percent(low)} to {percent(high)}"


def say_corpus(corpus: Corpus) -> Finding:
    """What was loaded, and what could not be."""
    counts = corpus.count()
    answer = (
        f"{plural(counts['snapshots'], 'saved page')} of {plural(counts['articles'], 'article')} printed "
        f"{plural(counts['placements'], 'headline')} in {plural(counts['modules'], 'module')} around them; "
        f"captured {describe_window(corpus.articles)}."
    )
    bare = int((~corpus.articles["source"].isin(corpus.placements["source"])).sum())
    trust = [f"{plural(counts['problems'], 'problem')} on record"]
    if bare:
        trust.append(f"{plural(bare, 'page')} without a sidebar headline (none printed, or none found)")
    undated = int(corpus.articles["captured_at"].isna().sum())
    if undated:
        trust.append(f"{plural(undated, 'page')} without a capture time: they tell nothing about when")
    return Finding(answer, "; ".join(trust) + ".")


def say_source(corpus: Corpus) -> str:
    """The line under every chart: sites and capture window."""
    sites = corpus.articles["site"].dropna()
    names = sites.value_counts().sort_index().sort_values(ascending=False, kind="stable").index.tolist()
    told = ", ".join(names[:2]) + (f" and {plural(len(names) - 2, 'more site')}" if len(names) > 2 else "")
    return f"Source: saved pages{' of ' + told if told else ''}; captured {describe_window(corpus.articles)}."


def say_headlines(headlines: pd.DataFrame) -> Finding:
    """Which headline stood out most, by exposure and by prints, and how sure that is."""
    if headlines.empty:
        return Finding("No sidebar headline was printed.")
    first = headlines.iloc[0]
    most = headlines.sort_values(["prints", "headline"], ascending=[False, True]).iloc[0]
    interval = _interval(first["share_low"], first["share_high"], first.get("share_reason"))
    answer = (
        f"\u201c{first['headline']}\u201d took the largest share of the sidebars: {percent(first['share'])} of all "
        f"exposure ({interval}), with {plural(int(first['prints']), 'print')} in {int(first['snapshots']):,} of "
        f"{plural(int(first['n_snapshots']), 'snapshot')}."
    )
    trust = []
    if most["headline"] != first["headline"]:
        trust.append(
            f"By mere count it is \u201c{most['headline']}\u201d, {plural(int(most['prints']), 'print')}."
        )
    differs = int(headlines["rank_differs_by_weighting"].sum())
    trust.append(
        f"{plural(differs, 'headline')} of {len(headlines):,} would stand at another place under uniform or "
        "geometric weights."
        if differs
        else "The order is the same under uniform, log2 and geometric weights."
    )
    trust.append("Exposure is how prominently a headline was printed, not how often it was read.")
    return Finding(answer, " ".join(trust))


def say_topics(topics: pd.DataFrame, n_documents: int, reason: str = "") -> Finding:
    """How many topics, and which is the largest."""
    if topics.empty:
        return Finding("No topic could be formed.", reason)
    first = topics.iloc[0]
    answer = (
        f"{plural(n_documents, 'text')} fall into {plural(len(topics), 'topic')}; the largest, "
        f"\u201c{first['label']}\u201d, holds {percent(first['share'])} "
        f"({_interval(first['share_low'], first['share_high'])}, n = {n_documents:,})."
    )
    return Finding(answer, reason)


def say_clickbait(groups: pd.DataFrame, group: str) -> Finding:
    """Which group of headlines has the highest mean clickbait score, and which the lowest."""
    known = groups[groups["mean_score"].notna()].sort_values(["mean_score", group], ascending=[False, True])
    if known.empty:
        return Finding("No headline could be scored: there is no model for its language.")
    top, last = known.iloc[0], known.iloc[-1]

    def told(row: pd.Series) -> str:
        low, high = row["mean_low"], row["mean_high"]
        text = (
            "no interval"
            if pd.isna(low)
            else f"95\u00a0% interval {format_number(low)} to {format_number(high)}"
        )
        return f"{format_number(row['mean_score'])} ({text}, n = {int(row['n']):,})"

    def name(row: pd.Series) -> str:
        return f"{row[group]} modules" if group == "kind" else f"\u201c{row[group]}\u201d"

    if len(known) == 1:
        answer = f"The headlines of {name(top)} have a mean clickbait score of {told(top)}."
    else:
        answer = (
            f"The headlines of {name(top)} read most like clickbait, mean score {told(top)}; those of "
            f"{name(last)} least, {told(last)}."
        )
    return Finding(
        answer, "A score is about style, 0 to 1, as readers rate it; neither deception nor clicks."
    )


def compare_kinds(printed: pd.DataFrame, *, random_state: int = 0) -> pd.DataFrame:
    """`compare_clickbait` of the kinds of modules; no rows where there are not two kinds to compare."""
    if printed["kind"].nunique() < 2:
        some = compare_clickbait({"a": ["Bank keeps rate"], "b": ["Vote on Tuesday"]}, n_resamples=1)
        return some.head(0)
    return compare_clickbait(printed, "kind", random_state=random_state)


def say_ratings(ratings: pd.DataFrame) -> Finding:
    """How many rated headlines there are to learn from, and what was left out."""
    if ratings.empty:
        return Finding("No rated headline was found.")
    columns = ratings.attrs.get("columns", {})
    groups = ratings["group"].nunique()
    high = int((ratings["rating"] >= 0.5).sum())
    answer = (
        f"{plural(len(ratings), 'rated headline')} in {plural(groups, 'group')}, mean rating "
        f"{format_number(ratings['rating'].mean())} of 0 to 1; {high:,} of them 0.5 or higher."
    )
    trust = []
    if columns:
        grouped = f"groups from {columns['group']!r}" if columns["group"] else "each headline its own group"
        trust.append(f"Ratings from the column {columns['rating']!r}, {grouped}.")
    if ratings.attrs.get("highest", 1) != 1:
        trust.append(f"The scale went up to {ratings.attrs['highest']:g} and was divided by it.")
    if ratings.attrs.get("left_out"):
        trust.append(f"{plural(ratings.attrs['left_out'], 'row')} without headline or rating left out.")
    if len(ratings) < 300:
        trust.append("Under 300 headlines the figures below move a lot; 500 and more are better.")
    return Finding(answer, " ".join(trust))


def say_held_out(figures: pd.DataFrame, measure: str = "auc") -> Finding:
    """How well the own model does on headlines it was not trained on, and whether the shipped one does better."""
    rows = figures[figures["measure"] == measure].set_index("model")
    own = rows.loc["own"]
    if pd.isna(own["value"]):
        return Finding("How well the model does cannot be told: too few headlines, or ratings all alike.")

    def told(row: pd.Series) -> str:
        if pd.isna(row["low"]):
            return f"{row['value']:.2f} (no interval: {row['reason']})"
        return f"{row['value']:.2f} (95 % interval {row['low']:.2f} to {row['high']:.2f})"

    answer = (
        f"Of a rated clickbait headline and another one, a model trained on your labels puts the right one first "
        f"with a chance of {told(own)}, n = {int(own['n']):,} headlines in {plural(int(own['n_groups']), 'group')}, "
        "each judged by a model that had not seen its group."
    )
    shipped, step = rows.loc["shipped"], rows.loc["difference"]
    if pd.isna(shipped["value"]):
        return Finding(answer, "The toolkit has no model of its own for this language to compare with.")
    trust = f"The model that comes with the toolkit reaches {told(shipped)}"
    if pd.isna(step["low"]):
        trust += "."
    elif step["low"] > 0:
        trust += ": yours is better on headlines like these."
    elif step["high"] < 0:
        trust += ": it is better; use it, or label more headlines."
    else:
        trust += ": the two cannot be told apart on so few headlines."
    return Finding(answer, trust + " 0.5 is chance, 1 perfect order.")


def say_changes(changes: pd.DataFrame, n_pairs: int) -> Finding:
    """How many changes between snapshots, of which fields."""
    if n_pairs == 0:
        return Finding("No article was captured twice, so that nothing can be compared.")
    if changes.empty:
        return Finding(f"Nothing changed between the {plural(n_pairs, 'pair')} of snapshots.")
    counts = changes["field"].value_counts()
    counts = counts.sort_index().sort_values(ascending=False, kind="stable")
    listed = ", ".join(f"{field} {n:,}" for field, n in counts.items())
    answer = f"{plural(len(changes), 'change')} between {plural(n_pairs, 'pair')} of snapshots: {listed}."
    assumed = int(
        (~changes["order_known"].astype(bool))
        .groupby([changes["snapshot_before"], changes["snapshot_after"]])
        .any()
        .sum()
    )
    trust = "A change lies somewhere between two captures; what came and went between them left no trace."
    if assumed:
        trust = f"In {plural(assumed, 'pair')} the order is assumed, since a snapshot is undated. " + trust
    return Finding(answer, trust)


def view_most_changed(corpus: Corpus, changes: pd.DataFrame) -> ChangesView | Finding:
    """The pair of snapshots with the most changed words, side by side; a sentence where there is none."""
    if changes.empty:
        return Finding("There is no change to show.")
    edits = changes[~changes["field"].isin(["modules", "headlines"])]
    table = edits if len(edits) else changes
    size = table.groupby(["snapshot_before", "snapshot_after"])["size_words"].sum().sort_index()
    before, after = size.sort_values(ascending=False, kind="stable").index[0]
    return view_changes(corpus, before=before, after=after)
