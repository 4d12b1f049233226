"""Predictions into scores."""
