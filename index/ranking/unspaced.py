"""Text of scripts that put no spaces between words, cut into overlapping pairs of characters, its words in searches.

Chinese and Japanese, and Thai, Lao, Burmese and Khmer. Korean puts spaces between its words.
"""

from __future__ import annotations

import itertools
import re

RANGES = (  # of characters, for a class of a regular expression
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3005-\u3007\u3041-\u3096\u3099\u309a\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"  # kana and marks in it
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Chinese characters
)
_RUN = re.compile(f"[{RANGES}]+")
_FIRST_BYTES = b"\xe0\xe1\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xef\xf0"  # in UTF-8 of all these characters, and of a few others


def spaced(text: str) -> str:
    """The text with spaces around each run of such scripts, and a run as its pairs.

    "東京都は3" becomes "東京 京都 都は 3". A character that stands alone stays alone. Marks, which the keyword index
    takes for spaces, are left out. Other text is unchanged.
    """
    return _RUN.sub(_pairs, text) if _may_hold_runs(text) else text


def is_unspaced(word: str) -> bool:
    """Whether a word is of such a script, as the pairs are."""
    return _RUN.match(word) is not None


def _may_hold_runs(text: str) -> bool:
    """False for most texts without such a run, in a fraction of the time that looking for one takes."""
    if text.isascii():
        return False
    written = text.encode(errors="surrogatepass")
    return len(written.translate(None, _FIRST_BYTES)) < len(written)


def _pairs(run: re.Match[str]) -> str:
    letters = [character for character in run[0] if character.isalnum()]
    pairs = ["".join(pair) for pair in itertools.pairwise(letters)] or letters
    return f" {' '.join(pairs)} " if pairs else run[0]
