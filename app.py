"""The front door: launcher and page at once.

Imported by the server, it builds the app: pages, HTTP routes, start and stop. Run by Streamlit for each visit, it
builds the navigation. ``audiokit run``, ``streamlit run app.py`` and ``uvicorn app:app --lifespan on`` all work.
"""

from pathlib import Path

import streamlit as st
from streamlit import runtime

if not runtime.exists():
    from audiokit.api.app import lifespan, middleware, routes
    from audiokit.settings import Settings
    from audiokit.ui import uploads
    from audiokit.ui.account.provider import secrets
    from audiokit.ui.delivering import deliver_together
    from audiokit.ui.navigation import only_ours  # now, so that the first visitor does not wait for it
    from audiokit.ui.pressing import carry_out_whole

    only_ours()
    carry_out_whole()
    deliver_together()
    signing_in, settings = secrets(), Settings.read()
    uploads.limit(settings.upload_mb)
    around = middleware(settings, uploads.held)

    # Streamlit looks for this very call in the file's syntax; a factory would hide it.
    app = st.App(Path(__file__).resolve(), routes=routes(), lifespan=lifespan, middleware=around, secrets=signing_in)
else:
    from audiokit.ui.navigation import navigation

    navigation().run()
