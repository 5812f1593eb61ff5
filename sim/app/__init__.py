"""The interactive page. What is computed knows nothing of Streamlit: that is in `state` and `view_*`."""
