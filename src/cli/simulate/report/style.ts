/** The look of the page, by light and by dark. Colours by Okabe and Ito, told apart with any eyes. */
export const style = `
:root { color-scheme: light dark; --page: #ffffff; --ink: #1d2430; --soft: #5b6675; --rule: #dfe3e8; --card: #f6f7f9;
  --good: #0b7a4b; --bad: #b3261e; --p50: #0072b2; --p90: #56a8dc; --p99: #b5d5ec; --load: #0072b2; --slo: #1d2430;
  --c0: #0072b2; --c1: #d55e00; --c2: #009e73; --c3: #b0679a; --c4: #b58900; --c5: #56b4e9; --c6: #7a5c3e; --c7: #6b7280; }
@media (prefers-color-scheme: dark) { :root { --page: #14181d; --ink: #e6e9ee; --soft: #9aa5b3; --rule: #2c333c;
  --card: #1b2027; --good: #4cc38a; --bad: #ff8a80; --p50: #5ab4ec; --p90: #337fb0; --p99: #24506e; --load: #5ab4ec;
  --slo: #e6e9ee; --c0: #5ab4ec; --c1: #ff9b57; --c2: #3ccf9f; --c3: #e6a3cf; --c4: #e3c04a; --c5: #9ad7fb;
  --c6: #c29b74; --c7: #a5adb8; } }
* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 4rem }
h1 { font-size: 1.5rem; margin: 0 0 .25rem }
h2 { font-size: 1.1rem; margin: 2.25rem 0 .5rem }
p { margin: .25rem 0; max-width: 48rem }
.soft, figcaption { color: var(--soft) }
.verdict { margin: 1rem 0; padding: .6rem .9rem; border-radius: .4rem; background: var(--card); border-left: .3rem solid var(--good) }
.verdict.no { border-color: var(--bad) }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1.25rem; margin: .75rem 0 }
dt { color: var(--soft) } dd { margin: 0 }
.wide { overflow-x: auto }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; width: 100%; font-size: .875rem }
th, td { padding: .3rem .55rem; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--rule) }
th { color: var(--soft); font-weight: 600 }
th.text, td.text { text-align: left }
tr.default td { font-weight: 600 }
figure { margin: .75rem 0 0; padding: .75rem; background: var(--card); border-radius: .5rem }
svg { display: block; width: 100%; height: auto }
figcaption { margin-top: .4rem; font-size: .875rem }
svg text { fill: var(--ink); font-size: 12px }
svg .tick, svg .value { fill: var(--soft); font-size: 11px }
svg .value { font-size: 10px; paint-order: stroke; stroke: var(--card); stroke-width: 3px; stroke-linejoin: round }
svg .default { font-weight: 700 }
.grid { stroke: var(--rule); stroke-width: 1 }
.slo { stroke: var(--slo); stroke-width: 1.5; stroke-dasharray: 5 4 }
.mean { stroke: var(--c1); stroke-width: 1.25 }
.p50, .share { fill: var(--p50) } .p90 { fill: var(--p90) } .p99 { fill: var(--p99) } .load { fill: var(--load) }
.key { display: inline-block; width: .8em; height: .8em; border-radius: .15em; margin-right: .35em; vertical-align: -.05em }
.key.p50 { background: var(--p50) } .key.p90 { background: var(--p90) } .key.p99 { background: var(--p99) }
.series { fill: none; stroke-width: 2 } .dashed { stroke-dasharray: 5 3 } .chosen { stroke-width: 4; stroke-dasharray: none }
${Array.from({ length: 8 }, (_, index) => `.c${index} { stroke: var(--c${index}) } .dot.c${index} { fill: var(--c${index}); stroke: none }`).join('\n')}
`
