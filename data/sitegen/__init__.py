"""Lays out the fictional sample site: its newsroom, its pages as captured, and the truth about both.

The written material (articles, headlines, edits) lives in ``sample/source``; this package only arranges it.
Everything follows from that material and one seed: the same bytes on every machine.
"""
