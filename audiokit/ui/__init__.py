"""What pages are made of: state, widgets, the player, charts, notices. Only Streamlit pages import it."""
