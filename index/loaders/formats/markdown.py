"""Markdown: the text as it is rendered, without its marks; headings and tables by the rules of CommonMark and GFM."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from lxml.html.defs import tags as _html_tags
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_block import StateBlock, html_block
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.tasklists import tasklists_plugin

from index.loaders.base import Parsed
from index.loaders.decoding import decode
from index.loaders.description.coverage import measured
from index.loaders.description.front_matter import add_head
from index.loaders.markup.elements import Element
from index.loaders.markup.rendering import Renderer
from index.loaders.markup.shown import shown_text
from index.loaders.markup.tree import html_tree
from index.loaders.text_builder import TextBuilder

_ATTRIBUTES = re.compile(r"\s*\{[#.][^{}]*\}\s*$")  # of a heading: {#anchor}
_ALERT = re.compile(r"\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\][ \t]*$")  # the first line of a quote on GitHub
_WIKI_LINK = re.compile(r"!?\[\[(?:[^\s\[\]|][^\[\]|\n]*\|)?([^\s\[\]|][^\[\]|\n]*)\]\](?![(\[])")
_TAG = re.compile(r"<([A-Za-z][\w-]*)>\s*")
_KNOWN_TAGS = frozenset(_html_tags) | {"details", "dialog", "main", "picture", "summary", "template"}
# What a crude count of the words passes over: comments, addresses of links, definitions, tags, entities, fences.
# Each ends before the next beginning of its kind, or within a limit, or the count would take quadratic time.
_MARKS = re.compile(
    r"<!--(?:(?!<!--)[\s\S])*?-->|\]\([^)\n]{0,2000}\)|\]\[[^\]\[\n]*\]|^ {0,3}\[[^\]\n]+\]:.*$|<[^<>\n]*>|&#?\w{1,40};"
    r"|^[ \t>]*(?:```|~~~).*$|\{[#.:][^{}\n]*\}|!?\[\[[^|\]\[\n]*\||\[[!^][^\]\[\n]+\]",
    re.MULTILINE,
)
_COMMENT_FIRST = re.compile(r"<!--(?:(?!-->).)*-->[ \t]*(?!<!--)\S")
_SHORT = 0.6  # of the longest line of a paragraph: a shorter one was not wrapped for its length
_NARROW = 60  # characters; a paragraph's lines are not taken for longer ones if all are shorter


def parse_markdown(content: bytes) -> Parsed:
    """A Markdown file; its title is that of its front matter, or the first heading of the outermost level."""
    decoded = decode(content)
    builder = TextBuilder()
    head, body_start = add_head(builder, decoded.text)
    body = decoded.text[head.end :]
    root, left_out = add_markdown(builder, body)
    top = min((heading.level for heading in builder.headings), default=0)
    first = next((heading.title for heading in builder.headings if heading.level == top), None)
    parsed = Parsed(
        builder.text,
        "text/markdown",
        title=head.title or first,
        date=head.date,
        date_source=head.date_source,
        body_start=body_start,
        headings=builder.headings,
        metadata=head.metadata,
        warnings=decoded.warnings,
        encoding=decoded.encoding,
        tables=builder.tables,
        left_out=(*left_out, *builder.left_out),
    )
    return measured(parsed, shown_text(root) if left_out else _MARKS.sub(" ", body), builder.encoded)


def add_markdown(builder: TextBuilder, text: str) -> tuple[Element, tuple[str, ...]]:
    """Append Markdown as it is rendered; returns its HTML and what is left out.

    Headings in lists and quotes are no headings.
    """
    root, _ = html_tree(f"<body>{_MARKDOWN.render(text)}</body>")
    renderer = Renderer(builder)
    renderer.render(root)
    return root, renderer.left_out()


def _adjust(state: StateCore) -> None:
    """Change the tokens of a document where its rendered text would lose something, or have what nobody reads."""
    for position, token in enumerate(state.tokens):
        if token.type in ("heading_open", "heading_close") and token.level:
            token.tag = "p"
        elif token.type == "html_block" and _is_placeholder(token.content, state.src):
            token.content = escapeHtml(token.content)
        elif token.type == "inline":
            if position > 1 and state.tokens[position - 2].type == "blockquote_open":
                _name_alert(token.children or [])
            if position and state.tokens[position - 1].type == "heading_open":
                _drop_attributes(token.children or [])
            _adjust_inline(token, state.src)


def _drop_attributes(children: Sequence[Token]) -> None:
    if children and children[-1].type == "text":
        children[-1].content = _ATTRIBUTES.sub("", children[-1].content)


def _name_alert(children: Sequence[Token]) -> None:
    """Write ``[!NOTE]`` as it is shown, as a line of its own: Note."""
    match = _ALERT.fullmatch(children[0].content) if children and children[0].type == "text" else None
    if match is not None:
        children[0].content = match[1].capitalize()
        if len(children) > 1 and children[1].type == "softbreak":
            children[1].type = "hardbreak"


def _adjust_inline(inline: Token, source: str) -> None:
    children = inline.children or []
    for child in children:
        if child.type == "html_inline" and _is_placeholder(child.content, source):
            child.type = "text"
    breaks = [child for child in children if child.type in ("softbreak", "hardbreak")]
    lines = inline.content.split("\n")
    if len(breaks) != len(lines) - 1:  # some line breaks are within code or tags
        return
    limit = _SHORT * max(_NARROW, *map(len, lines))
    for line_break, (line, following) in zip(breaks, pairwise(lines), strict=True):
        word = following.split(maxsplit=1)[:1]
        if word and not word[0][0].islower() and len(line) + len(word[0]) < limit:
            line_break.type = "hardbreak"


def _is_placeholder(markup: str, source: str) -> bool:
    """Whether ``<name>`` stands for something that the reader fills in: it is not known to HTML, and never closed."""
    match = _TAG.fullmatch(markup)
    return match is not None and match[1].lower() not in _KNOWN_TAGS and f"</{match[1]}" not in source


def _wiki_link(state: StateInline, silent: bool) -> bool:
    """Read ``[[page]]`` and ``[[page|words]]`` as their words."""
    match = _WIKI_LINK.match(state.src, state.pos)
    if match is None:
        return False
    if not silent:
        state.push("text", "", 0).content = match[1]
    state.pos = match.end()
    return True


def _html_block(state: StateBlock, line: int, last: int, silent: bool) -> bool:
    """Begin a block of HTML, but not at a comment that text follows, which is a paragraph."""
    begin, end = state.bMarks[line] + state.tShift[line], state.eMarks[line]
    return not _COMMENT_FIRST.match(state.src[begin:end]) and html_block(state, line, last, silent)


def _footnote_mark(
    renderer: RendererProtocol, tokens: Sequence[Token], position: int, options: OptionsDict, env: EnvType
) -> str:
    return f"<sup>{tokens[position].meta['id'] + 1}</sup>"


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    markdown.use(footnote_plugin, inline=False).use(deflist_plugin).use(tasklists_plugin)
    markdown.inline.ruler.before("link", "wiki_link", _wiki_link)
    markdown.block.ruler.at("html_block", _html_block, {"alt": ["paragraph", "reference", "blockquote"]})
    markdown.core.ruler.push("adjust", _adjust)
    markdown.add_render_rule("footnote_ref", _footnote_mark)
    markdown.add_render_rule("footnote_anchor", lambda *_: "")
    return markdown


_MARKDOWN = _markdown()
