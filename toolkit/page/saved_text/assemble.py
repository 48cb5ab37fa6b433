"""From the role of each line to modules: which headlines stand together, under which label, with what around."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from toolkit.page.model import Item, Module
from toolkit.page.saved_text.facts import Facts
from toolkit.page.saved_text.lines import Line
from toolkit.page.saved_text.trim import trim_module
from toolkit.words import normalise_headline

__all__ = ["assemble_modules", "flag_duplicates"]

#: A label stands at most so many lines above the first headline it heads.
LABEL_REACH = 6
#: So many lines of something else between two headlines part two modules.
MAX_GAP = 8


def assemble_modules(
    lines: list[Line],
    facts: list[Facts],
    roles: Sequence[str],
    name_kind: Callable[[str], str | None],
    total: int,
) -> tuple[list[Module], list[int | None]]:
    """The page's modules in order, and for each line the index of the module it belongs to.

    A label opens a module; so does a headline far from the one above. Between two headlines a kicker goes to
    the one that its fellows go to: below the headline where a kicker also ends the module, else above.
    """
    modules: list[Module] = []
    owner: list[int | None] = [None] * len(lines)
    current: Module | None = None
    gap = 0
    waiting: list[int] = []  # kickers seen since the last headline
    heads: list[list[int]] = []
    notes: list[dict[int, list[int]]] = []  # module -> headline line -> kicker lines below it
    size = max(1, total)
    for i, role in enumerate(roles):
        if role == "label":
            current = Module(lines[i].text, name_kind(lines[i].text) or "other", [], lines[i].start / size)
            modules.append(current)
            heads.append([])
            notes.append({})
            owner[i] = len(modules) - 1
            gap, waiting = 0, []
        elif role == "headline":
            if current is None or gap > MAX_GAP:
                current = Module(None, "other", [], lines[i].start / size)
                modules.append(current)
                heads.append([])
                notes.append({})
            current.items.append(Item(lines[i].text, lines[i].url, position=lines[i].start / size))
            heads[-1].append(i)
            owner[i] = len(modules) - 1
            gap, waiting = 0, []
        elif role in ("kicker", "deck") and current is not None and current.items:
            owner[i] = len(modules) - 1
            if role == "deck":
                item = current.items[-1]
                item.deck = f"{item.deck} {lines[i].text}" if item.deck else lines[i].text
            else:
                notes[-1].setdefault(heads[-1][-1], []).append(i)
        elif role == "body":
            current = None
            gap = 0
        else:
            gap += 1
    for module, rows, kickers in zip(modules, heads, notes, strict=True):
        for item, headline in zip(module.items, trim_module([item.headline for item in module.items]), strict=True):
            item.headline = headline
        for item, row in zip(module.items, rows, strict=True):
            for i in kickers.get(row, []):
                item.kicker = item.kicker or lines[i].text
    return modules, owner


def flag_duplicates(modules: list[Module]) -> None:
    """Mark a module that repeats an earlier one: same label, same headlines, same order."""
    seen: dict[tuple[str, ...], int] = {}
    for index, module in enumerate(modules):
        if not module.items:
            continue
        key = (
            normalise_headline(module.label or ""),
            *(normalise_headline(item.headline) for item in module.items),
        )
        if key in seen:
            module.duplicate_of = seen[key]
        else:
            seen[key] = index
