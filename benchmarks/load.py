"""Loading: forms, faults of archives, and what else is registered here; ``python benchmarks/load.py [PART ...]``.

Each part prints what it measured and says whether its bar is reached; the exit code is 1 where one is not.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

from load_faults import run_faults
from load_forms import run_forms
from load_streams import RUNS

#: A part's name and what runs it; each returns whether its bar is reached.
PARTS: dict[str, Callable[[], bool]] = {
    "forms": run_forms,
    "faults": run_faults,
    **RUNS,
}


def main() -> int:
    """Run the parts asked for, all by default."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help=", ".join(PARTS))
    given = parser.parse_args()
    missed = [name for name in given.parts or PARTS if not PARTS[name]()]
    print(f"not reached: {', '.join(missed)}" if missed else "all reached")
    return bool(missed)


if __name__ == "__main__":
    raise SystemExit(main())
