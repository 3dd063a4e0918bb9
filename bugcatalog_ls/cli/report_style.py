"""How the page of a report looks, in the light and in the dark."""

from __future__ import annotations

STYLE = """
:root {
  color-scheme: light dark;
  --paper: #f6f7f9; --card: #ffffff; --ink: #1d2530; --faint: #5c6775; --grid: #e3e7ec; --line: #d5dbe2;
  --up: #c2410c; --down: #15803d; --missing: #b45309;
  --series-1: #3b6fb6; --series-2: #d9822b; --series-3: #3a9278; --series-4: #b5527c;
  --series-5: #8a6fc0; --series-6: #9a7b3c; --series-7: #9aa5b1;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #12161c; --card: #1a2028; --ink: #e4e9ef; --faint: #95a1af; --grid: #2a323c; --line: #333d49;
    --up: #f97b45; --down: #4fc27f; --missing: #f0b35c;
    --series-1: #6c9fe0; --series-2: #e8a15a; --series-3: #5fb89b; --series-4: #d77fa5;
    --series-5: #ac95dd; --series-6: #c4a662; --series-7: #74808d;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 32px 20px 48px; }
h1 { font-size: 24px; margin: 0; }
h2 { font-size: 16px; margin: 0 0 12px; }
header p, footer, .note { color: var(--faint); }
header p { margin: 4px 0 20px; overflow-wrap: anywhere; }
footer { font-size: 13px; margin-top: 24px; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 18px 20px;
  margin-bottom: 18px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: 14px; padding: 0;
  background: none; border: 0; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 14px 18px; }
.tile strong { display: block; font-size: 28px; line-height: 1.2; font-variant-numeric: tabular-nums; }
.tile span { color: var(--faint); }
.tile.up strong { color: var(--up); }
.tile.down strong { color: var(--down); }
.chart { display: block; width: 100%; height: auto; }
.chart text { fill: var(--faint); font-size: 12px; font-family: inherit; }
.chart .number { text-anchor: end; font-variant-numeric: tabular-nums; }
.chart .grid { stroke: var(--grid); }
.chart .axis { stroke: var(--faint); }
.chart polygon { stroke: var(--card); stroke-width: 1; stroke-linejoin: round; }
.chart .up { fill: var(--up); }
.chart .down { fill: var(--down); }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 12px 0 0; padding: 0;
  font-size: 13.5px; }
.legend i { display: inline-block; width: 11px; height: 11px; border-radius: 3px; margin-right: 7px; }
.legend i.up { background: var(--up); }
.legend i.down { background: var(--down); }
.note { font-size: 13px; margin: 8px 0 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; min-width: 660px; font-size: 14px; }
th { text-align: left; font-weight: 600; color: var(--faint); border-bottom: 1px solid var(--line);
  white-space: nowrap; }
th, td { padding: 6px 14px 6px 0; vertical-align: top; }
th:last-child, td:last-child { padding-right: 0; }
tbody tr + tr td { border-top: 1px solid var(--grid); }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td:has(.bar) { width: 22%; min-width: 90px; vertical-align: middle; }
.bar { display: block; height: 10px; border-radius: 3px; background: var(--series-1); min-width: 3px; }
.path, code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: 13px; }
.path { overflow-wrap: anywhere; }
.repository { display: block; color: var(--faint); font-size: 12.5px; overflow-wrap: anywhere; }
td:has(.path) { min-width: 220px; }
th:last-child, td:last-child { padding-left: 14px; }
td code { white-space: nowrap; }
.missing { color: var(--missing); font-style: normal; }
.spark { display: block; }
.spark polyline { fill: none; stroke: var(--series-1); stroke-width: 1.5; stroke-linejoin: round; }
.spark circle { fill: var(--series-1); }
@media print { body { background: none; } section { break-inside: avoid; } }
"""
