"""Pipelines applied to text in quantity: files in, shards with entities out."""
