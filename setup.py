"""Packages, of which two lie elsewhere: the notebooks and the sample site ship with the toolkit."""

from setuptools import find_namespace_packages, setup

setup(
    packages=[
        *find_namespace_packages(include=["toolkit", "toolkit.*"]),
        "toolkit.notebooks",
        "toolkit.sample",
    ],
    package_dir={"toolkit.notebooks": "notebooks", "toolkit.sample": "data/sample"},
)
