"""The interactive page.

Streamlit is imported by the script `page`, by `serve`, by the views (`view_*`) and by the parts that they share: `bar`,
`build_fields`, `build_forms`, `build_scale`, `build_statements`, `chart_element`, `clauses`, `progress`, `side_panel`
and `state`. All other modules compute, and know nothing of Streamlit.
"""
