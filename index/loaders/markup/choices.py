"""Menus and lists of options on a page: what is chosen in them.

A closed menu shows one option: the chosen one, or else the first that can be chosen. That one is read, within its line;
the others are counted. A list shows all its options, and each is read with a box, ticked or not.
"""

from __future__ import annotations

from index.loaders.markup.elements import UNCHOSEN, Element, is_menu


def hide_unchosen(root: Element) -> None:
    """Set the attribute ``hidden`` on the options of closed menus that are not shown."""
    for select in root.iter("select"):
        if not is_menu(select):
            continue
        options = list(select.iter("option"))
        chosen = [option for option in options if option.get("selected") is not None][-1:]
        chosen = chosen or [option for option in options if option.get("disabled") is None][:1]
        for option in options:
            if option not in chosen:
                option.set("hidden", UNCHOSEN)
