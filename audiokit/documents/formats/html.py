"""Web pages: the main text, without what stands around it on every page of the site."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from audiokit.documents.blocks import Block, Found, by_sections
from audiokit.documents.formats.html_blocks import blocks_of
from audiokit.documents.limits import Limits
from audiokit.documents.markup import decoded, html_tree
from audiokit.documents.tidy import one_line

__all__ = ["read"]

_SILENT = frozenset(
    """
    script style noscript template svg canvas iframe object embed audio video map area head select datalist textarea
    annotation annotation-xml rt rp del
    """.split()  # noqa: SIM905 - lines of words read better than a list of strings
)
_NEVER = _SILENT | {"button", "dialog", "form", "input", "nav", "aside", "footer", "menu"}
_ROLES = frozenset(
    {"navigation", "banner", "contentinfo", "search", "complementary", "menu", "menubar", "toolbar", "dialog"}
)
_AROUND = frozenset(
    """
    nav navbar navigation menu breadcrumb breadcrumbs sidebar footer cookie cookies consent gdpr banner share sharing
    social comments related promo newsletter subscribe advert advertisement ads sponsor popup modal skip toc navbox
    catlinks editsection mw-jump-link printfooter noprint metadata authority-control sitenotice
    """.split()  # noqa: SIM905 - the same
)
_REFERENCE = frozenset({"reference", "footnote-ref", "noteref", "mw-cite-backlink"})
_LINKS_FROM, _LINK_SHARE, _MOST_OF_PAGE = 4, 0.75, 0.5
_LEAST_MAIN, _LEAST_MAIN_SHARE = 200, 0.3
_LONG_TAG = re.compile(r"(<[a-z][^\s<>/]{0,50})\s[^<>]{10000,}", re.IGNORECASE)
_MARKUP = 5  # times as long as its text, at most; what is longer is hardly one
_LISTS = frozenset({"ul", "ol", "div", "section", "table", "td", "p"})


def read(data: bytes, limits: Limits) -> Found:
    """Return the sections of a page."""
    text, notes = limits.cut(decoded(data), times=_MARKUP)
    text = _LONG_TAG.sub(r"\1", text)  # the parser compares each attribute of a tag with all others: 50 000 take 27 s
    root = html_tree(text)
    title = _title(root)
    blocks = blocks_of(_main_of(_stripped(_body(root))), _NEVER)
    if _n_characters(blocks) < _LEAST_MAIN:
        whole = blocks_of(_body(html_tree(text)), _SILENT)
        blocks = whole if _n_characters(whole) > 4 * _n_characters(blocks) else blocks
    return Found(titles=[title], passages=by_sections(blocks), notes=notes)


def _body(root: HtmlElement) -> HtmlElement:
    found = root.find("body")
    return root if found is None else found


def _title(root: HtmlElement) -> str:
    """Return the page's title, without its site's name where the heading shows which part that is."""
    title = one_line(root.findtext(".//title") or "")
    heading = next((one_line(h1.text_content()) for h1 in root.iter("h1")), "")
    return heading if heading and title.startswith(heading) else title or heading


def _n_characters(blocks: list[Block]) -> int:
    return sum(len(block.text) for block in blocks)


def _main_of(body: HtmlElement) -> HtmlElement:
    n_body = len(body.text_content())
    mains: list[HtmlElement] = body.xpath(".//main | .//*[@role='main']")
    mains = mains or body.xpath(".//article[not(ancestor::article)]")
    if len(mains) == 1 and len(mains[0].text_content()) >= max(_LEAST_MAIN, _LEAST_MAIN_SHARE * n_body):
        return mains[0]
    return body


def _stripped(body: HtmlElement) -> HtmlElement:
    """Drop from the tree what is not part of the text; returns the same tree."""
    for element in body.xpath(".//*[self::script or self::style or self::noscript or self::template]"):
        element.drop_tree()
    lengths, links = _lengths(body)
    n_body = max(1, lengths[body])
    for element in list(body.iterdescendants()):
        if not isinstance(element.tag, str) or element.getparent() is None:
            continue
        if _is_around(element, lengths[element] / n_body) or _is_links(element, lengths[element], links[element]):
            element.drop_tree()
    return body


def _is_around(element: HtmlElement, share: float) -> bool:
    if element.get("role") in _ROLES or element.get("aria-hidden") == "true" or element.get("hidden") is not None:
        return share < _MOST_OF_PAGE
    if re.search(r"display\s*:\s*none", element.get("style") or ""):
        return share < _MOST_OF_PAGE
    if element.tag == "header":
        return not any(True for _ in element.iterancestors("main", "article")) and share < _MOST_OF_PAGE
    names = f"{element.get('class') or ''} {element.get('id') or ''}".lower()
    if not names.strip():
        return False
    if element.tag in {"sup", "span"} and not _REFERENCE.isdisjoint(names.split()):
        return True
    tokens = {*names.split(), *re.split(r"[\s_-]+", names)}
    return not _AROUND.isdisjoint(tokens) and share < _MOST_OF_PAGE / 2


def _is_links(element: HtmlElement, n_characters: int, link: tuple[int, int]) -> bool:
    """Whether a list or box is little but links, as menus are; a heading in it makes it a part of the text."""
    n_links, n_in_links = link
    return (
        element.tag in _LISTS
        and n_links >= _LINKS_FROM
        and n_in_links >= _LINK_SHARE * n_characters
        and n_characters / n_links < 60  # titles of works are longer, and a list of them is text
        and element.find(".//h1") is None
        and not _is_value(element)
    )


def _is_value(element: HtmlElement) -> bool:
    """Whether an element is in a cell that has its name beside it."""
    cell = element if element.tag == "td" else next(element.iterancestors("td"), None)
    row = None if cell is None else cell.getparent()
    return row is not None and row.find("th") is not None


def _lengths(body: HtmlElement) -> tuple[dict[HtmlElement, int], dict[HtmlElement, tuple[int, int]]]:
    """Return how many characters each element has, and (links, characters within links), in one pass upwards."""
    lengths, links = dict[HtmlElement, int](), dict[HtmlElement, tuple[int, int]]()
    for element in reversed(list(body.iter())):
        n = len((element.text or "").strip()) if isinstance(element.tag, str) else 0
        n_links = n_linked = 0
        for child in element:
            n += lengths[child] + len((child.tail or "").strip())
            n_links, n_linked = n_links + links[child][0], n_linked + links[child][1]
        lengths[element] = n
        links[element] = (1, n) if element.tag == "a" and n else (n_links, n_linked)
    return lengths, links
