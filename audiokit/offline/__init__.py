"""The embedded engine: a real server of OpenAI's wire format that hears, thinks a little and speaks on this machine.

Start at :mod:`audiokit.offline.engine` (no web in it) and :mod:`audiokit.offline.server` (nothing but the web).
Importing the package loads neither.
"""
