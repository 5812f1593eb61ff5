"""The style sheet of the page."""

from __future__ import annotations

# On a narrow screen the side panel is closed, so a line says where the pages and controls are. Stale output fades in
# one step: Streamlit's slow fading keeps the browser drawing while the processors are needed for the runs. Captions
# state the limits of the results, so they are darker than Streamlit's own.
PAGE = """<style>
.narrow{display:none}
@media(max-width:640px){.narrow{display:block;color:#555;font-size:.85rem;margin:0}}
h1{font-size:1.6rem!important;padding:0!important}
h2{font-size:1.25rem!important;padding:.4rem 0 .2rem!important}
h3{font-size:1.1rem!important;padding:.5rem 0!important}
[data-testid=stMainBlockContainer]{padding-top:3.6rem!important;padding-bottom:2rem!important}
[data-testid=stVerticalBlock]{gap:.7rem}
[data-testid=stCaptionContainer],[data-testid=stCaptionContainer] *{color:#555!important;opacity:1!important}
.caution{margin:0;color:#555;font-size:.9rem}
:focus-visible{outline:3px solid #0072B2!important;outline-offset:1px}
.verdict{font-size:1.15rem;line-height:1.45;border-left:4px solid #0072B2;padding:.4rem .8rem;margin:0;
background:#F2F7FB}
.summary{font-size:1.05rem;max-width:60rem;margin:0}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(11.5rem,1fr));gap:.8rem}
.cards section{border:1px solid #8C8C8C;border-radius:.5rem;padding:.6rem .9rem}
.cards h3{margin:0}.cards ul{margin:0;padding-left:1.1rem}
p.key{margin:0;display:flex;flex-wrap:wrap;gap:.2rem 1.1rem}p.key i{display:inline-block;
width:1.3rem;height:.25rem;margin:0 .4rem .25rem 0}
.panel{margin:0;font-size:.9rem;line-height:1.25}
[data-stale=true]{transition:opacity 0s 1.2s!important}
</style>
<p class="narrow">Pages, scenario and controls are behind » at the top.</p>"""
