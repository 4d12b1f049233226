"""Word alignments in the Pharaoh format, `0-0 1-2 …`, which every aligner writes."""

import re
from collections.abc import Iterable

Links = list[tuple[int, int]]
LINK = re.compile(r"([0-9]+)[-p]([0-9]+)")


def parse_links(text: str, n_source: int, n_target: int) -> Links:
    """Read the alignment of a sentence.

    text (str): Links such as "0-0 1-2", counted from 0; "1p2", as in gold alignments, is a
        possible link and taken as well.
    n_source (int): Number of source words.
    n_target (int): Number of target words.
    RETURNS (Links): Positions of source and target words, in order.
    RAISES (ValueError): If a link is none, or names a word that is not there; the message is
        the link.
    """
    links = set()
    for piece in text.split():
        match = LINK.fullmatch(piece)
        link = (int(match.group(1)), int(match.group(2))) if match else (n_source, n_target)
        if link[0] >= n_source or link[1] >= n_target:
            raise ValueError(piece)
        links.add(link)
    return sorted(links)


def format_links(links: Iterable[tuple[int, int]]) -> str:
    """Write the alignment of a sentence.

    links (Iterable[tuple[int, int]]): Positions of source and target words.
    RETURNS (str): Such as "0-0 1-2".
    """
    return " ".join(f"{source}-{target}" for source, target in links)
