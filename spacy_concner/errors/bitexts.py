"""Messages about bitexts."""


class BitextsErrors:
    """Errors of bitexts."""

    C209 = (
        "No output for the translations of {path}. Give a .spacy file as second argument, or "
        "--export-source for the lines to translate."
    )
    C211 = (
        "Not one of {n} sentences of {path} could be translated with its labels: {reasons}. What "
        "became of each is in {rejects}. Keep the pairs without labels on the translation "
        "with --keep-unprojected, try another --engine, or give your own translations with "
        "--export-source and --translations."
    )
    C212 = (
        "Document {number} has segments in {found}, so it cannot be translated from {source!r} "
        "to {target!r}: {text!r}. Choose a source that is there and a target that is not."
    )
    C215 = (
        "No entity of {path} has the label {absent} of --copy-label. Labels found: {found}. "
        "Give one of these, or leave --copy-label out."
    )
    C217 = "{path} does not exist. Give the path of {expected}."
    C219 = "Labels cannot cross over by {project!r}. Choose one of {known} with --project."
    C220 = (
        "Projection by alignment needs the vectors of an encoder. Name one with --encoder: a "
        "folder made by spacy concner encoder, or a trained pipeline with a transformer."
    )
    C221 = (
        "{first} has {n_first} lines, but {second} has {n_second}. Line n of one must be for line "
        "n of the other: give files of the same corpus."
    )
    C222 = (
        "No parallel text at {path}. Give a file with source and target separated by a tab, two "
        "files (--target-file), or the name that {path}.{source} and {path}.{target} share."
    )
    C223 = (
        "Labels of the source cannot cross over without a word alignment. Give --alignments "
        "(column, or a file of lines such as 0-0 1-2) or --encoder."
    )
    C224 = "Labels come from one place, but there are two: {first} and {second}. Give one of them."
    C225 = (
        "The labelled corpus {path} and line {line} of the parallel text differ: {labelled!r} and "
        "{text!r}. Label the source side of this very text, a document a line."
    )
    C226 = (
        "Teacher {path} cannot label the source: {error}. Give the folder of a trained pipeline "
        "or the name of an installed package that sets entities."
    )
    C227 = (
        "Teacher {path} gives no scores for its entities, so there is none to compare with "
        "--min-confidence. Leave that out, or take a teacher with a concner component."
    )
    C228 = (
        "Not one of {n} pairs of {path} could be kept: {reasons}. Line, reason and detail of each "
        "are in {rejects}. Look at the order of the languages, the thresholds and the alignment."
    )
    C230 = (
        "{option} goes by what a teacher finds and how sure it is, but there is none. Give "
        "--labels-from TEACHER, or leave {option} out."
    )
    C232 = (
        "Not one of the {n_lines} lines of {path} has a tab; the first: {line!r}. Write source, "
        "tab, target a line, or give the target's lines in a file of their own (--target-file)."
    )
    C233 = (
        "{path} {reason}, not sentences alone; the first line: {line!r}. Name the columns of "
        "source and target for spacy concner bitext, such as --columns {example} (names above "
        "them are then left out), or leave nothing else in the file."
    )
    C234 = (
        "{path} is empty: it has {n_lines} lines, and none with text. Look at what should have "
        "written it, and give a file with a sentence a line."
    )
    C281 = (
        "Not one of {n} pairs of {path} is good enough: {reasons}. Look at them with spacy concner "
        "inspect, and give other thresholds; the rejects are in {rejects}."
    )
    C282 = (
        "{path} has no bitext: no document with two or more segments in doc.spans['segments']. "
        "Make bitexts with spacy concner translate, or of JSON lines with convert."
    )
