"""One page that shows what pipelines know, where they fail and why."""
