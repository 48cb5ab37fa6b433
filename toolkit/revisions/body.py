"""What changed between two bodies, sentence by sentence."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from toolkit.revisions.align import Match, match_sentences
from toolkit.revisions.cues import find_notice
from toolkit.revisions.wording import LazyNames, describe_edits, diff_words
from toolkit.words import count_words, split_sentences

__all__ = ["Step", "Text", "compare_bodies", "read_in_order", "read_text"]


@dataclass(frozen=True, slots=True)
class Text:
    """A body cut into sentences, with the paragraph and the place (0 to 1) of each."""

    sentences: tuple[str, ...]
    paragraphs: tuple[int, ...]
    positions: tuple[float, ...]


def read_text(body: str) -> Text:
    """Cut a body into sentences; the place of one is the share of characters that stand before it."""
    sentences: list[str] = []
    paragraphs: list[int] = []
    for number, paragraph in enumerate(line for line in body.splitlines() if line.strip()):
        for sentence in split_sentences(paragraph):
            sentences.append(sentence)
            paragraphs.append(number)
    ends = list(itertools.accumulate(map(len, sentences)))
    total = ends[-1] if ends else 1
    positions = tuple(start / total for start in [0, *ends[:-1]]) if ends else ()
    return Text(tuple(sentences), tuple(paragraphs), positions)


def compare_bodies(
    before: Text, after: Text, *, language: str | None = None, min_similarity: float = 0.5
) -> list[dict[str, Any]]:
    """Rows for each sentence added, removed, reworded, split, merged or moved, in reading order.

    Where one body is empty, one row for the whole of the other.
    """
    if not before.sentences and not after.sentences:
        return []
    if not before.sentences or not after.sentences:
        return [_whole(before, after)]
    matches = match_sentences(before.sentences, after.sentences, min_similarity=min_similarity)
    steps = read_in_order(matches, len(before.sentences), len(after.sentences))
    n = len(steps)
    rows = []
    names = LazyNames(lambda: (*before.sentences, *after.sentences))
    notice_paragraph: tuple[int, str] | None = None
    for change, place, match in steps:
        if change == "removed":
            notice = find_notice(before.sentences[place], language)
            rows.append(_one_side(before, place, change, notice, n))
        elif change == "added":
            notice = find_notice(after.sentences[place], language)
            paragraph = after.paragraphs[place]
            if notice:
                notice_paragraph = (paragraph, notice)
            elif notice_paragraph and notice_paragraph[0] == paragraph:
                notice = notice_paragraph[1]  # the rest of a notice that opened this paragraph
            rows.append(_one_side(after, place, change, notice, n))
        elif match is not None and not (match.equal and not match.moved):
            rows.append(_both_sides(before, after, match, language, names, n))
    _number_blocks(rows)
    return rows


class Step(NamedTuple):
    """One step through two bodies: a sentence ``removed`` or ``added``, or a ``matched`` pair of them."""

    change: str
    place: int
    match: Match | None


def read_in_order(matches: Sequence[Match], n_before: int, n_after: int) -> list[Step]:
    """Sentences as one would read the later body, each removed one where it had stood."""
    matched_before = {i for match in matches for i in match.before}
    matched_after = {j: match for match in matches for j in match.after}
    steps: list[Step] = []
    passed = 0
    for j in range(n_after):
        match = matched_after.get(j)
        if match is None:
            steps.append(Step("added", j, None))
        elif j == match.after[0]:
            if not match.moved:
                steps += [
                    Step("removed", i, None)
                    for i in range(passed, match.before[0])
                    if i not in matched_before
                ]
                passed = max(passed, match.before[-1] + 1)
            steps.append(Step("matched", j, match))
    steps += [Step("removed", i, None) for i in range(passed, n_before) if i not in matched_before]
    return steps


def _whole(before: Text, after: Text) -> dict[str, Any]:
    gone = bool(before.sentences)
    text = before if gone else after
    joined = "\n\n".join(
        " ".join(text.sentences[k] for k in group)
        for _, group in itertools.groupby(range(len(text.sentences)), key=text.paragraphs.__getitem__)
    )
    words = sum(map(count_words, text.sentences))
    side = "later" if gone else "earlier"
    return {
        "field": "body",
        "change": "removed" if gone else "added",
        "kind": "whole body",
        "before": joined if gone else None,
        "after": None if gone else joined,
        "words_before": words if gone else 0,
        "words_after": 0 if gone else words,
        "words_removed": words if gone else 0,
        "words_added": 0 if gone else words,
        "size_chars": len(joined),
        "position": 0.0,
        "detail": f"the {side} snapshot has no body: a paywall, or a page that could not be read",
        "n": len(text.sentences),
        "block": 0,
        "place": (0, 0),
    }


def _one_side(text: Text, place: int, change: str, notice: str | None, n: int) -> dict[str, Any]:
    sentence = text.sentences[place]
    words = count_words(sentence)
    gone = change == "removed"
    row: dict[str, Any] = {
        "field": "body",
        "change": change,
        "kind": notice or "sentence",
        "kinds": notice or "sentence",
        "before": sentence if gone else None,
        "after": None if gone else sentence,
        "words_before": words if gone else 0,
        "words_after": 0 if gone else words,
        "words_removed": words if gone else 0,
        "words_added": 0 if gone else words,
        "size_chars": len(sentence),
        "position": text.positions[place],
        "n": n,
        "place": (place, place),
    }
    row["position_before" if gone else "position_after"] = text.positions[place]
    return row


def _both_sides(
    before: Text, after: Text, match: Match, language: str | None, names: LazyNames, n: int
) -> dict[str, Any]:
    old = " ".join(before.sentences[i] for i in match.before)
    new = " ".join(after.sentences[j] for j in match.after)
    wording = diff_words(old, new, language=language, names=names)
    if len(match.before) > 1:
        change = "merged"
    elif len(match.after) > 1:
        change = "split"
    else:
        change = "moved" if match.moved else "reworded"
    kinds = wording.kinds
    if change in ("split", "merged") and set(kinds) <= {"punctuation", "capitalisation"}:
        kinds = ("punctuation",)  # the capital comes with the full stop
    notice = find_notice(new, language) if not match.equal else None
    if notice and not find_notice(old, language):
        kind = notice
    else:
        kind = wording.kind if wording.kind in kinds else kinds[0] if kinds else "order"
    details = []
    if change == "merged":
        details.append(f"{len(match.before)} sentences became one")
    elif change == "split":
        details.append(f"one sentence became {len(match.after)}")
    if match.moved:
        details.append(
            f"from {before.positions[match.before[0]]:.2f} to {after.positions[match.after[0]]:.2f} of the body"
            + ("" if match.equal else ", and reworded")
        )
    if wording.edits:
        details.append(describe_edits(wording.edits))
    return {
        "field": "body",
        "change": change,
        "kind": kind,
        "kinds": ", ".join(dict.fromkeys([*([kind] if kind == notice else []), *(kinds or (kind,))])),
        "before": old,
        "after": new,
        "words_before": sum(count_words(before.sentences[i]) for i in match.before),
        "words_after": sum(count_words(after.sentences[j]) for j in match.after),
        "words_removed": wording.words_removed,
        "words_added": wording.words_added,
        "size_chars": wording.chars,
        "position": after.positions[match.after[0]],
        "position_before": before.positions[match.before[0]],
        "position_after": after.positions[match.after[0]],
        "similarity": match.similarity,
        "detail": "; ".join(details),
        "n": n,
        "place": (match.before[0], match.after[0]),
    }


def _number_blocks(rows: list[dict[str, Any]]) -> None:
    """Give rows of one change that stand next to each other (on both sides, where moved) one block number."""
    block, last = -1, None
    for row in rows:
        here = (row["change"], row["place"])
        if last is not None:
            change, (i, j) = last
            joined = change == row["change"] and row["place"] == (i + 1, j + 1)
        else:
            joined = False
        block += not joined
        row["block"] = block
        last = here
    for row in rows:
        row.pop("place")
