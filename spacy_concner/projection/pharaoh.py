"""Word alignments in the Pharaoh format, `0-0 1-2 …`, which every aligner writes."""

import re

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
        if match is None:
            raise ValueError(piece)
        source, target = map(int, match.groups())
        if source >= n_source or target >= n_target:
            raise ValueError(piece)
        links.add((source, target))
    return sorted(links)
