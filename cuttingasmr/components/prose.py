"""Texts of content/*.md as parts of a page. They are read when the pages are built; the browser gets no Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import reflex as rx
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from cuttingasmr.components import theme
from cuttingasmr.components.basics import heading, title

Facts = rx.vars.ObjectVar[dict[str, str]]
Part = rx.Component | rx.Var[str] | str
NAMED = re.compile(r"\{(\w+)\}")


class Unknown(ValueError):
    """A text uses something of Markdown that has no look here yet."""


def prose(markdown: str, facts: Facts) -> rx.Component:
    """Show a text: headings, paragraphs, lists, links and strong words; and for each name in braces what is known by it."""
    tokens: Sequence[Token] = MarkdownIt("commonmark").parse(markdown)
    return rx.el.article(*_all(SyntaxTreeNode(tokens), facts), class_name=theme.ARTICLE)


def _all(node: SyntaxTreeNode, facts: Facts) -> Iterator[Part]:
    return (part for child in node.children for part in _show(child, facts))


def _show(node: SyntaxTreeNode, facts: Facts) -> Iterator[Part]:
    """Show one node; a paragraph inside a list's item stands there without a paragraph of its own."""
    if node.type == "text":
        for number, piece in enumerate(NAMED.split(node.content)):
            yield facts[piece] if number % 2 else piece
    elif node.type == "softbreak":
        yield " "
    elif node.type == "inline" or (
        node.type == "paragraph" and node.parent and node.parent.type == "list_item"
    ):
        yield from _all(node, facts)
    else:
        yield _element(node, facts)


def _element(node: SyntaxTreeNode, facts: Facts) -> rx.Component:
    children = tuple(_all(node, facts))
    match node.type:
        case "heading":
            return (
                title(*children)
                if node.tag == "h1"
                else heading(*children, class_name=f"mt-6 {theme.HEADING} text-ink")
            )
        case "paragraph":
            return rx.el.p(*children)
        case "bullet_list":
            return rx.el.ul(*children, class_name=theme.BULLETS)
        case "list_item":
            return rx.el.li(*children)
        case "strong":
            return rx.el.strong(*children, class_name=theme.STRONG)
        case "link":
            return rx.el.a(*children, href=str(node.attrs["href"]), class_name=theme.LINK)
        case kind:
            raise Unknown(kind)
