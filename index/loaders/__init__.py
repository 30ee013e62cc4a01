"""Files into documents."""

from index.loaders.load import LEADS_OUT, SUFFIXES, load, parse

__all__ = ["LEADS_OUT", "SUFFIXES", "load", "parse"]
