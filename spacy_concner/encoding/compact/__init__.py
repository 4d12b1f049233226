"""The encoder that ships: in CTranslate2 or ONNX Runtime, without torch and transformers."""
