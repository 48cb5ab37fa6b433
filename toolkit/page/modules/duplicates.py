"""Second renderings: the same module printed again for another screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from toolkit.page.model import Module
from toolkit.words import normalise_headline


def mark_duplicates(modules: Sequence[Module]) -> None:
    """Set ``duplicate_of`` where an earlier module has the same label and the same items in the same order."""
    seen: dict[tuple[str, ...], int] = {}
    # modules that may be the same: as many items in them, and the same headline first
    alike: dict[tuple[int, str], list[int]] = {}
    sizes = Counter([len(module.items) for module in modules])
    for index, module in enumerate(modules):
        if module.items and sizes[len(module.items)] > 1:
            first = normalise_headline(module.items[0].headline)
            alike.setdefault((len(module.items), first), []).append(index)
    for indexes in alike.values():
        for index in indexes if len(indexes) > 1 else ():
            module = modules[index]
            key = (
                normalise_headline(module.label or ""),
                *(normalise_headline(i.headline) for i in module.items),
            )
            if key in seen:
                module.duplicate_of = seen[key]
            else:
                seen[key] = index
