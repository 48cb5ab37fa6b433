"""Matching the rules of a language on one headline."""

from __future__ import annotations

import re

from toolkit.clickbait.rules import RuleSet
from toolkit.clickbait.text import PlainText, find_tokens

__all__ = ["Hit", "match_rules"]

#: index of the rule, start, end; positions in the plain text
Hit = tuple[int, int, int]

_DOTS = re.compile(r"\.\s?\.\s?\.|\u2026")
# a quotation opens where no letter stands before it and closes where none follows
_QUOTATION = re.compile(
    r"""(?<![\w'"])"(?=\S)([^"]{2,200}?)(?<=\S)"(?!\w)"""
    r"""|(?<![\w'"])'(?=\S)((?:[^']|(?<=\w)'(?=\w)){2,200}?)(?<=\S)'(?!\w)"""
    r"""|[\u00ab\u2039\u300c\u300e]\s?([^\u00bb\u203a\u300d\u300f]{2,200}?)\s?[\u00bb\u203a\u300d\u300f]"""
    r"""|\u00bb([^\u00ab]{2,200}?)\u00ab"""
)
_CAPITALS = re.compile("[A-Z]{2}")
_LETTER_RUN = re.compile(r"[^\W\d_]+")


def match_rules(
    rules: RuleSet, plain: PlainText, tokens: list[tuple[str, int, int]] | None = None
) -> list[Hit]:
    """All hits of all rules, shown or not, one per cue and place: the longest, then the first rule.

    ``tokens`` are those of ``find_tokens(plain.lower)``, where they are at hand.
    """
    lower = plain.lower
    tokens = find_tokens(lower) if tokens is None else tokens
    hits: list[Hit] = []
    wanted = set(rules.always)
    starts, stems, numbers = rules.starts, rules.stems, rules.starts.get("<num>")
    last = len(tokens) - 1
    for at, (token, start, end) in enumerate(tokens):
        known = starts.get(token)
        if known is None and numbers is not None and token[0].isdigit():
            known = numbers
        if known is not None:
            alone, seconds, phrases, placed, triggers = known
            if seconds is None or (at < last and tokens[at + 1][0] in seconds):
                hits += _match_phrases(phrases, tokens, at)
            else:
                for rule in alone:
                    hits.append((rule, start, end))
            for rule, regex in placed:
                match = regex.match(lower, start)
                if match is not None:
                    hits.append((rule, *match.span(1 if regex.groups else 0)))
            if triggers:
                wanted.update(triggers)
        for stem, rule in stems:
            if token.startswith(stem):
                hits.append((rule, start, end))
    for mark, indices in rules.marks:
        if mark in lower or (mark == "..." and _DOTS.search(lower)):
            wanted.update(indices)
    for rule in sorted(wanted):
        anywhere = rules.rules[rule].regex
        if anywhere is None:
            continue
        group = 1 if anywhere.groups else 0
        for match in anywhere.finditer(lower):
            start, end = match.span(group)
            while start < end and lower[start] == " ":
                start += 1
            if start < end:
                hits.append((rule, start, end))
    if rules.caps is not None:
        hits += _match_caps(rules.caps, plain, tokens)
    if rules.quote is not None:
        hits += _match_quotes(rules.quote, plain)
    return _settle(rules, hits)


def _match_phrases(
    phrases: tuple[tuple[tuple[str, ...], int], ...], tokens: list[tuple[str, int, int]], at: int
) -> list[Hit]:
    """Phrases that begin with token ``at``; of each rule the longest."""
    hits: list[Hit] = []
    taken: set[int] = set()
    for tail, rule in phrases:
        if rule in taken:
            continue
        if not tail or (at + len(tail) < len(tokens) and _follows(tokens, at + 1, tail)):
            hits.append((rule, tokens[at][1], tokens[at + len(tail)][2]))
            taken.add(rule)
    return hits


def _follows(tokens: list[tuple[str, int, int]], at: int, tail: tuple[str, ...]) -> bool:
    for offset, word in enumerate(tail):
        token = tokens[at + offset][0]
        if token != word and not (word[-1] == "*" and token.startswith(word[:-1])):
            return False
    return True


