"""The rules of cleaning in the order in which they are applied."""

from __future__ import annotations

from collections.abc import Iterable

from textkit.cleaning import (
    blanks,
    broken_lines,
    characters,
    editors,
    html_leftovers,
    inserts,
    pages,
    sources,
    titles,
    unicode_forms,
    web_lines,
    widths,
)
from textkit.cleaning.edits import Rule
from textkit.errors import ArgumentError, unknown


class Rules(tuple[Rule, ...]):
    """Rules in the order in which they are applied.

    >>> len(DEFAULT_RULES) - len(DEFAULT_RULES.without("punctuation", "blank_lines"))
    2
    """

    __slots__ = ()

    @property
    def names(self) -> list[str]:
        """Names of the rules, in order."""
        return [rule.name for rule in self]

    def without(self, *names: str) -> Rules:
        """Return the other rules."""
        for name in names:
            if name not in self.names:
                raise unknown("rule", name, self.names)
        return Rules(rule for rule in self if rule.name not in names)

    def only(self, *names: str) -> Rules:
        """Return the named rules, in the order in which they are applied here."""
        for name in names:
            if name not in self.names:
                raise unknown("rule", name, self.names)
        return Rules(rule for rule in self if rule.name in names)

    def __repr__(self) -> str:
        return f"Rules({', '.join(self.names)})"


DEFAULT_RULES = Rules(
    (
        characters.LINE_ENDS,
        characters.CONTROL_CHARACTERS,
        characters.INVISIBLE_CHARACTERS,
        html_leftovers.HTML_ENTITIES,
        html_leftovers.HTML_TAGS,
        unicode_forms.UNICODE_NFC,
        characters.PRIVATE_USE,
        unicode_forms.RADICALS,
        widths.LETTERS_DIGITS,
        blanks.PARAGRAPH_BREAKS,
        blanks.LINE_END_BLANKS,
        pages.PAGE_NUMBERS,
        editors.EDITOR_LINES,
        sources.SOURCE_LINES,
        web_lines.WEB_LINES,
        inserts.INSERTS,
        titles.PART_LABELS,
        titles.TITLES,
        blanks.BLANKS,
        widths.PUNCTUATION,
        broken_lines.BROKEN_LINES,
        blanks.BLANK_LINES,
    )
)


def chosen(rules: Iterable[Rule | str] | Rule | str) -> Rules:
    """Return the rules for what a user gave: rules, names of rules, or both, in the order given."""
    given = [rules] if isinstance(rules, (Rule, str)) else rules
    try:
        items = list(given)
    except TypeError:
        raise ArgumentError(f"rules must be rules or names of rules, got {rules!r}.") from None
    known = {rule.name: rule for rule in DEFAULT_RULES}
    found: list[Rule] = []
    for item in items:
        if isinstance(item, Rule):
            found.append(item)
        elif isinstance(item, str) and item in known:
            found.append(known[item])
        else:
            raise unknown("rule", item, list(known))
    names = [rule.name for rule in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ArgumentError(f"rules has {twice[0]!r} twice; give each rule once.")
    return Rules(found)
