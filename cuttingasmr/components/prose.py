"""Texts of content/*.md as parts of a page. They are read when the pages are built; the browser gets no Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import reflex as rx
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from cuttingasmr.components import theme
from cuttingasmr.components.basics import heading, title


class Unknown(ValueError):
    """A text uses something of Markdown that has no look here yet."""


def prose(markdown: str) -> rx.Component:
    """Show a text: headings, paragraphs, lists, links and strong words."""
    tokens: Sequence[Token] = MarkdownIt("commonmark").parse(markdown)
    return rx.el.article(*_all(SyntaxTreeNode(tokens)), class_name=theme.ARTICLE)


def _all(node: SyntaxTreeNode) -> Iterator[rx.Component | str]:
    return (part for child in node.children for part in _show(child))


def _show(node: SyntaxTreeNode) -> Iterator[rx.Component | str]:
    """Show one node; a paragraph inside a list's item stands there without a paragraph of its own."""
    if node.type == "text":
        yield node.content
    elif node.type == "softbreak":
        yield " "
    elif node.type == "inline" or (
        node.type == "paragraph" and node.parent and node.parent.type == "list_item"
    ):
        yield from _all(node)
    else:
        yield _element(node)


def _element(node: SyntaxTreeNode) -> rx.Component:
    children = tuple(_all(node))
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
