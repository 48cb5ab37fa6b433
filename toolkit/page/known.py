"""What was read of a name once, kept for the next page: sites share names, and the pages of one site far more."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

__all__ = ["Known"]

_Key = TypeVar("_Key")


class Known(dict[_Key, int]):
    """What ``read`` says of each key, read when it is first met; emptied where it holds ``most`` of them.

    Examples
    --------
    >>> lengths = Known(len, 100)
    >>> lengths["teaser"], dict(lengths)
    (6, {'teaser': 6})
    """

    __slots__ = ("most", "read")

    def __init__(self, read: Callable[[_Key], int], most: int) -> None:
        super().__init__()
        self.read, self.most = read, most

    def __missing__(self, key: _Key) -> int:
        value = self.read(key)
        if len(self) >= self.most:
            self.clear()
        self[key] = value
        return value
