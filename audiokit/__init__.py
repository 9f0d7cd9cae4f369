"""audiokit: the self-service audio desk, as a package of services under a Streamlit app.

Importing it loads no Streamlit, no web framework and no speech model. Start at :mod:`audiokit.studio`.
"""

from __future__ import annotations

__all__ = ["__version__"]

__version__ = "0.1.0"
