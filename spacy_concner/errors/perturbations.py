"""Messages about disturbed text."""


class PerturbationsErrors:
    """Errors of disturbing text."""

    C700 = (
        "Disturbing text needs the package {package}, which is not there ({error}). Run: pip "
        'install "spacy-concner[robust]"'
    )
    C701 = (
        "{name!r} cannot disturb text: {reason}. Give a function of the registry 'augmenters' "
        "that has a default for each argument: {known}, or your own, registered by an entry point "
        "spacy_augmenters or with --code."
    )
    C702 = (
        "The perturbation {name!r} made {n} Examples of the sentence {text!r}, expected one. Let "
        "it yield the disturbed sentence alone."
    )
    C703 = (
        "The perturbation {name!r} ended on the sentence {text!r} with {error}. Mend its function, "
        "or leave it out."
    )
    C704 = "{setting} is {value}, expected a number from 0 to 1. Correct it."
    C705 = "{setting} is {value!r}, expected one of: {known}. Correct it."
    C706 = "Faker has no {gender} names for {locale!r}. Give one of its locales that has: {known}."
    C707 = (
        "lower, upper and title are {found}, which is more than all sentences. Lower them: a "
        "sentence has one case, and their sum is at most 1."
    )


class PerturbationsWarnings:
    """Warnings of disturbing text."""

    W700 = (
        "No keyboard is known for language {language!r} and the script of {text!r}, so its text "
        "stays as it is under keystrokes. Register a layout in the registry 'keyboards' of "
        "augmenty, with a name that begins with {language!r} and '_'."
    )
