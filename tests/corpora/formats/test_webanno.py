"""WebAnno TSV 3."""

import pytest

from spacy_concner.corpora.records import InvalidRecord

from .reading import refusal, webanno

HEADER = "#FORMAT=WebAnno TSV 3.3\n#T_SP=de.NamedEntity|identifier|value\n\n\n"
ANNA = "#Text=Anna Berg sings.\n" + "\n".join(
    [
        "1-1\t0-4\tAnna\t*[1]\tPER[1]\t",
        "1-2\t5-9\tBerg\t*[1]\tPER[1]\t",
        "1-3\t10-15\tsings\t_\t_\t",
        "1-4\t15-16\t.\t_\t_\t",
    ]
)
TWO = "\n\n#Text=😀 Éva Ödön\n2-1\t17-19\t😀\t_\t_\t\n2-2\t20-23\tÉva\t*[2]\tA\\_B[2]\t\n"
TWO += "2-3\t24-28\tÖdön\t*[3]\tA\\_B[3]\t\n"


def test_spans_and_spaces():
    first, second = webanno(HEADER + ANNA + TWO)
    assert (first.text, first.spans) == ("Anna Berg sings.", [(0, 9, "PER")])
    assert (second.text, second.spans) == ("😀 Éva Ödön", [(2, 5, "A_B"), (6, 10, "A_B")])
    assert second.tokens == [("😀", True), ("Éva", True), ("Ödön", False)]
    assert first.place.line == 6
    assert webanno(HEADER + ANNA, unlabelled=True)[0].spans is None


@pytest.mark.parametrize(
    "old, new, code, line",
    [
        ("PER[1]\t\n1-3", "PER[1]|ORG[9]\t\n1-3", "C119", 7),
        ("1-3\t10-15", "1-3.1\t10-15", "C157", 8),
        ("1-3\t10-15", "1-3\t10-14", "C157", 8),
        ("1-3\t10-15\tsings\t_\t_\t", "1-3\t10-15\tsings", "C157", 8),
        ("sings\t_\t_", "sings\t*[5]\t*[5]", "C157", 8),
        (".\t_\t_", ".\t*[1]\tPER[1]", "C156", 6),
    ],
)
def test_broken_sentences_are_rejected(old, new, code, line):
    assert old in ANNA
    broken, good = webanno(HEADER + ANNA.replace(old, new) + TWO)
    assert refusal(broken) == (code, line)
    assert good.text == "😀 Éva Ödön"


def test_layers_are_chosen():
    header = "#FORMAT=WebAnno TSV 3.2\n#T_SP=x.POS|PosValue\n#T_SP=my.Gene|kind|sure\n\n\n"
    body = "#Text=p53\n1-1\t0-3\tp53\tNN\tDNA\tyes\t\n"
    with pytest.raises(InvalidRecord, match="C162.*POS PosValue, Gene kind, Gene sure"):
        webanno(header + body)
    assert webanno(header + body, tags_field="kind")[0].spans == [(0, 3, "DNA")]
    assert webanno(header.replace("|sure", "") + body, tags_field="Gene")[0].spans[0].label == "DNA"
