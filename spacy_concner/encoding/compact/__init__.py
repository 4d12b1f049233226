"""The encoder that ships: 8-bit weights in CTranslate2, no torch and no transformers."""
