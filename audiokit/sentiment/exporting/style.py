"""How a report looks, on a screen and on paper."""

from __future__ import annotations

__all__ = ["STYLE"]

STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, sans-serif; color: #1b1b24; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2, h3 { line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin-top: 2.25rem; border-bottom: 1px solid #d5d5de; padding-bottom: .25rem; }
h3 { font-size: 1rem; font-weight: 400; margin: 0; }
time { font-variant-numeric: tabular-nums; color: #55555f; margin-right: .4rem; }
small, .quiet, .key { color: #55555f; }
.standing { font-weight: 650; }
.trouble { border-left: 4px solid #c23a00; padding-left: .75rem; }
svg { display: block; width: 100%; height: auto; }
svg text { font: 12px system-ui, sans-serif; fill: #55555f; }
.middle { stroke: #d5d5de; }
.turning { stroke: #1b1b24; stroke-width: 1.5; stroke-dasharray: 1 4; }
.hatch { stroke: #fff; stroke-width: 1.2; fill: none; opacity: .75; }
figure { margin: 1rem 0 0; }
.key { display: flex; flex-wrap: wrap; gap: .125rem 1.25rem; list-style: none; margin: .4rem 0; padding: 0; }
.key li { font-size: .8125rem; }
.key svg { display: inline-block; width: auto; height: .8em; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .6rem .3rem 0; border-top: 1px solid #d5d5de; font-weight: 400; }
thead th { border: 0; color: #55555f; font-size: .8125rem; }
article { margin: 1.25rem 0; break-inside: avoid; }
blockquote { margin: .2rem 0 .4rem; font-size: 1.0625rem; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: 10rem 1fr; gap: .15rem .75rem; margin: 0; font-size: .875rem; }
dt { color: #55555f; }
dd { margin: 0; overflow-wrap: anywhere; }
.tone { border-left: .6em solid #e4e4ea; padding-left: .35em; }
.tone.bright { border-color: #dba400; }
.tone.warm { border-color: #22abd6; }
.tone.heated { border-color: #c23a00; }
.tone.low { border-color: #3b4bc8; }
.tone.even { border-color: #8a8797; }
@media (max-width: 36rem) { dl { grid-template-columns: 1fr; } dt { margin-top: .3rem; } }
@media print {
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { margin: 0; max-width: none; font-size: 10pt; }
  h2 { break-after: avoid; }
  figure, li, tr { break-inside: avoid; }
  a { color: inherit; text-decoration: none; }
}
"""
