"""`spacy concner …`: one thin file per verb."""

from ._util import concner_cli
from .bitext import bitext_cli
from .calibrate import calibrate_cli
from .card import card_cli
from .convert import convert_cli
from .distil import distil_cli
from .encoder import encoder_cli
from .export import export_cli
from .filter import filter_cli
from .inspect import inspect_cli
from .label import label_cli
from .report import report_cli
from .ship import ship_cli
from .translate import translate_cli

__all__ = [
    "bitext_cli",
    "calibrate_cli",
    "card_cli",
    "concner_cli",
    "convert_cli",
    "distil_cli",
    "encoder_cli",
    "export_cli",
    "filter_cli",
    "inspect_cli",
    "label_cli",
    "report_cli",
    "ship_cli",
    "translate_cli",
]
