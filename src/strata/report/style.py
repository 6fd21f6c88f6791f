"""This module has the style of the page: light and dark by the reader's setting, from the width of a phone upwards."""

from __future__ import annotations

KINDS = ("base", "os-packages", "interpreter", "venv", "dependencies", "files", "app")
"""The kinds of layers that have a colour of their own."""

STYLE = """
:root {
  color-scheme: light dark;
  --ground: #ffffff; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --panel: #f6f8fa; --link: #0550ae;
  --base: #c8e1ff; --os-packages: #c8e1ff; --interpreter: #ffdfb6; --venv: #e6dcff; --dependencies: #c6f0d0;
  --files: #f5e9a9; --app: #ffd0d6; --other: #e1e4e8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0d1117; --ink: #e6edf3; --soft: #9aa4af; --line: #30363d; --panel: #161b22; --link: #79b8ff;
    --base: #123a66; --os-packages: #123a66; --interpreter: #5c3a0a; --venv: #40316e; --dependencies: #134d2a;
    --files: #4f4610; --app: #6b2030; --other: #333941;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1rem; max-width: 72rem; background: var(--ground); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere;
}
h1 { font-size: 1.6rem; } h2 { font-size: 1.3rem; margin-top: 2.5rem; } h3 { font-size: 1.05rem; margin-top: 1.75rem; }
a { color: var(--link); }
code { font: 0.85em ui-monospace, monospace; }
.soft { color: var(--soft); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
th, td {
  border-bottom: 1px solid var(--line); padding: 0.35rem 0.6rem; min-width: 8rem;
  text-align: left; vertical-align: top;
}
th { color: var(--soft); font-weight: 600; }
.number { min-width: 4.5rem; text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
details {
  margin: 0.75rem 0; border: 1px solid var(--line); border-radius: 6px; padding: 0.5rem 0.75rem;
  background: var(--panel);
}
summary { cursor: pointer; font-weight: 600; }
.map { position: relative; overflow: hidden; width: 100%; aspect-ratio: 16 / 9; border: 1px solid var(--line); }
.cell {
  position: absolute; overflow: hidden; border: 1px solid var(--ground); padding: 0.15rem 0.3rem; color: var(--ink);
  font-size: 0.8rem; line-height: 1.25; text-decoration: none; background: var(--other); overflow-wrap: anywhere;
}
.cell.plain { padding: 0; border-width: 0.5px; }
.cell:focus, .cell:hover { outline: 2px solid var(--link); outline-offset: -2px; }
.key { list-style: none; display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; padding: 0; font-size: 0.9rem; }
.key span {
  display: inline-block; width: 0.9em; height: 0.9em; margin-right: 0.4em; vertical-align: -0.1em;
  border: 1px solid var(--line);
}
:target { outline: 2px solid var(--link); }
@media (max-width: 40rem) { body { padding: 0.6rem; } .map { aspect-ratio: 4 / 5; } .cell { font-size: 0.7rem; } }
""" + "".join(f".{kind} {{ background: var(--{kind}); }}\n" for kind in (*KINDS, "other"))
"""A style sheet. No font and no picture is loaded."""
