"""The successive versions of an article, made from its first one and the list of edits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sitegen.source import Article, Edit


@dataclass(frozen=True)
class Version:
    """How an article read from ``since`` on; ``edits`` are what made it differ from the version before."""

    since: dt.datetime
    title: str
    deck: str
    authors: tuple[str, ...]
    paragraphs: tuple[str, ...]
    edits: tuple[Edit, ...] = ()


def make_versions(article: Article, edits: Sequence[Edit], captured: Sequence[dt.datetime]) -> list[Version]:
    """Versions in order of time; each step of edits falls between two captures, at a whole minute."""
    versions = [Version(article.published, article.title, article.deck, article.authors, article.paragraphs)]
    for step in sorted({edit.step for edit in edits}):
        before, after = captured[step - 1], captured[step]
        since = (before + (after - before) * 0.6).replace(second=0, microsecond=0)
        if not before < since < after:
            raise ValueError(f"{article.slug}: no whole minute between captures {step} and {step + 1}")
        chosen = tuple(edit for edit in edits if edit.step == step)
        version = replace(versions[-1], since=since, edits=chosen)
        for edit in chosen:
            version = _apply(version, edit)
        versions.append(version)
    return versions


def version_at(versions: Sequence[Version], time: dt.datetime) -> Version:
    """The version that stood at ``time``."""
    return [version for version in versions if version.since <= time][-1]


def _apply(version: Version, edit: Edit) -> Version:
    if edit.field == "title":
        return replace(version, title=_swap(version.title, edit))
    if edit.field == "deck":
        return replace(version, deck=_swap(version.deck, edit))
    if edit.field == "authors":
        return replace(version, authors=tuple(edit.after.split("; ")))
    if edit.field == "modified_at":
        return version
    paragraphs = list(version.paragraphs)
    if edit.kind in ("removed", "moved"):
        paragraphs.remove(edit.before)
    if edit.kind in ("added", "moved", "correction notice"):
        # an anchor names the paragraph after which the new one stands; without one it closes the article
        place = [i for i, p in enumerate(paragraphs) if p.startswith(edit.anchor)] if edit.anchor else []
        paragraphs.insert(place[0] + 1 if place else len(paragraphs), edit.after)
    elif edit.kind != "removed":
        place = [i for i, p in enumerate(paragraphs) if edit.before in p]
        if len(place) != 1:
            raise ValueError(f"{edit.slug}: {edit.before!r} stands in {len(place)} paragraphs, not in one")
        paragraphs[place[0]] = _swap(paragraphs[place[0]], edit)
    return replace(version, paragraphs=tuple(paragraphs))


def _swap(text: str, edit: Edit) -> str:
    if text.count(edit.before) != 1:
        raise ValueError(f"{edit.slug}: {edit.before!r} does not occur exactly once")
    return text.replace(edit.before, edit.after)
