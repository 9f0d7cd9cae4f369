"""A person and a model talk. Start at :mod:`audiokit.converse.service`."""
