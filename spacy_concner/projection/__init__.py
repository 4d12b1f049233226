"""How labels cross over to a translation: strings, numbers and spans only.

No spaCy and no engine: who asks an engine or an encoder hands their answers in.
"""

from .placeholders import mask, project
from .types import LabelledSpan, Loss, Projection

__all__ = ["LabelledSpan", "Loss", "Projection", "mask", "project"]
