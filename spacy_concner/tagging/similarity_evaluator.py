"""The `concner_evaluator` component: tells whether two tokens have the same entity label."""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any, cast

from spacy.language import Language
from spacy.pipeline.trainable_pipe import TrainablePipe
from spacy.tokens import Doc
from spacy.training import Example, validate_examples, validate_get_examples
from spacy.vocab import Vocab
from thinc.api import Config, Optimizer, set_dropout_rate
from thinc.types import Floats2d

from ..errors import ConcnerError, Errors
from .before_training import check_training
from .divergence import check_losses
from .memory_zone import InMemoryZones
from .token_pairs import LEVELS, Level, draw_pairs, pair_classes
from .token_vectors import TokenVectorsModel
from .upstream import check_upstream

DEFAULT_CONFIG = """
[concner_evaluator]
level = "tag"
max_pairs = 10000
seed = 0
scorer = {"@scorers": "spacy-concner.similarity_scorer.v1"}

[concner_evaluator.model]
@architectures = "spacy-concner.TokenVectors.v1"
width = 64

[concner_evaluator.model.tok2vec]
@architectures = "spacy.HashEmbedCNN.v2"
pretrained_vectors = null
width = 96
depth = 4
embed_size = 2000
window_size = 1
maxout_pieces = 3
subword_features = true
"""


@Language.factory(
    "concner_evaluator",
    assigns=["doc.tensor"],
    default_config=Config().from_str(DEFAULT_CONFIG)["concner_evaluator"],
    default_score_weights={"sim_acc": 1.0, "sim_auc": 0.0},
)
def make_evaluator(
    nlp: Language,
    name: str,
    model: TokenVectorsModel,
    level: Level,
    max_pairs: int,
    seed: int,
    scorer: Callable | None,
) -> "SimilarityEvaluator":
    """Make a `concner_evaluator` component.

    nlp (Language): The pipeline.
    name (str): Name of the component.
    model (Model[List[Doc], Floats2d]): Gives the token vectors.
    level (str): "tag" tells B-PER from I-PER, "type" makes them one label.
    max_pairs (int): The most pairs of a batch to train on, and of a corpus to score on.
        Memory of a step: two vectors a pair, forth and back.
    seed (int): Decides which pairs are drawn where there are more.
    scorer (Callable): The scoring method.
    RETURNS (SimilarityEvaluator): The component.
    """
    return SimilarityEvaluator(
        nlp.vocab, model, name, level=level, max_pairs=max_pairs, seed=seed, scorer=scorer
    )