def _match_caps(
    caps: tuple[int, frozenset[str]], plain: PlainText, tokens: list[tuple[str, int, int]]
) -> list[Hit]:
    cased = plain.cased
    if cased == plain.lower or (cased.isascii() and _CAPITALS.search(cased) is None) or cased.isupper():
        return []
    rule, words = caps
    hits = [
        (rule, start, end)
        for token, start, end in tokens
        if token in words and end - start > 1 and cased[start:end].isupper()
    ]
    if not hits:
        return hits
    # a line whose other words are in capitals too is set in capitals: nothing stands out in it
    runs = [run for run in _LETTER_RUN.findall(cased) if len(run) > 1]
    upper = sum(map(str.isupper, runs))
    return hits if upper * 2 <= len(runs) else []


def _match_quotes(quote: tuple[int, re.Pattern[str]], plain: PlainText) -> list[Hit]:
    rule, speech = quote
    lower = plain.lower
    if '"' not in lower and lower.isascii():
        # a quick look before the slow one
        if "'" not in lower:
            return []
        if not (lower[0] == "'" or " '" in lower or "('" in lower or ":'" in lower or "-'" in lower):
            return []
    hits: list[Hit] = []
    for match in _QUOTATION.finditer(lower):
        start, end = match.span()
        inside = lower[start + 1 : end - 1]
        words = len(inside.split())
        behind = lower[end:].lstrip(" ,.")
        lead = behind.startswith(":")
        if words < 3 and not (lead and start <= 1 and words == 2):
            continue
        # a word of speech close by names a speaker; farther off it belongs to something else
        around = " ".join(lower[:start].split()[-6:]) + " \n " + " ".join(lower[end:].split()[:6])
        if speech.search(around):
            continue
        before = lower[:start].rstrip()
        # Name: 'quotation', and 'quotation' - Name
        if before.endswith(":") or (behind.startswith("-") and len(behind.split()) <= 6):
            continue
        follower = _LETTER_RUN.search(plain.cased, end)
        if lead and (len(behind.split()) <= 4 or (follower is not None and follower.group().isupper())):
            continue
        # a title of a work in quotes has a capital on nearly every word, in a line that goes on
        piece = plain.cased[start + 1 : end - 1]
        runs = [run for run in _LETTER_RUN.findall(piece) if len(run) > 3]
        if (
            not lead
            and runs
            and all(run[0].isupper() for run in runs)
            and words <= 6
            and end - start < len(lower)
        ):
            continue
        hits.append((rule, start, end))
    return hits


def _settle(rules: RuleSet, hits: list[Hit]) -> list[Hit]:
    """Where hits of one cue overlap keep the longest; a clause is one question."""
    if len(hits) < 2:
        return hits
    kept: list[Hit] = []
    by_cue: dict[str, list[Hit]] = {}
    for hit in hits:
        rule = rules.rules[hit[0]]
        # rules that only feed the score never hide one that is shown
        cue = "question" if rule.cue.startswith("question") else rule.cue + rule.use
        by_cue.setdefault(cue, []).append(hit)
    for cue, group in by_cue.items():
        if len(group) > 1:
            if cue == "question":
                group.sort(key=lambda hit: (hit[0], hit[1]))
            else:
                group.sort(key=lambda hit: (hit[1] - hit[2], hit[1], hit[0]))
        chosen: list[Hit] = []
        for hit in group:
            if all(hit[2] <= other[1] or hit[1] >= other[2] for other in chosen):
                chosen.append(hit)
        kept += chosen
    # what a question asks is not kept back a second time
    asked = [hit for hit in kept if rules.rules[hit[0]].cue.startswith("question")]
    if asked:
        kept = [
            hit
            for hit in kept
            if rules.rules[hit[0]].cue != "withheld_outcome"
            or not any(other[1] <= hit[1] and hit[2] <= other[2] for other in asked)
        ]
    kept.sort(key=lambda hit: (hit[1], hit[2], hit[0]))
    return kept
