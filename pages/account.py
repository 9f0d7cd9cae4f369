"""Account: who I am here, how my programs come in, and, for admins, everybody else."""

import streamlit as st

from audiokit.ui import notices
from audiokit.ui.account import shown

with notices.shown():
    shown.show()
st.container()
