"""Saved news pages in, tables and charts out."""
