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
        ("sings\t_\t_", "sings\t*\t_", "C157", 8),
        ("#Text=Anna Berg", "#Text=Anna Bern", "C157", 7),
        ("1-2\t5-9", "1-2\t6-10", "C157", 7),
        ("15-16", "16-17", "C157", 9),
    ],
)
def test_broken_sentences_are_rejected(old, new, code, line):
    assert old in ANNA
    broken, good = webanno(HEADER + ANNA.replace(old, new) + TWO)
    assert refusal(broken) == (code, line)
    assert good.text == "😀 Éva Ödön"


@pytest.mark.parametrize(
    "text, tokens",
    [
        ("a\\\\b\\tc", ["0-3\ta\\b", "4-5\tc"]),
        ("C:\\new", ["7-13\tC:\\new"]),
        ("  Anna\n#Text=\n#Text=sings.", ["2-6\tAnna", "8-14\tsings."]),
        ("Anna sings.", ["20-24\tAnna", "25-31\tsings."]),
    ],
)
def test_the_text_may_be_escaped_and_broken_into_lines(text, tokens):
    lines = [f"1-{n}\t{token}\t*\tX\t" for n, token in enumerate(tokens, 1)]
    (record,) = webanno(HEADER + "\n".join([f"#Text={text}", *lines]))
    assert [word for word, _ in record.tokens] == [token.split("\t")[1] for token in tokens]


@pytest.mark.parametrize(
    "layer, cells",
    [
        ("#T_CH=x.Coref|type|rel", ("*->1-1\tx", "_\t_")),
        ("#T_CH=x.CoreferenceLink|referenceRelation|referenceType", ("*->1-1\tx[1]", "_\t_")),
        ("#T_CH=x.Coref|", ("*->1-1\t_", "_\t_")),
        ("#T_RL=x.Dependency|DependencyType|flavor|BT_x.POS", ("det\t*\t1-2", "_\t_\t_")),
        ("#T_RL=x.Rel|BT_x.POS", ("1-2", "_")),
    ],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_chains_and_relations_keep_the_columns_in_their_places(layer, cells, is_first):
    layers = [layer, "#T_SP=x.NamedEntity|identifier|value"]
    rows = [[cells[0], "*\tPER"], [cells[1], "_\t_"]]
    for parts in (layers, *rows):
        parts[:] = parts if is_first else parts[::-1]
    first, second = ("\t".join(row) for row in rows)
    body = f"#Text=Anna Berg\n1-1\t0-4\tAnna\t{first}\t\n1-2\t5-9\tBerg\t{second}\t\n"
    (record,) = webanno("\n".join(["#FORMAT=WebAnno TSV 3.3", *layers, "\n\n"]) + body)
    assert record.spans == [(0, 4, "PER")]


def test_parts_of_speech_are_entities_only_if_they_are_named():
    content = "#FORMAT=WebAnno TSV 3.3\n#T_SP=x.pos.POS|PosValue\n\n\n1-1\t0-4\tAnna\tNNP\t\n"
    with pytest.raises(InvalidRecord, match="C162.*POS PosValue.*--tags-field"):
        webanno(content)
    assert webanno(content, tags_field="PosValue")[0].spans == [(0, 4, "NNP")]
    assert webanno(content, unlabelled=True)[0].spans is None


def test_slots_without_a_filler_say_nothing_of_the_type():
    header = "#FORMAT=WebAnno TSV 3.3\n#T_SP=my.Gene|kind|ROLE_my.Gene:of_my.GeneOf|my.Part\n\n\n"
    for cells, spans in (("DNA\t_\t_", [(0, 3, "DNA")]), ("_\t_\t_", [])):
        content = f"{header}#Text=p53\n1-1\t0-3\tp53\t{cells}\t\n"
        assert webanno(content, tags_field="kind")[0].spans == spans


def test_layers_are_chosen():
    header = "#FORMAT=WebAnno TSV 3.2\n#T_SP=x.POS|PosValue\n#T_SP=my.Gene|kind|sure\n\n\n"
    body = "#Text=p53\n1-1\t0-3\tp53\tNN\tDNA\tyes\t\n"
    with pytest.raises(InvalidRecord, match="C162.*POS PosValue, Gene kind, Gene sure"):
        webanno(header + body)
    assert webanno(header + body, tags_field="kind")[0].spans == [(0, 3, "DNA")]
    assert webanno(header.replace("|sure", "") + body, tags_field="Gene")[0].spans[0].label == "DNA"
