"""Messages about the components."""


class TaggingErrors:
    """Errors of the components."""

    C001 = (
        "TokenTagger got pooling = {pooling!r} and projection_width = {width}. Use pooling "
        "'mean' or 'max', and a width of 0 (no projection head) or more."
    )
    C002 = (
        "The label {tag!r} is not one of the labels of '{name}': {labels}; document: {text!r}. "
        "Map the corpus to the labels that the pipeline was initialised with, or initialise it "
        "on this corpus (spacy init labels)."
    )
    C003 = (
        "Soft labels {found} do not fit the labels of '{name}': {expected}; document: {text!r}. "
        "Teacher and student need the same labels: set [initialize.components.{name}.labels] "
        "to the teacher's, or label the raw text with a teacher that has the student's."
    )
    C004 = (
        "Soft labels for {rows} tokens do not fit a document of {reference} tokens that is "
        "trained on as {predicted} tokens: {text!r}. Store a row a token, as spacy concner label "
        'does, and read the corpus with @readers = "spacy-concner.Corpus.v1", which keeps its '
        "tokens."
    )
    C005 = (
        "Soft labels of token {token!r} are {found}, expected numbers from 0 to 1 that sum to one; "
        "document: {text!r}. Run spacy concner label again; a NaN comes of a teacher whose "
        "training has diverged."
    )
    C006 = (
        "Label {label!r} comes too late: '{name}' was initialised with {labels}. Add labels "
        "before nlp.initialize(), or initialise anew on examples that hold all of them."
    )
    C007 = (
        "'{name}' found no entity label to learn: no example has an entity or soft labels. "
        "Train on labelled text (spacy concner convert), on softly labelled text (spacy concner "
        "label), or give labels in [initialize.components.{name}.labels]."
    )
    C008 = (
        "'{name}' has no weights yet, so it can neither predict nor learn. Call "
        "nlp.initialize() with examples, or load a trained pipeline."
    )
    C009 = (
        "'{name}' has an output of {n_labels} labels, but is initialised anew with {labels}. "
        "Give it the same labels, or make a new component for other ones."
    )
    C010 = (
        "A bitext lost its segments before '{name}' could learn from them: {text!r}. Read "
        'bitexts with @readers = "spacy-concner.Corpus.v1", which keeps them.'
    )
    C011 = (
        "The loss {key!r} of '{name}' is {found}, expected a function of the tagger's output and "
        "the supervision that has a number 'weight'. Name one such as "
        "spacy-concner.EntityCrossEntropy.v1 with @losses in [components.{name}.losses.{key}]."
    )
    C012 = (
        "spans_key of '{name}' is {key!r}, where bitexts keep their segments. Choose another "
        "key for the predicted entities."
    )
    C013 = (
        "The threshold of '{name}' is {threshold}, expected a probability from 0 (keep all "
        "entities) to 1."
    )
    C019 = (
        "The thresholds of '{name}' name {unknown}, and it finds {known}. Name types as it does, "
        "and all others by * (in a config without quotes)."
    )
    C014 = (
        "The loss {key!r} of '{name}' has {gone}, which only 0.2.0 could train; predictions do not "
        "need it. To train further, give [components.{name}.losses.{key}] {instead}, or set it to "
        "null."
    )
    C015 = (
        "Labels of '{name}' are {labels}, of which {tags} look like BIO tags, but are no whole set "
        "of them. Give entity types alone, or B- and I- of every type, as spacy init labels writes "
        "them (a type B-CELL has the tags B-B-CELL and I-B-CELL)."
    )
    C016 = (
        "'{name}' reads its vectors from the component '{upstream}', which has not run on "
        "{text!r}, so what it found would be noise. Load, source or assemble '{upstream}' too, "
        "before '{name}' and not disabled, or give '{name}' an encoder of its own with "
        "nlp.replace_listeners."
    )
    C017 = (
        "'{name}' gives scores that are not numbers; document: {text!r}. Its training has "
        "diverged, or its files are damaged: train it again with a lower learning rate, or take "
        "an earlier model."
    )
    C018 = (
        "A memory zone of the pipeline with '{name}' is open already, in another thread or around "
        "this one; a vocabulary has one at a time, and the Docs of the other are lost. Take a lock "
        "around nlp.memory_zone() and all that uses its Docs, or load a pipeline a thread."
    )
    C040 = "{setting} is {value}, expected a whole number of at least {least}."
    C041 = (
        "'{name}' has no labels to tell apart: {n_docs} documents hold only {found}. Train the "
        "evaluator on labelled text (spacy concner convert)."
    )
    C042 = (
        "The level of '{name}' is {level!r}, expected 'tag' (B-PER and I-PER are two labels) or "
        "'type' (they are one)."
    )
    C043 = (
        "The loss {key!r} of '{name}' learns from {what}, but none of the {n_docs} documents to "
        "train on has any. Make them with {verb}{otherwise}."
    )
    C044 = (
        "Evaluator's token vectors have {found} columns here and {expected} in documents before; "
        "document: {text!r}. Label all text with one evaluator (spacy concner label --evaluator)."
    )
    C045 = (
        "Evaluator's token vectors of shape {shape} do not fit the {n_tokens} tokens of {text!r}, "
        "or hold a value that is not a number. Run spacy concner label --evaluator again."
    )
    C046 = (
        "Every loss of '{name}' has weight 0, so training would change nothing. Give one of {keys} "
        "a weight."
    )
    C047 = (
        "There is nothing to train '{name}' on: the training corpus {path} gives no document. Give "
        "another with --paths.train, or raise the max_length of its reader, which leaves out "
        "longer documents."
    )
    C048 = (
        "The learning rate is {rate} {when}, expected a number of at least 0, and more than 0 at "
        "some step. Change [training.optimizer] learn_rate: {setting}."
    )
    C049 = (
        "The warm-up of the learning rate takes {warmup} steps, but {end}. Lower "
        "--training.optimizer.learn_rate.warmup_steps, to a tenth of the steps, or train longer."
    )
    C051 = (
        "The development corpus {path} has {found}, so no evaluation could tell which model is "
        "best. Give labelled text with --paths.dev (spacy concner convert)."
    )
    C052 = (
        "The training of '{name}' has diverged: at step {step} {what}. Lower the learning "
        "rate (--training.optimizer.learn_rate.initial_rate), by ten at first. The output folder "
        "keeps model-best, and with spacy-concner.ConsoleLogger.v1 model-last as well, as of the "
        "last evaluation before."
    )
    C058 = (
        "[training.optimizer] makes no learning rate of {setting}: {reason}. Give a number as JSON "
        "writes it, such as 5e-5 or 0.5; nan, inf and .5 are text to a config."
    )


class TaggingWarnings:
    """Warnings of the components."""

    W001 = (
        "The extension span._.{name} is taken by another getter, so it does not give the scores "
        "of entities. Read them from doc.spans['concner'].attrs['scores'], or name yours otherwise."
    )
    W002 = (
        "The learning rate is 0 from step {step} of {max_steps} on, so the rest of the training "
        "changes nothing. Set --training.optimizer.learn_rate.total_steps to the number of steps."
    )
