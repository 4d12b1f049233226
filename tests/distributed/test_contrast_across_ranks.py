"""The contrast of two ranks is that of one batch: its value, and its gradients."""

from dataclasses import replace

import pytest
import torch

from spacy_concner.collectives import gather_rows
from spacy_concner.distributed.ranks import Ranks, connect
from spacy_concner.losses.label_contrast import LabelContrast
from spacy_concner.losses.translation_contrast import TranslationContrast
from tests.distributed.ranks import run_ranks
from tests.losses.batches import gradients, random_batch, take_documents

LOSSES = {
    "labels": LabelContrast(across_ranks=True),
    "other language": LabelContrast(across_ranks=True, positives="other_language"),
    "translations": TranslationContrast(across_ranks=True),
}
PARTS = {"unequal": ([0, 1, 2], [3]), "one without": ([0, 1, 2, 3], []), "turned": ([3], [1, 0, 2])}


def part_of(batch, documents):
    """Give the documents of a rank; texts and languages have the numbers that all ranks share."""
    output, supervision = take_documents(batch, documents)
    segments = [i for d in documents for i in (batch[1].segment_docs == d).nonzero()[:, 0]]
    rows = torch.tensor(segments, dtype=torch.int64)
    shared = {n: getattr(batch[1], n)[rows] for n in ("segment_texts", "segment_languages")}
    leaves = {name: value.detach().requires_grad_() for name, value in vars(output).items()}
    return replace(output, **leaves), replace(supervision, **shared)


@pytest.mark.parametrize("parts", PARTS.values(), ids=PARTS)
def test_two_ranks_contrast_as_one_batch(tmp_path, parts):
    batch = random_batch(3, missing=0.1)

    def run(rank):
        part = part_of(batch, parts[rank])
        with connect(Ranks(rank, 2), 1):
            found = {}
            for name, loss in LOSSES.items():
                value = loss(*part).detach()
                found[name] = value, *vars(gradients(loss, part)).values()
        torch.save(found, tmp_path / f"{rank}.pt")

    assert run_ranks(run, tmp_path) == [0, 0], (tmp_path / "rank0.log").read_text()
    ours = [torch.load(tmp_path / f"{rank}.pt") for rank in (0, 1)]
    for name, loss in LOSSES.items():
        whole = loss(*batch).detach()
        assert whole > 0
        torch.testing.assert_close(ours[0][name][0] + ours[1][name][0], whole)
        expected = gradients(loss, batch)
        for rank, documents in enumerate(parts):
            part = take_documents((expected, batch[1]), documents)[0]
            for got, wanted in zip(ours[rank][name][1:], vars(part).values(), strict=True):
                torch.testing.assert_close(got, wanted)


def test_a_rank_without_rows_need_not_know_their_width(tmp_path):
    def run(rank):
        with connect(Ranks(rank, 2), 1):
            rows = torch.ones(2, 3) if rank else torch.zeros(0, 0)
            gathered = gather_rows(rows.requires_grad_())
            assert gathered.rows.tolist() == [[1.0] * 3] * 2 and gathered.ranks.tolist() == [1, 1]
            assert gathered.own == (slice(0, 2) if rank else slice(0, 0))
            ((rank + 1) * gathered.rows).sum().backward()
            assert rows.grad.shape == rows.shape and (rows.grad == 3).all()

    assert run_ranks(run, tmp_path) == [0, 0], (tmp_path / "rank0.log").read_text()


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_alone_it_changes_nothing(loss):
    batch = random_batch(1)
    assert torch.equal(loss(*batch), replace(loss, across_ranks=False)(*batch))
