"""Topic models: one file a model, one file a question; `textkit.models.topics` holds what they share."""
