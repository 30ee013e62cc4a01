"""The control words of Rich Text Format that have a meaning for the text."""

from __future__ import annotations

# By the number of a font's character set.
CODE_PAGES = {
    77: "mac_roman", 128: "cp932", 129: "cp949", 134: "cp936", 136: "cp950", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
    254: "cp437",
}  # fmt: skip
SYMBOLS = {
    "tab": "\t", "line": "\n", "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“",
    "rdblquote": "”", "bullet": "•", "emspace": " ", "enspace": " ", "qmspace": " ", "~": "\u00a0", "_": "-",
    "\\": "\\", "{": "{", "}": "}",
}  # fmt: skip
IGNORED = frozenset(
    "colortbl stylesheet fldinst listtable listoverridetable rsidtbl xmlnstbl themedata colorschememapping "
    "latentstyles datastore bkmkstart bkmkend nonshppict sp sn sv objdata nesttableprops atnid atnauthor atnref "
    "atndate filetbl revtbl generator xe tc rxe txe datafield formfield operator company category keywords comment "
    "doccomm hlinkbase private upr pgptbl ftnsep ftnsepc aftnsep aftnsepc nonesttables".split()
)
KEPT = frozenset({"shppict", "shpinst", "shptxt"})  # read although readers may ignore them
FLOWS = frozenset({"footnote", "shptxt", "header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr",
                    "footerf"})  # fmt: skip
INFORMATION = frozenset({"title", "author"})
LABELS = frozenset({"listtext", "pntext"})  # the number of an item, and a tab
