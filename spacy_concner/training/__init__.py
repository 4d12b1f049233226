"""What `spacy train` calls beside the component: logger and start of training."""
