"""`spacy concner …`: one thin file per verb."""

from ._util import concner_cli
from .apply import apply_cli
from .bitext import bitext_cli
from .calibrate import calibrate_cli
from .card import card_cli
from .collect import collect_cli
from .convert import convert_cli
from .distil import distil_cli
from .encoder import encoder_cli
from .export import export_cli
from .filter import filter_cli
from .for_each import for_each_cli
from .inspect import inspect_cli
from .label import label_cli
from .new import new_cli
from .report import report_cli
from .scores import scores_cli
from .ship import ship_cli
from .small import small_cli
from .smoke_test import smoke_test_cli
from .summary import summary_cli
from .translate import translate_cli

__all__ = [
    "apply_cli",
    "bitext_cli",
    "calibrate_cli",
    "card_cli",
    "collect_cli",
    "concner_cli",
    "convert_cli",
    "distil_cli",
    "encoder_cli",
    "export_cli",
    "filter_cli",
    "for_each_cli",
    "inspect_cli",
    "label_cli",
    "new_cli",
    "report_cli",
    "scores_cli",
    "ship_cli",
    "small_cli",
    "smoke_test_cli",
    "summary_cli",
    "translate_cli",
]
