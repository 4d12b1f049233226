"""Messages about corpora: files and Docs."""


class CorporaErrors:
    """Errors of corpora: files and Docs."""

    C101 = (
        "A bitext needs two or more segments with text and a language code for each; found "
        "{n_segments} segments, {n_languages} codes, texts {texts}. Leave out empty "
        "translations and give one code a segment."
    )
    C102 = (
        "The segments in doc.spans['segments'] do not tile the document: token ranges {found} "
        "for {n_tokens} tokens of {text!r}. Make bitexts with "
        "spacy_concner.corpora.segments.make_bitext."
    )
    C103 = (
        "Cannot read {path}: {reason}. Give the path of a readable {format} file, or name the "
        "format with --format."
    )
    C104 = (
        "Cannot tell the format of {source!r} from its content and its name. Give --format conll, "
        "inline, jsonl, csv, text, brat, webanno or datasets."
    )
    C105 = (
        "{place}: not {encoding}, byte {byte} of it is 0x{value:02x}. Name the encoding of the "
        "file with --encoding, such as windows-1252, or save it as UTF-8."
    )
    C106 = (
        "No sentence to write from {source}: {n_read} records read, {rejected} rejected, "
        "{skipped} skipped for their answer (reject or ignore), {without_segment} without a "
        "segment in the wanted language. Check the file, --format, "
        "--split and --segment."
    )
    C107 = (
        "{place}: {found} columns, expected {expected}. Separate the columns of every line alike "
        "by one tab (or by spaces), or choose the columns with --token-column and --label-column."
    )
    C108 = "{place}: a token is empty. Give every token a text, or use --skip-invalid."
    C109 = "{place}: {tag!r} is no tag of the scheme {scheme}, expected {expected}. {advice}"
    C110 = (
        "{place}: {tag} cannot follow {previous} in the scheme {scheme}. Mend the tags, name the "
        "scheme with --scheme {others}, or use --skip-invalid."
    )
    C111 = (
        "{place}: a sentence of more than {limit} tokens starts here. Separate sentences by "
        "blank lines."
    )
    C112 = (
        "{place}: the text has {found} characters, at most {limit} are taken as one sentence. Put "
        "each sentence on a line of its own."
    )
    C113 = (
        "{place}: no valid JSON ({reason}). Write an object a line, or one list of all; text that "
        "is no JSON is read with another --format."
    )
    C114 = (
        "{place}: {what} has no {expected}; its keys are {found}. Write text and spans with "
        "start, end and label, or segments with lang, text and spans; name the fields of tokens "
        "and tags with --tokens-field and --tags-field."
    )
    C115 = "{place}: {what} is {found}, expected {expected}. Mend it, or use --skip-invalid."
    C116 = "{place}: {what} is empty. Leave it out, or use --skip-invalid."
    C117 = (
        "{place}: span {start}-{end} {label} is outside the text of {n_characters} characters "
        "{text!r}. Offsets count characters from 0, the end is exclusive; --offsets names other "
        "ways to count. {hint}"
    )
    C118 = (
        "{place}: span {start}-{end} {label} is empty. The end is exclusive and must be greater "
        "than the start; where it names the last character, give --offsets inclusive. {hint}"
    )
    C119 = (
        "{place}: spans {first} and {second} overlap. Keep one of them (entities may not be "
        "nested), or use --skip-invalid."
    )
    C120 = (
        "{place}: span {start}-{end} {label} {span_text!r} does not begin and end with a token; "
        "the tokens there are {tokens}. {hint}Mend the offsets, choose another tokenizer with "
        "--lang, or use --skip-invalid."
    )
    C121 = (
        "{place}: {found} segments, a bitext needs two or more. Write single sentences as text "
        "and spans."
    )
    C122 = (
        "{place}: {what} holds half a surrogate pair, which is no character. Mend the escapes, "
        "or use --skip-invalid."
    )
    C123 = "{place}: {n_tokens} tokens but {n_tags} tags. {advice}"
    C124 = (
        "{place}: the tags are numbers and the data does not name them. Give the names in the "
        "order of the numbers, such as --tag-names O,B-PER,I-PER."
    )
    C125 = (
        "{place}: tag number {number} has no name among {names}. Give all names in the order of "
        "the numbers with --tag-names."
    )
    C126 = (
        "Cannot load the dataset {source!r} from the Hugging Face hub: {reason}. There is no "
        "local path of this name either. Check the spelling (name/config, such as wikiann/bg) "
        "and the network, or download the files and give their folder."
    )
    C127 = (
        "Cannot read {source} with datasets: {reason}. Give a parquet file or a folder of them, "
        "and the split with --split."
    )
    C130 = "Cannot sample {wanted} of {found} valid sentences. Ask for fewer with --sample."
    C131 = (
        "spaCy has no tokenizer for the language {lang!r} ({reason}). Give a code that "
        "spacy.blank knows with --lang, such as xx."
    )
    C132 = "Bad setting {setting} = {value!r}. Expected {expected}."
    C133 = (
        "{place}: the row has no {field}; its fields are {found}. Name the fields with "
        "--tokens-field and --tags-field, or give --unlabelled for text without tags."
    )
    C135 = (
        "{place}: {what} seems to have its annotation under {key!r}, which is not read. Write "
        "spans with start, end and label under one of {known}; name the fields of tokens and tags "
        "with --tokens-field and --tags-field, or read raw text alone with --unlabelled."
    )
    C136 = (
        "{place}: the tokens do not fit the text and the segments: {what} is {token!r}, where "
        "{found!r} stands. After a change of the text, take the tokens out of the record: it is "
        "then split anew."
    )
    C137 = (
        "{place}: the segments do not tile the text: {what} goes from {start} to {end}, what is "
        "before it ends at {last}. Give each segment its start and end in characters, in order, "
        "with nothing but white space between them."
    )
    C138 = (
        "{place}: span {start}-{end} {label} {span_text!r} does not lie in one segment. Mark the "
        "entity in each language by a span of its own."
    )
    C141 = (
        "Soft labels of shape {shape} do not fit {n_tokens} tokens and the labels {labels}, or "
        "hold a value that is not a number; document: {text!r}. Give one row of finite "
        "probabilities a token and one column a label."
    )
    C142 = "No .spacy file at {path}. Make one with spacy concner convert, or correct the path."
    C143 = (
        "{path} cannot be read as a .spacy file: {error}. Make it again with the verb that made "
        "it: spacy concner convert, translate, bitext or label."
    )
    C144 = (
        "Token vectors of shape {shape} do not fit {n_tokens} tokens, or hold a value that is not "
        "a number; document: {text!r}. Give one row of finite numbers a token."
    )
    C145 = (
        "doc.user_data['concner'] holds {found}, expected 'labels' and an array of "
        "'probabilities'; document: {text!r}. Store soft labels with "
        "spacy_concner.corpora.soft_labels.set_soft_labels, or run spacy concner label."
    )
    C146 = (
        "{place}: a NUL character{hint}. Text has none: name the encoding with --encoding, such as "
        "utf-16-le, or take it out."
    )
    C147 = (
        "{place}: span {start}-{end} {label} is {found!r} in the text, but its own text is "
        "{told!r}. {hint}"
    )
    C148 = (
        "{place}: span {start}-{end} {label} begins or ends inside of a character if offsets count "
        "{offsets}. Choose another way to count with --offsets, or use --skip-invalid."
    )
    C149 = (
        "{path} looks like {found}, which its name does not say. Give --format {format}, or "
        "--format {meant} if it is that."
    )
    C150 = (
        "{place}: what would be the tokens of each sentence only counts up, as {found}: the column "
        "numbers the tokens. Choose that of the tokens with --token-column, such as {column}, and "
        "that of the tags with --label-column."
    )
    C151 = "{place}: {what} cannot be stored: {reason}. Change it, or use --skip-invalid."
    C152 = (
        "{place}: {found} characters without white space that are mostly punctuation: {run!r}…. "
        "spaCy's tokenizer takes hours for such text: shorten it, or use --skip-invalid."
    )
    C153 = (
        "{place}: no valid CSV ({reason}). Write as many cells as the header has names, those with "
        "commas, quotes or line breaks in double quotes, and quotes twice."
    )
    C154 = (
        "{place}: a token a row, and nothing tells where sentences begin; the columns are {found}. "
        "Name the one that tells them apart with --sentence-field, or leave a blank row between "
        "sentences."
    )
    C155 = (
        "{place}: no annotation of brat: {line!r}. Expected an entity as its number, a tab, type, "
        "start and end, a tab and its text. Mend it, or use --skip-invalid."
    )
    C156 = (
        "{place}: the {label} {told!r} is in several parts, but an entity is of one piece. Join "
        "the parts, or use --skip-invalid."
    )
    C157 = (
        "{place}: no valid WebAnno TSV 3 ({reason}). Export the document anew, or use "
        "--skip-invalid."
    )
    C158 = (
        "{folder} holds {path}, which no reader knows. Take it out of the folder, name its format "
        "with --format, or convert the files one by one."
    )
    C159 = (
        "{folder} holds files of several formats: {found}. Put each in a folder of its own, or "
        "name one for all of them with --format."
    )
    C160 = "{folder} has no files for the split {split!r}; it has {found}. Choose one with --split."
    C161 = (
        "{place}: {n} annotations of the task that differ. Mark one of them as ground truth, or "
        "use --skip-invalid."
    )
    C162 = (
        "{place}: the header does not tell which layer holds the types. There are: {found}. Name "
        "the layer or the feature with --tags-field."
    )
    C163 = "{path} has no text file of the same name beside it. Put it there, or take this one out."
    C164 = (
        "{place}: the multiword token {number} has the tag {tag}, but only its words are read. "
        "Give the tag to the words, or use --skip-invalid."
    )
    C165 = (
        "{place}: U+2028, U+0085 or the like stands where a line may end. Lines end with a line "
        "feed or a carriage return: replace it by one, or take it out."
    )
    C166 = (
        "{path} looks like {found}, which no reader reads. Convert it into JSON lines of texts "
        "with spans, or give --format text if its lines are raw text."
    )
    C167 = (
        "{place}: span {start}-{end} {label} says that it goes from token {first} to {last}, which "
        "is {found}. Mend the offsets or the numbers of the tokens, or use --skip-invalid."
    )
    C168 = (
        "Not one entity has a type of --labels {labels}, so all would become O. Types found: "
        "{found}. Give some of these, or leave --labels out."
    )
    C169 = (
        "{place}: {tag!r} {fault}, expected one tag of one type for the token {token!r}. {advice}"
    )
    C170 = (
        "{path}: lines begin with a number and a tab, as in the corpora of Leipzig, and the "
        "numbers would be tokens. Take them off, such as with cut -f 2, or keep them with --format "
        "text."
    )
    C171 = (
        "{place}: one object holds several lists of records, {found}, and only one can be read. "
        "Write each into a file of its own."
    )
    C172 = (
        "{folder} holds {path}, by its name a copy that an editor has made. Take it out of the "
        "folder, or rename it if it is to be read."
    )


class CorporaWarnings:
    """Warnings of corpora: files and Docs."""

    W101 = "{n} documents of {path} are longer than max_length = {max_length} tokens: left out."
