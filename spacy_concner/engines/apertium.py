"""Apertium: rule-based translation, offline, between languages that are mostly near ones."""

import re
import shutil

from ..errors import ConcnerError, Errors
from ..languages import alpha3, find_code
from .processes import run_filter
from .settings import check_setting

PROGRAM = "apertium"
# Packages of language pairs in Debian 12; each holds one direction or both.
DEBIAN_PAIRS = (
    "afr-nld arg-cat bel-rus br-fr cat-ita cat-srd dan-nor en-gl eng-cat eng-spa eo-ca eo-en eo-es "
    "eo-fr es-gl es-pt es-ro eu-en eu-es fr-es fra-cat fra-frp hbs-eng hbs-mkd hbs-slv ind-zlm "
    "isl-eng isl-swe mkd-bul mkd-eng nno-nob oc-ca oc-es oci-fra pol-szl por-cat pt-gl rus-ukr "
    "spa-arg spa-ast spa-cat spa-ita srd-ita swe-dan swe-nor urd-hin"
).split()
# What has a meaning in the stream between Apertium's programs, and what ends a text there.
SPECIAL = re.compile(r"([\[\]{}^$/\\@<>])")
END = "[][\n]"


class ApertiumTranslator:
    """The command `apertium` with the language pairs that are installed."""

    speed_settings = frozenset({"timeout"})

    def __init__(
        self, source: str, target: str, mode: str | None = None, timeout: float = 600
    ) -> None:
        """Find the pair.

        source (str): ISO 639 code to translate from.
        target (str): ISO 639 code to translate to.
        mode (str): Name of the direction as in `apertium -l`, for a variety such as
            "eng-cat_valencia"; None for that of the languages.
        timeout (float): Seconds that the command may take for a batch.
        RAISES (ConcnerError): C241 for a time that is not above 0, C249 if Apertium is not
            installed, C250 if it has no such pair.
        """
        check_setting("timeout", timeout, timeout > 0, "seconds above 0")
        self.source = source
        self.target = target
        self.timeout = timeout
        package = debian_package(source, target)
        if shutil.which(PROGRAM) is None:
            raise ConcnerError(Errors.C249.format(packages=f"{PROGRAM} {package or ''}".strip()))
        installed = run_filter([PROGRAM, "-l"], "", timeout=timeout).output.decode().split()
        found = mode if mode in installed else None
        if mode is None:
            found = find_mode(source, target, installed)
        if found is None:
            raise ConcnerError(
                Errors.C250.format(
                    pair=mode or f"{source}-{target}",
                    installed=", ".join(installed) or "none",
                    advice=f"Run: sudo apt-get install {package}"
                    if package
                    else "Debian has no package for this pair: choose another engine",
                )
            )
        self.mode = found

    def translate(self, texts: list[str]) -> list[str]:
        """Translate texts, each on its own.

        A text on which Apertium fails alone, though it manages others, gets an empty
        translation.

        texts (list[str]): Sentences or phrases.
        RETURNS (list[str]): A translation for each.
        RAISES (ConcnerError): C251 if Apertium fails on all of them, C257 if it takes too long.
        """
        if not texts:
            return []
        found, complaint = self._translate(texts)
        if all(translation is None for translation in found):
            raise ConcnerError(
                Errors.C251.format(mode=self.mode, text=texts[0], complaint=complaint)
            )
        return [translation or "" for translation in found]

    def _translate(self, texts: list[str]) -> tuple[list[str | None], str]:
        stream = "".join(write_stream(text) for text in texts)
        arguments = [PROGRAM, "-f", "none", "-z", "-u", self.mode]
        done = run_filter(arguments, stream, timeout=self.timeout)
        parts = done.output.decode("utf-8", errors="replace").split("\0")
        # Programs in the middle of the pipe may die unnoticed: the parts must be told apart.
        whole = [part for part in parts[: len(texts)] if part.endswith(END)]
        if done.status == 0 and len(whole) == len(texts) and not "".join(parts[len(texts) :]):
            return [read_stream(part) for part in whole], done.complaint
        if len(texts) == 1:
            return [None], done.complaint
        middle = len(texts) // 2
        first, complaint = self._translate(texts[:middle])
        second, _ = self._translate(texts[middle:])
        return first + second, complaint


def find_mode(source: str, target: str, modes: list[str]) -> str | None:
    """Find the direction of two languages.

    source (str): ISO 639 code to translate from.
    target (str): ISO 639 code to translate to.
    modes (list[str]): Names of directions, such as "eng-spa" or "en-gl".
    RETURNS (str | None): The direction without a variety; None if there is none.
    """
    for mode in modes:
        pair = re.fullmatch(r"([a-z]+)-([a-z]+)", mode)
        if pair and find_code(source, [pair[1]]) and find_code(target, [pair[2]]):
            return mode
    return None


def debian_package(source: str, target: str) -> str | None:
    """Name the Debian package of a pair.

    source (str): ISO 639 code.
    target (str): ISO 639 code.
    RETURNS (str | None): The package; None if Debian has none.
    """
    wanted = {alpha3(source), alpha3(target)}
    for pair in DEBIAN_PAIRS:
        if {alpha3(code) for code in pair.split("-")} == wanted:
            return f"apertium-{pair}"
    return None


def write_stream(text: str) -> str:
    """Write a text as Apertium's programs read it: special characters escaped, an end.

    text (str): The text.
    RETURNS (str): The part of the stream.
    """
    return SPECIAL.sub(r"\\\1", text.replace("\0", " ")) + END + "\0"


def read_stream(part: str) -> str:
    """Read a part of the stream.

    part (str): The part, without the null character at its end.
    RETURNS (str): The text.
    """
    return re.sub(r"\\(.)", r"\1", part.removesuffix(END))
