"""Files into documents."""

from index.loaders.load import SUFFIXES, load, parse

__all__ = ["SUFFIXES", "load", "parse"]
