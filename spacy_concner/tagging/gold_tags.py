"""Examples into the gold BIO tags of the predicted tokens; what is not known is left open."""

from spacy.training import Example

from ..errors import ConcnerError, Errors

MISSING = -1


def align_tags(example: Example) -> list[str | None]:
    """Give the gold BIO tag of each predicted token, None where it is not known.

    Tokens are unknown when their annotation is missing or when an entity does not begin
    and end with the tokens of the prediction. White space that the reference lacks is
    outside, if the reference has annotation at all.

    example (Example): The example.
    RETURNS (list[str | None]): A tag for each token of `example.predicted`.
    """
    if not example.reference.has_annotation("ENT_IOB"):
        # Raw text, which spaCy would align word by word, and all of whose white space it takes
        # to be outside.
        return [None] * len(example.predicted)
    known = [iob != 0 for iob in example.get_aligned("ENT_IOB")]
    tags: list[str | None] = []
    for tag, is_known in zip(example.get_aligned_ner(), known, strict=True):
        if not is_known or not tag or tag[0] == "-":
            tags.append(None)
        elif tag[:2] == "U-":
            tags.append(f"B-{tag[2:]}")
        elif tag[:2] == "L-":
            tags.append(f"I-{tag[2:]}")
        else:
            tags.append(tag)
    return tags


def tag_rows(example: Example, labels: dict[str, int], name: str) -> list[int]:
    """Give the column of the gold tag of each predicted token, `MISSING` where unknown.

    example (Example): The example.
    labels (dict[str, int]): Column of each BIO tag.
    name (str): Name of the component, for messages.
    RETURNS (list[int]): A column for each token.
    RAISES (ConcnerError): C002 if a gold tag is not among the labels.
    """
    rows = []
    for tag in align_tags(example):
        if tag is not None and tag not in labels:
            raise ConcnerError(
                Errors.C002.format(
                    tag=tag, name=name, labels=sorted(labels), text=example.reference.text[:80]
                )
            )
        rows.append(MISSING if tag is None else labels[tag])
    return rows
