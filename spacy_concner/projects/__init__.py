"""What a project does beside the verbs for one corpus: gather, repeat, compare, try."""
