"""Packages, of which one lies elsewhere: the notebooks ship with the toolkit, so that a report runs anywhere."""

from setuptools import find_namespace_packages, setup

setup(
    packages=[*find_namespace_packages(include=["toolkit", "toolkit.*"]), "toolkit.notebooks"],
    package_dir={"toolkit.notebooks": "notebooks"},
)
