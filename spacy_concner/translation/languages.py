"""Language codes, so that a slip such as "zz" or "Portuguese" is told before it is in a file."""

import re

from ..errors import ConcnerError, Errors

ISO_639_1 = frozenset(
    (
        "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu "
        "cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi "
        "ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks "
        "ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl "
        "nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk "
        "sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz "
        "ve vi vo wa wo xh yi yo za zh zu"
    ).split()
)
SPACY_MULTILINGUAL = "xx"


def check_language(code: str) -> None:
    """Check a language code: ISO 639-1, spaCy's "xx", or any three letters (ISO 639-3).

    Subtags may follow, such as in "pt-BR"; they are not checked, nor are three letters.

    code (str): The code.
    RAISES (ConcnerError): C216 if it is none.
    """
    known = re.fullmatch(r"([a-z]{2,3})(-[A-Za-z0-9]{2,8})*", code)
    language = known.group(1) if known else ""
    if len(language) != 3 and language not in ISO_639_1 | {SPACY_MULTILINGUAL}:
        raise ConcnerError(Errors.C216.format(code=code))
