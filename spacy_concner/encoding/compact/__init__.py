"""The encoder that ships: 8-bit weights in CTranslate2 or ONNX Runtime, no torch and no transformers."""
