"""The style sheet of the page."""

from __future__ import annotations

NARROW = '<p class="narrow">Scenario and controls are behind » at the top.</p>'
"""Line on a narrow screen, where the side panel is closed."""

# Streamlit has no choice of theme here: it follows the system, also while the page is open, and so do these.
_COLOURS = {
    "quiet": ("#555", "#B8B8B8"),
    "line": ("#ddd", "#3D4450"),
    "edge": ("#8C8C8C", "#8C8C8C"),
    "accent": ("#0072B2", "#45A3DB"),
    "soft": ("#F2F7FB", "#17222E"),
    "page": ("#fff", "#0E1117"),
}
"""Variables of the style sheet, each with its colour in the light and in the dark theme."""

# The bar takes the place of Streamlit's header, which is empty but for the button of the side panel. Stale output fades
# in one step: Streamlit's slow fading keeps the browser drawing while the processors are needed for the runs. Captions
# state the limits of the results, so they are darker than Streamlit's own.
_RULES = """
h1{font-size:1.6rem!important;padding:0!important}
h2{font-size:1.1rem!important;padding:.5rem 0!important}
h3{font-size:1rem!important;padding:.4rem 0!important}
[data-testid=stMainBlockContainer]{padding-top:.5rem!important;padding-bottom:2rem!important}
[data-testid=stHeader]{background:transparent!important;pointer-events:none}
[data-testid=stHeader] button,[data-testid=stStatusWidget]{pointer-events:auto}
.st-key-bar{border-bottom:1px solid var(--line);padding-bottom:.3rem;min-height:2.75rem;padding-right:2.5rem}
body:has([data-testid=stExpandSidebarButton]) .st-key-bar{padding-left:2.2rem}
.st-key-bar [data-testid=stPageLink-NavLink]{padding:.2rem .5rem}
.st-key-bar button{min-height:2rem!important;padding:.15rem .6rem!important}
[data-testid=stVerticalBlock]{gap:.7rem}
[data-testid=stCaptionContainer],[data-testid=stCaptionContainer] *{color:var(--quiet)!important;opacity:1!important}
.caution{margin:0;color:var(--quiet);font-size:.9rem}
:focus-visible{outline:3px solid var(--accent)!important;outline-offset:1px}
.verdict{font-size:1.15rem;line-height:1.45;border-left:4px solid var(--accent);padding:.4rem .8rem;margin:0;
background:var(--soft)}
[data-testid=stCode] .token{color:inherit!important}
[data-testid=stCode] .token.comment{color:var(--quiet)!important}
[data-testid=stCode] .token.atrule{color:var(--accent)!important}
.summary{font-size:1.05rem;max-width:60rem;margin:0}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(11.5rem,1fr));gap:.8rem}
.cards section{border:1px solid var(--edge);border-radius:.5rem;padding:.6rem .9rem}
.cards h3{margin:0}.cards ul{margin:0;padding-left:1.1rem}
p.key{margin:0;display:flex;flex-wrap:wrap;gap:.2rem 1.1rem}p.key i{display:inline-block;
width:1.3rem;height:.25rem;margin:0 .4rem .25rem 0}
p.key i.plain,p.key i.dashed{width:1.8rem;height:0;border-top:.15rem solid currentColor}
p.key i.dashed{border-top-style:dashed}
p.key b{margin-right:.4rem}
.st-key-theme{display:none}
.panel{margin:0;font-size:.9rem;line-height:1.25}.panel small{color:var(--quiet);font-size:.8rem}
[data-stale=true]{transition:opacity 0s 1.2s!important}
[role=tab][aria-selected=true] p,[data-testid=stSliderThumbValue]{color:var(--accent)!important}
.narrow{display:none}
@media(max-width:1000px){.st-key-bar{gap:0 .1rem!important;padding-right:0}
.st-key-bar [data-testid=stPageLink-NavLink]{padding:.1rem .3rem}
.st-key-bar a p,.st-key-bar button p{font-size:.85rem!important}}
@media(max-width:640px){.narrow{display:block;color:var(--quiet);font-size:.85rem;margin:0}}
"""


def write_style() -> str:
    """Write the style sheet, whose colours follow the theme of the system."""
    light, dark = (";".join(f"--{name}:{pair[k]}" for name, pair in _COLOURS.items()) for k in (0, 1))
    theme = f":root{{color-scheme:light dark;{light}}}@media(prefers-color-scheme:dark){{:root{{{dark}}}}}"
    return f"<style>{theme}{_RULES}</style>"
