from __future__ import annotations

import re

P = [
    ("related", r"^(?:related|read (?:more|also|next)|more (?:on|about)|lire aussi|siehe auch|関連)"),
    (
        "popular",
        r"popular|most (?:read|viewed)|trending|weekly best|hot this|más (?:leído|visto)|ランキング|zilizosomwa",
    ),
    ("latest", r"^(?:\W*latest|recent|últim|新着|速報)|latest"),
    ("recommended", r"(?:also|might) like|must.?read|picks|recommended|おすすめ|top stories"),
    ("other", r"^topics$"),
]


def label_kind(t):
    t = t.strip()
    if len(t) > 40:
        return None
    for k, p in P:
        if re.search(p, t, re.I):
            return k
    return None
