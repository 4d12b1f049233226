"""How labels cross over to a translation: strings, numbers and spans only.

No spaCy and no engine: who asks an engine or an encoder hands their answers in.
"""

from .placeholders import mask, project
from .types import LabelledSpan, Lost, Projection

__all__ = ["LabelledSpan", "Lost", "Projection", "mask", "project"]
