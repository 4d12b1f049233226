"""Messages about teachers and soft labels."""


class TeachingErrors:
    """Errors of teachers and soft labels."""

    C403 = (
        "Teachers differ in their labels: {first} has {expected}, {other} has {found}. Train "
        "them with the same labels ([initialize.components.concner.labels]), say with "
        "--map-labels which are the same, or let the student learn those of all with --join-labels."
    )
    C404 = (
        "Weights {weights} do not fit {n_teachers} teacher(s). Give one weight a teacher, none "
        "negative and not all zero, or none at all for equal weights."
    )
    C405 = (
        "{path} was made with other {changed}. Write to another folder, or start anew with --force."
    )
    C406 = "{option} is {value}, expected a whole number of at least {least}."
    C409 = (
        "Two teachers are called {name!r}: {first} and {second}. Give each a name of its own, "
        "such as --teacher en-1=PATH --teacher en-2=PATH."
    )
    C410 = (
        "{path} is no map of labels: {error}. Expected JSON such as "
        '{{"de": {{"PERSON": "PER", "MISC": null}}}}: for a teacher, or "*" for all, new entity '
        "types by old ones, null for no entity."
    )
    C411 = (
        "The map of labels names {kind} that are not there: {unknown}; there are {known}. "
        "Correct the names in the file of --map-labels."
    )
    C412 = (
        "Teacher {teacher} gives probabilities that are not numbers; document: {text!r}. Its "
        "training has diverged: train it again with a lower learning rate, or leave it out."
    )
    C413 = (
        "Weights of teachers cannot be read from {path}: {error}. Expected JSON with a number for "
        "each of {names}, or the weighting.json of an earlier run."
    )
    C414 = (
        "The weighting {measure!r} needs text in the language of each teacher {names}, under its "
        "name: missing {missing}, unknown {unknown}. Give --source-text NAME=CORPUS.spacy for each."
    )
    C415 = (
        "Similarity compares two or more source languages, each with text; found {names}, without "
        "text: {empty}. Give further teachers and sources, or use --weighting uniform."
    )
    C416 = (
        "The weighting {measure!r} measures sentences with a pretrained encoder, and none is "
        "given. Give its folder or name with --encoder."
    )
    C417 = "--min-confidence is {value}, expected a probability of at least 0 and below 1."
    C419 = "The level of weights is {level!r}, expected 'domain' or 'sentence'."
    C422 = "--weight and --weighting {kind} both weigh the teachers. Leave one of them out."
    C423 = (
        "No token of {n_docs} documents has a label of a probability above 0 and of {value} or "
        "more, so nothing is left to learn from. Lower --min-confidence, look at what the teachers "
        "find, or name one that is not --partial."
    )
    C424 = (
        "--teacher {entry!r} is no path and not NAME=PATH. Give the folder of a pipeline, such as "
        "--teacher en=training/en/model-last."
    )
    C425 = "There is no {what}. Name at least one, several divided by blanks."
    C426 = (
        "A teacher is called {name!r}, as what distil makes is called. Give it another name, such "
        "as --teacher first=PATH."
    )
    C427 = (
        "spacy train has ended with status {status} while it made {name}; what it printed says "
        "why. Run the same command again when that is mended."
    )
    C428 = (
        "There is parallel text for {languages}, and no {option}. Name it, or leave --parallel out."
    )
    C429 = (
        "{option} names {unknown}, and the teachers are called {names}. Name them by --teacher "
        "NAME=PATH and use the same names."
    )
    C430 = (
        "The confidence of teacher {name!r} is {value}, expected a probability above 0 and at "
        "most 1, such as --confidence {name}=0.9."
    )
    C431 = (
        "Teacher {path} has no 'concner' component, and none of its components {pipes} names "
        "types of entities that it finds. Give a pipeline that sets doc.ents; if its component "
        'names no types, name them in the file of --map-labels: {{"NAME": {{"PER": "PER"}}}}.'
    )
    C432 = (
        "Teacher {teacher} has found an entity of type {found!r}, and the types that it knows are "
        "{known}; document: {text!r}. Let its component name all its types (its property labels)."
    )
    C433 = (
        "The first student starts from the last teacher, {name}, which {reason}. Name a "
        "teacher last that was trained with a config and labels like those of the students."
    )
    C434 = "{option} {value!r} is not NAME=NUMBER, such as {option} rules=0.9."
    C442 = "The width of the evaluator's vectors is {width}, expected a whole number of at least 1."
    C443 = (
        "Evaluator {path} gives a vector that is not a number; document: {text!r}. Train it "
        "again with a lower learning rate: its training diverged."
    )
    C436 = (
        "The student finds no entity in {n_docs} raw sentences of {language} ({path}): it has "
        "learned nothing. Look at the score of its teachers; give more labelled sentences or more "
        "steps, or raw text of the same kind as the labelled sentences."
    )
