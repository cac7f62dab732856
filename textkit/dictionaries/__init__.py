"""Dictionaries: categories of words to look up in texts; the type, its entries, its files, and the search for them."""

from textkit.dictionaries.entries import Entry
from textkit.dictionaries.files import read_dictionary, write_dictionary
from textkit.dictionaries.values import Dictionary

__all__ = ["Dictionary", "Entry", "read_dictionary", "write_dictionary"]
