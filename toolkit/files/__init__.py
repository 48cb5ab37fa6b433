"""Folders and files that the toolkit writes: places local or remote, manifests, tables to files and back."""
