"""The `concner` component: a named entity recogniser that learns across languages."""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from spacy.errors import Errors as SpacyErrors
from spacy.language import Language
from spacy.pipeline.trainable_pipe import TrainablePipe
from spacy.tokens import Doc, Span
from spacy.training import Example, validate_examples, validate_get_examples
from spacy.vocab import Vocab
from thinc.api import Config, Optimizer, set_dropout_rate
from thinc.types import Floats2d

from ..calibration.maps import Calibration
from ..checked_loading import check_when_loaded
from ..corpora.segments import SEGMENTS_KEY
from ..corpora.soft_labels import get_soft_labels
from ..entity_scores import set_scored_spans
from ..errors import ConcnerError, Errors
from .annotation import set_entities, to_span, view_tokens, word_positions
from .architecture import TaggerModel, TaggerOutput
from .batch_losses import BatchLosses, as_tensors, compute_losses
from .before_training import check_training, training_path
from .decoding import decode
from .divergence import check_losses, check_scores
from .labels import bio_tags, entity_type, read_types
from .loss_requirements import check_needs, check_trainable
from .memory_zone import InMemoryZones
from .supervision import get_supervision
from .threshold import (
    Threshold,
    by_type,
    forget_calibration,
    keep_threshold,
    make_threshold,
)
from .upstream import check_upstream

# Docs that the model reads at once: more would take memory and no less time. Their entities are
# found for a whole batch at once, which takes less time the more there are.
READ_TOGETHER = 256

