"""A training step through spaCy beside one in plain torch, on the same batches."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

STEP_SENTENCES = 16


def train_steps(
    student: Path, corpus: Path, steps: int, threads: int
) -> Iterator[dict[str, float]]:
    """Take steps in turn: through `nlp.update`, then in a plain torch loop.

    student (Path): Pipeline whose weights both train, its embeddings frozen.
    corpus (Path): Labelled `.spacy` file.
    steps (int): Measured steps; a first one of each kind is left out.
    threads (int): Threads of torch.
    YIELDS (dict[str, float]): Seconds of a step, `spacy` and `torch`.
    """
    import spacy
    import torch
    from spacy.training import Example
    from thinc.api import Adam

    from spacy_concner.corpora.reader import read_docs
    from spacy_concner.corpora.segments import copy_tokens
    from spacy_concner.training.start import freeze

    torch.set_num_threads(threads)
    nlp = spacy.load(student)
    freeze(nlp, True, 0)
    optimizer = Adam(1e-5, L2=0.01, L2_is_weight_decay=True, grad_clip=1.0, use_averages=False)
    gold = list(read_docs(corpus, nlp, STEP_SENTENCES * (steps + 1)))
    plain = PlainLoop(nlp)
    for number in range(steps + 1):
        docs = gold[number * STEP_SENTENCES : (number + 1) * STEP_SENTENCES]
        examples = [Example(copy_tokens(doc, nlp.vocab), doc) for doc in docs]
        begin = time.perf_counter()
        nlp.update(examples, sgd=optimizer, drop=0.1)
        middle = time.perf_counter()
        plain.step([doc.text for doc in docs])
        if number:
            yield {"spacy": middle - begin, "torch": time.perf_counter() - middle}


class PlainLoop:
    """What a step costs at least: a copy of the encoder, a linear head, AdamW."""

    def __init__(self, nlp: Any) -> None:
        """Copy the encoder of a pipeline."""
        import copy

        import torch

        transformer = nlp.get_pipe("transformer").model
        self.tokenizer = transformer.tokenizer
        self.encoder = copy.deepcopy(transformer.transformer).train()
        n_labels = len(nlp.get_pipe("concner").labels)
        self.head = torch.nn.Linear(self.encoder.config.hidden_size, n_labels)
        parts = [*self.encoder.parameters(), *self.head.parameters()]
        self.parameters = [part for part in parts if part.requires_grad]
        self.optimizer = torch.optim.AdamW(self.parameters, lr=1e-5)

    def step(self, texts: list[str]) -> None:
        """Take a step on some texts."""
        import torch

        batch = self.tokenizer(texts, padding=True, truncation=True, return_tensors="pt")
        logits = self.head(
            self.encoder(batch["input_ids"], attention_mask=batch["attention_mask"])[0]
        )
        labels = torch.where(batch["attention_mask"] == 1, 0, -100)
        loss = torch.nn.functional.cross_entropy(logits.transpose(1, 2), labels)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