class SimilarityEvaluator(InMemoryZones, TrainablePipe):
    """The similarity evaluator of MTMT (Li et al. 2022).

    https://aclanthology.org/2022.acl-long.14: the cosine of two tokens' vectors tells
    whether they have the same label. It teaches a student through the vectors, which
    `spacy concner label --evaluator` stores with soft labels. Predictions go to
    `doc.tensor`, so that `token.similarity(other)` is the evaluator's cosine.
    """

    def __init__(
        self,
        vocab: Vocab,
        model: TokenVectorsModel,
        name: str = "concner_evaluator",
        *,
        level: Level = "tag",
        max_pairs: int = 10000,
        seed: int = 0,
        scorer: Callable | None = None,
    ) -> None:
        """Initialise the component; arguments as for `make_evaluator`.

        RAISES (ConcnerError): C040 for a setting out of range, C042 for an unknown level.
        """
        if level not in LEVELS:
            raise ConcnerError(Errors.C042.format(level=level, name=name))
        for setting, value, least in (("max_pairs", max_pairs, 2), ("seed", seed, 0)):
            if value < least:
                raise ConcnerError(Errors.C040.format(setting=setting, value=value, least=least))
        self.vocab = vocab
        self.model = model
        self.name = name
        self.cfg: dict[str, Any] = {"level": level, "max_pairs": max_pairs, "seed": seed}
        self.scorer = scorer
        self._steps = 0

    @property
    def is_initialized(self) -> bool:
        """Whether the model has weights."""
        nodes = self.model.walk()
        return all(node.has_param(name) for node in nodes for name in node.param_names)

    def initialize(
        self, get_examples: Callable[[], Iterable[Example]], *, nlp: Language | None = None
    ) -> None:
        """Initialise the model.

        get_examples (Callable[[], Iterable[Example]]): Gives training examples.
        nlp (Language): The pipeline.
        RAISES (ConcnerError): C041 if no two tokens have different labels; C048, C049, C051
            and C058 for what the config tells of the training.
        """
        validate_get_examples(get_examples, "SimilarityEvaluator.initialize")
        if nlp is not None:
            check_training(nlp)
        n_docs = 0
        tags: set[str] = set()
        for example in get_examples():
            n_docs += 1
            iobs = {token.ent_iob for token in example.reference if not token.is_space}
            tags.update(span.label_ for span in example.reference.ents)
            tags.update("O" for iob in iobs if iob == 2)
            if len(tags) > 1:
                break
        else:
            raise ConcnerError(
                Errors.C041.format(name=self.name, n_docs=n_docs, found=sorted(tags))
            )
        sample = [eg.x for eg in islice(get_examples(), 10) if len(eg.x)]
        self.model.initialize(X=sample or [Doc(self.vocab, words=["hello"])])

    def predict(self, docs: Iterable[Doc]) -> list[Floats2d]:
        """Give the vector of every token, without changing the Docs.

        docs (Iterable[Doc]): The Docs.
        RETURNS (list[Floats2d]): For each Doc `(n_tokens, width)` float32 vectors, of any
            length.
        RAISES (ConcnerError): C008 if the component is not initialised, C016 if the encoder
            that it shares with others has not run.
        """
        docs = list(docs)
        self._check_initialized()
        check_upstream(self.model, docs, self.name)
        vectors = self.model.predict(docs)
        lengths = self.model.ops.asarray1i([len(doc) for doc in docs])
        if not len(vectors):
            return [vectors for _ in docs]
        return self.model.ops.unflatten(vectors, lengths)

    def set_annotations(self, docs: Iterable[Doc], scores: list[Floats2d]) -> None:
        """Write token vectors into `doc.tensor`.

        docs (Iterable[Doc]): The Docs, changed in place.
        scores (list[Floats2d]): What `predict` gave.
        """
        for doc, vectors in zip(docs, scores, strict=True):
            doc.tensor = self.model.ops.to_numpy(vectors)

    def update(
        self,
        examples: Iterable[Example],
        *,
        drop: float = 0.0,
        sgd: Optimizer | None = None,
        losses: dict[str, float] | None = None,
    ) -> dict[str, float]:
        """Learn from a batch.

        examples (Iterable[Example]): The batch.
        drop (float): Dropout rate.
        sgd (Optimizer): Optimiser; without, gradients add up.
        losses (dict[str, float]): Losses so far, by name of the component.
        RETURNS (dict[str, float]): The losses.
        RAISES (ConcnerError): C008 if the component is not initialised, C052 if the loss is not
            a number, before any weight changes.
        """
        self._check_initialized()
        losses = {} if losses is None else losses
        examples = list(examples)
        validate_examples(examples, "SimilarityEvaluator.update")
        losses.setdefault(self.name, 0.0)
        if not any(len(eg.predicted) for eg in examples):
            return losses
        set_dropout_rate(self.model, drop)
        vectors, backprop = self.model.begin_update([eg.predicted for eg in examples])
        loss, gradient = self.get_loss(examples, vectors)
        check_losses({self.name: loss}, self.name, self._steps)
        backprop(gradient)
        losses[self.name] += loss
        if sgd not in (None, False):
            self.finish_update(sgd)
        return losses

    def finish_update(self, sgd: Optimizer) -> None:
        """Let the optimiser take a step, and draw other pairs in the next.

        sgd (Optimizer): Optimiser.
        """
        super().finish_update(sgd)
        self._steps += 1

    def get_loss(self, examples: Sequence[Example], scores: Floats2d) -> tuple[float, Floats2d]:
        """Find the loss of a batch and its gradient: see `pair_cross_entropy`.

        examples (Sequence[Example]): The batch.
        scores (Floats2d): `(n_tokens, width)` vectors of the model in training.
        RETURNS (tuple[float, Floats2d]): Mean over the pairs, and the gradient of the vectors.
        """
        import torch
        from thinc.api import torch2xp, xp2torch

        from ..losses.similarity import pair_cross_entropy

        classes = pair_classes(examples, self.cfg["level"])
        pairs = draw_pairs(classes, self.cfg["max_pairs"], [self.cfg["seed"], self._steps])
        vectors = xp2torch(scores, requires_grad=True)
        first, second, same = (
            torch.from_numpy(rows).to(vectors.device)
            for rows in (pairs.first, pairs.second, pairs.same)
        )
        loss = pair_cross_entropy(vectors, first, second, same)
        loss.backward()
        assert vectors.grad is not None
        return float(loss.detach()), cast(Floats2d, torch2xp(vectors.grad))

    def _check_initialized(self) -> None:
        if not self.is_initialized:
            raise ConcnerError(Errors.C008.format(name=self.name))
