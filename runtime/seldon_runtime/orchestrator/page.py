"""The page at `/graph`: the picture of the graph, which it asks for again while somebody looks at it."""

from __future__ import annotations

from html import escape

from ..rest.page import security_policy
from .figures import Figures
from .node import Node
from .picture import STYLE, svg

_STYLE = (
    ":root{color-scheme:light dark}body{margin:0;padding:1.25rem;font:16px/1.5 system-ui,'Segoe UI',sans-serif;"
    "background:#f4f6f8;color:#16202b}h1{margin:0;font-size:1.5rem;overflow-wrap:anywhere}"
    "p{margin:.25rem 0 1rem;color:#566373;font-size:.875rem}#graph{overflow:auto}#graph svg{display:block}"
    "@media (prefers-color-scheme:dark){body{background:#10161c;color:#e6edf3}p{color:#9aa9b8}}"
) + STYLE
# A picture that comes late must not replace a newer one, so the next is asked for once this one is there.
_SCRIPT = """
const graph = document.getElementById("graph"), state = document.getElementById("state");
const wait = () => setTimeout(look, 1000);
async function look() {
  if (document.hidden) return document.addEventListener("visibilitychange", look, {once: true});
  try {
    const response = await fetch("graph.svg?inside", {cache: "no-store"});
    if (!response.ok) throw response.statusText;
    graph.innerHTML = await response.text();
    state.textContent = "live";
  } catch (error) {
    state.textContent = "no answer from the server; this is how it was before";
  }
  wait();
}
wait();
"""
HEADERS = (("Referrer-Policy", "no-referrer"), ("Cache-Control", "no-store"))


def html(root: Node, figures: Figures, name: str) -> bytes:
    """name: of what is served. The style is the page's own, because a policy allows each style by its hash."""
    title = escape(f"The graph {name}" if name else "The graph")
    page = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<noscript><meta http-equiv="refresh" content="2"></noscript>'
        f"<title>{title}</title><style>{_STYLE}</style></head>\n"
        f'<body><h1>{title}</h1><p>The last 10 seconds of each unit. <span id="state" role="status"></span></p>'
        f'<div id="graph">{svg(root, figures, "")}</div>\n<script>{_SCRIPT}</script></body></html>\n'
    )
    return page.encode("utf-8", "replace")


POLICY = security_policy(f"<style>{_STYLE}</style><script>{_SCRIPT}</script>".encode())
SVG_POLICY = security_policy(f"<style>{STYLE}</style>".encode())