DEFAULT_CONFIG = """
[concner]
overwrite = false
spans_key = "concner"
threshold = 0.0
learn_adjacency = false
scorer = {"@scorers": "spacy-concner.scorer.v1"}

[concner.losses]

[concner.model]
@architectures = "spacy-concner.TokenTagger.v1"
pooling = "mean"
projection_width = 0

[concner.model.tok2vec]
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
    "concner",
    assigns=["doc.ents", "doc.spans", "token.ent_iob", "token.ent_type"],
    default_config=Config().from_str(DEFAULT_CONFIG)["concner"],
    default_score_weights={
        "ents_f": 1.0,
        "ents_p": 0.0,
        "ents_r": 0.0,
        "ents_per_type": None,
    },
)
def make_concner(
    nlp: Language,
    name: str,
    model: TaggerModel,
    losses: dict[str, Any],
    overwrite: bool,
    spans_key: str,
    scorer: Callable | None,
    threshold: Threshold = 0.0,
    learn_adjacency: bool = False,
) -> "ConCNER":
    """Make a `concner` component.

    nlp (Language): The pipeline.
    name (str): Name of the component.
    model (Model[List[Doc], TaggerOutput]): The tagger.
    losses (Dict[str, Callable]): Losses by name, each with a `weight`; entity cross-entropy
        if there is none. `null` switches off one that a base config names.
    overwrite (bool): Whether predictions replace entities that other components have set.
    spans_key (str): Where in `doc.spans` all predicted entities and their scores go.
    scorer (Callable): The scoring method.
    threshold (float | dict[str, float]): Least probability of an entity, 0 to 1, or one by type,
        with "*" for all others; entities below it are dropped.
    learn_adjacency (bool): Whether entities that begin right after another are less probable, as
        much as they are rarer in the text that the component learns from.
    RETURNS (ConCNER): The component.
    """
    check_when_loaded(nlp)
    return ConCNER(
        nlp.vocab,
        model,
        name,
        losses=losses,
        overwrite=overwrite,
        spans_key=spans_key,
        scorer=scorer,
        threshold=threshold,
        learn_adjacency=learn_adjacency,
    )


class ConCNER(InMemoryZones, TrainablePipe):
    """Named entity recogniser that learns from labels, translations and soft labels.

    What a Doc carries decides what it teaches: entities feed the losses on labels,
    segments the translation contrast, soft labels the distillation.
    """

    def __init__(
        self,
        vocab: Vocab,
        model: TaggerModel,
        name: str = "concner",
        *,
        losses: dict[str, Any] | None = None,
        overwrite: bool = False,
        spans_key: str = "concner",
        scorer: Callable | None = None,
        threshold: Threshold = 0.0,
        learn_adjacency: bool = False,
    ) -> None:
        """Initialise the component; arguments as for `make_concner`.

        RAISES (ConcnerError): C011 for a loss that is none of ours, C012 for a `spans_key`
            that is taken, C013 for a threshold that is no probability.
        """
        if spans_key == SEGMENTS_KEY:
            raise ConcnerError(Errors.C012.format(name=name, key=spans_key))
        for key, loss in (losses or {}).items():
            if loss is None:
                continue
            can_be_called = callable(loss) or hasattr(loss, "gone")
            if not can_be_called or not isinstance(getattr(loss, "weight", None), int | float):
                raise ConcnerError(Errors.C011.format(key=key, name=name, found=repr(loss)))
        self.vocab = vocab
        self.model = model
        self.name = name
        self.cfg: dict[str, Any] = {
            "labels": [],
            "overwrite": overwrite,
            "spans_key": spans_key,
            **make_threshold(threshold, name),
            "calibration": None,
            "adjacency": None,
        }
        self.learn_adjacency = learn_adjacency
        self.losses = {key: loss for key, loss in (losses or {}).items() if loss is not None}
        self.scorer = scorer
        self._steps = 0

    def from_bytes(self, bytes_data: bytes, *, exclude: Iterable[str] = ()) -> "ConCNER":
        """Load what `to_bytes` gave; a threshold set anew in the config wins."""
        configured = self.cfg["configured_threshold"]
        super().from_bytes(bytes_data, exclude=exclude)
        keep_threshold(self.cfg, configured)
        return self

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> "ConCNER":
        """Load what `to_disk` wrote; a threshold set anew in the config wins."""
        configured = self.cfg["configured_threshold"]
        super().from_disk(path, exclude=exclude)
        keep_threshold(self.cfg, configured)
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write the component; where a shipped pipeline stood, its digests are forgotten.

        path (Path): Folder of the component in that of the pipeline.
        exclude (Iterable[str]): What is not written.
        """
        # Not above: what only reads texts does without it.
        from ..files import unseal

        unseal(Path(path).parent)
        super().to_disk(path, exclude=exclude)

    @property
    def labels(self) -> tuple[str, ...]:
        """The BIO tags, sorted, in the order of the model's output."""
        return tuple(self.cfg["labels"])

    @property
    def adjacency(self) -> float:
        """The factor of each entity that begins right after another, at most 1."""
        return (self.learn_adjacency and self.cfg["adjacency"]) or 1.0

    @property
    def is_initialized(self) -> bool:
        """Whether the model has weights."""
        return bool(self.model.get_ref("output_layer").has_param("W"))

    @property
    def label_data(self) -> list[str]:
        """What `spacy init labels` writes and `initialize` takes."""
        return list(self.labels)

    def add_label(self, label: str) -> int:
        """Add an entity type before the component is initialised.

        label (str): Entity type of any name; "B-CELL" is a type, too, and no tag of CELL.
        RETURNS (int): 1 if it is new, else 0.
        RAISES (ValueError): If the label is not a string or the output is already made.
        """
        if not isinstance(label, str):
            raise ValueError(SpacyErrors.E187)
        labels = bio_tags([*map(entity_type, self.labels), label])
        if labels == list(self.labels):
            return 0
        if self.is_initialized:
            raise ConcnerError(
                Errors.C006.format(label=label, name=self.name, labels=list(self.labels))
            )
        self.cfg["labels"] = labels
        self.vocab.strings.add(label)
        return 1

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]],
        *,
        nlp: Language | None = None,
        labels: Sequence[str] | None = None,
    ) -> None:
        """Set the labels and initialise the model.

        get_examples (Callable[[], Iterable[Example]]): Gives training examples.
        nlp (Language): The pipeline.
        labels (Sequence[str]): Entity types, or tags as `spacy init labels` wrote them;
            without them every example is read for entities and soft labels.
        RAISES (ConcnerError): C007 if no label is found, C009 if there are others than when
            the component was initialised before, C014 if a loss is one that only earlier
            versions had, C015 if labels are part types and part tags, C043 if no example has
            what a loss needs, C047 if there is no example; C048, C049, C051 and C058 for what the
            config tells of the training.
        """
        # Not above: what only reads texts does without it.
        from .adjacency import AdjacencyCounts

        validate_get_examples(get_examples, "ConCNER.initialize")
        if nlp is not None:
            check_training(nlp)
        if next(iter(get_examples()), None) is None:
            raise ConcnerError(Errors.C047.format(name=self.name, path=training_path(nlp)))
        self._steps = 0
        types = {entity_type(tag) for tag in self.labels}
        if labels is not None:
            types |= read_types(labels, self.name)
        adjacency = AdjacencyCounts() if self.learn_adjacency else None
        # Once for both, for a corpus takes long to read.
        for example in get_examples() if labels is None or adjacency else ():
            soft = get_soft_labels(example.reference)
            known = set() if soft is None else read_types(soft.labels, self.name)
            if labels is None:
                types.update(known, (span.label_ for span in example.reference.ents))
            if adjacency:
                adjacency.add(example.reference)
        labels = bio_tags(types)
        if not labels:
            raise ConcnerError(Errors.C007.format(name=self.name))
        if self.model.has_dim("nO") and self.model.get_dim("nO") != len(labels):
            n_labels = self.model.get_dim("nO")
            raise ConcnerError(Errors.C009.format(name=self.name, n_labels=n_labels, labels=labels))
        self.cfg["labels"] = labels
        forget_calibration(self.cfg)
        self.cfg["adjacency"] = adjacency.ratio if adjacency else None
        for label in labels:
            self.vocab.strings.add(entity_type(label) or label)
        check_trainable(self.losses, self.name)
        check_needs(get_examples(), self.loss_functions(), self.name)
        sample = [eg.x for eg in islice(get_examples(), 10) if len(eg.x)]
        self.model.set_dim("nO", len(self.labels))
        self.model.initialize(X=sample or [Doc(self.vocab, words=["hello"])])

    def predict(self, docs: Iterable[Doc]) -> list[Floats2d]:
        """Score the labels of every token, without changing the Docs.

        docs (Iterable[Doc]): The Docs.
        RETURNS (list[Floats2d]): For each Doc `(n_tokens, n_labels)` float32 scores before
            softmax.
        RAISES (ConcnerError): C008 if the component is not initialised, C016 if the encoder
            that it shares with others has not run.
        """
        docs = list(docs)
        self._check_initialized()
        check_upstream(self.model, docs, self.name)
        if not any(len(doc) for doc in docs):
            return [self.model.ops.alloc2f(0, len(self.labels)) for _ in docs]
        parts = [docs[i : i + READ_TOGETHER] for i in range(0, len(docs), READ_TOGETHER)]
        ops = self.model.ops
        read = [self.model.predict(part).logits for part in parts if any(map(len, part))]
        logits = ops.xp.vstack(read)
        return ops.unflatten(logits, ops.asarray1i([len(doc) for doc in docs]))

    def set_annotations(self, docs: Iterable[Doc], scores: list[Floats2d]) -> None:
        """Write entities and their scores into Docs.

        docs (Iterable[Doc]): The Docs, changed in place: `doc.spans[spans_key]` holds every
            predicted entity with `attrs["scores"]`, `doc.ents` those that do not overlap
            with entities already there, or all with `overwrite`; entities below the
            threshold are in neither. White space is passed over: it stands within entities
            but never at their ends.
        scores (list[Floats2d]): What `predict` gave.
        RAISES (Diverged): C017, or C052 in training, if a score is not a number.
        RAISES (ConcnerError): C019 if there is a threshold for a type that is none.
        """
        docs = list(docs)
        thresholds = by_type(self.cfg["threshold"], self.labels, self.name)
        views = [view_tokens(doc) for doc in docs]
        are_words = [view.is_word for view in views]
        words = word_positions(docs, are_words)
        lengths = [len(positions) for segments in words for positions in segments]
        is_word = np.concatenate([np.zeros(0, dtype=bool), *are_words])
        flat = self.model.ops.to_numpy(self.model.ops.xp.vstack(scores))
        check_scores(flat, docs, self.name, self._steps)
        calibration = Calibration.of(self.cfg["calibration"])
        of = flat[is_word], lengths, list(self.labels), calibration
        decoded = iter(decode(*of, adjacency=self.adjacency))
        for doc, segments, view in zip(docs, words, views, strict=True):
            spans: list[Span] = []
            probabilities: list[float] = []
            for positions in segments:
                for entity in next(decoded):
                    if entity.score < thresholds[entity.label]:
                        continue
                    spans.append(to_span(doc, positions, entity))
                    probabilities.append(entity.score)
            set_scored_spans(doc, self.cfg["spans_key"], spans, probabilities, view.starts)
            set_entities(doc, spans, overwrite=self.cfg["overwrite"])

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
        sgd (Optimizer): Optimiser; without one gradients accumulate.
        losses (dict[str, float]): Losses so far. The weighted total is added under the
            component's name, each loss unweighted under `NAME_LOSS`.
        RETURNS (dict[str, float]): The losses.
        RAISES (ConcnerError): C008 if the component is not initialised, C014 if a loss is gone
            since it was trained, C052 if a loss is not a number, before any weight changes;
            those of `get_supervision` if the examples do not fit it.
        """
        self._check_initialized()
        check_trainable(self.losses, self.name)
        losses = {} if losses is None else losses
        examples = list(examples)
        validate_examples(examples, "ConCNER.update")
        losses.setdefault(self.name, 0.0)
        for key in self.loss_functions():
            losses.setdefault(f"{self.name}_{key}", 0.0)
        if not any(len(eg.predicted) for eg in examples):
            self.wait_for_others(examples)
            return losses
        # It was fitted to weights that change now.
        forget_calibration(self.cfg)
        set_dropout_rate(self.model, drop)
        output, backprop = self.model.begin_update([eg.predicted for eg in examples])
        found = self.get_losses(examples, output)
        check_losses(found.values, self.name, self._steps)
        backprop(found.gradient)
        losses[self.name] += found.total
        for key, value in found.values.items():
            losses[f"{self.name}_{key}"] += value
        if sgd not in (None, False):
            self.finish_update(sgd)
        return losses

    def wait_for_others(self, examples: Sequence[Example] = ()) -> None:
        """Take part in the contrast across ranks without a token, where others have some.

        examples (Sequence[Example]): The batch, without a token.
        """
        from ..losses.across_ranks import wait_for_others

        if wait_for_others(self.loss_functions()):
            empty = self.model.ops.alloc2f(0, 0)
            scores = self.model.ops.alloc2f(0, len(self.labels))
            self.get_losses(examples, TaggerOutput(scores, empty, empty))

    def finish_update(self, sgd: Optimizer) -> None:
        """Let the optimiser take a step.

        sgd (Optimizer): The optimiser.
        """
        super().finish_update(sgd)
        self._steps += 1

    def _check_initialized(self) -> None:
        if not self.labels or not self.is_initialized:
            raise ConcnerError(Errors.C008.format(name=self.name))

    def loss_functions(self) -> dict[str, Any]:
        """Give the losses by name: those of the config, or entity cross-entropy."""
        if not self.losses:
            from ..losses.entity import EntityCrossEntropy

            self.losses = {"entity": EntityCrossEntropy()}
        return self.losses

    def get_loss(
        self, examples: Iterable[Example], scores: TaggerOutput
    ) -> tuple[float, TaggerOutput]:
        """Find the weighted loss of a batch and its gradient.

        examples (Iterable[Example]): The batch.
        scores (TaggerOutput): The model's output in training.
        RETURNS (tuple[float, TaggerOutput]): The loss and the gradient of the output.
        """
        found = self.get_losses(list(examples), scores)
        return found.total, found.gradient

    def get_losses(self, examples: Sequence[Example], output: TaggerOutput) -> BatchLosses:
        """Find each loss of a batch, and the gradient of their weighted sum.

        examples (Sequence[Example]): The batch.
        output (TaggerOutput): The model's output in training.
        RETURNS (BatchLosses): Losses by name, their sum and its gradient.
        """
        tensors = as_tensors(output)
        device = str(tensors.logits.device)
        supervision = get_supervision(examples, self.labels, self.name, device)
        return compute_losses(self.loss_functions(), tensors, supervision)
