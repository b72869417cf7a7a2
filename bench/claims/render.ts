import { claims } from './claims.ts'
import type { Claim, Measured, MeasuredClaims, Metric, Row } from './contract.ts'
import { figureOf } from './figure-of.ts'
import { commandOf } from './simulate-run.ts'
import { fractionGains, weightShares } from './size-claims.ts'

const verdicts: Readonly<Record<Claim['verdict'], string>> = {
  reproduced: 'Reproduced.',
  'in part': 'Reproduced in part.',
  'not reproduced': 'Not reproduced.',
}

/** The page of all claims. */
export function renderClaims(measured: MeasuredClaims): string {
  return [
    '# Claims',
    'What others have published of routing, prefix caches and disaggregation, beside what the simulator says of the same load on the same GPUs: with their policy, and with `default`, which is ours. The simulator knows the GPUs’ data sheets and how engines batch, cache and evict ([scheduling](scheduling.md)); nothing in it was fitted to any of these figures. `node bench/claims/index.ts` simulates all of it anew in some minutes, `node bench/claims/index.ts NAME` one; this page is generated from what comes out.',
    ...claims.map((claim) => renderClaim(claim, measured[claim.name] ?? {})),
    renderSizes(),
    ...notSimulated,
    '',
  ].join('\n\n')
}

function renderClaim(
  { name, title, source, setting, runs, rows, verdict, word }: Claim,
  measured: MeasuredClaims[string],
): string {
  const results = Object.fromEntries(Object.entries(measured).map(([run, { result }]) => [run, result]))
  return [
    `## ${title}`,
    `\`${name}\`. ${source}. ${setting}`,
    [
      '| figure | published | simulated | ratio |',
      '|---|---:|---:|---:|',
      ...rows.map((row) => renderRow(row, results)),
    ].join('\n'),
    `${verdicts[verdict]} ${word}`,
    ['```sh', ...Object.entries(runs).map(([run, how]) => `${commandOf(how)} # ${run}`), '```'].join('\n'),
  ].join('\n\n')
}

function renderRow(row: Row, results: Readonly<Record<string, Measured>>): string {
  const { metric, run, over, published } = row
  const simulated = figureOf(results, row)
  const format = over === undefined ? (value: number) => amountOf(metric, value) : (value: number) => times(value)
  const cells = [
    `${metric}, ${run}${over === undefined ? '' : ` over ${over}`}`,
    published === null ? '' : format(published),
    format(simulated),
    published === null ? '' : ratio(simulated / published),
  ]
  return `| ${cells.join(' | ')} |`
}

const three = (value: number): string => Number(value.toPrecision(3)).toLocaleString('en', { maximumFractionDigits: 3 })
const ratio = (value: number): string => (value >= 100 || value < 0.01 ? value.toPrecision(1) : value.toFixed(2))
const times = (value: number): string => `${three(value)} ×`

function amountOf(metric: Metric, value: number): string {
  if (metric.endsWith('/s')) return three(value)
  return value < 1000 ? `${three(value)} ms` : `${three(value / 1000)} s`
}

const percent = (share: number): string => `${Math.round(share * 100)} %`

function renderSizes(): string {
  return [
    '## Memory in 8 and in 4 bits',
    'Common claims: half of it in 8 bits, a quarter in 4. Weights by the checkpoints’ own figures (`fairlead size MODEL --quantization fp8`, `--quantization awq`), of those in 16 bits:',
    [
      '| model | 8 bits | 4 bits |',
      '|---|---:|---:|',
      ...weightShares.map(
        ({ model, eightBits, fourBits }) => `| ${model} | ${percent(eightBits)} | ${percent(fourBits)} |`,
      ),
    ].join('\n'),
    'Reproduced, less what is not quantised: embeddings, norms and the scales. The KV cache stays what it is, unless `kvCache.dtype` says otherwise.',
    '## 40 % more by a larger share of memory',
    'A common claim of `--gpu-memory-utilization`. Tokens of KV cache with 0.95 of the GPU, over those with 0.85 (`fairlead size MODEL --gpu GPU --count N --context 8k --memory-fraction 0.95`):',
    [
      '| model | GPUs | more tokens |',
      '|---|---|---:|',
      ...fractionGains.map(
        ({ model, gpu, count, gain }) => `| ${model} | ${count} × ${gpu} | + ${percent(gain - 1)} |`,
      ),
    ].join('\n'),
    'In part: the less is left beside the weights, the more a tenth of the GPU adds to it; on a GPU with room it is a fifth to a quarter. It is capacity, not throughput: where the cache is not full, nothing becomes faster.',
  ].join('\n\n')
}

const notSimulated: readonly string[] = [
  '## What cannot be simulated',
  [
    '- **“Disaggregation gives 2.8 to 4.4 times the throughput.”** Depends on what it is compared with: the most requests a second within an SLO on TPOT that replicas doing both cannot keep at any rate. `llm-d-split` above gives 2.7 times in end-to-end time at one rate; `fairlead simulate FLEET --sweep split --slo ttft=2s,tpot=20ms` says it for a Fleet, and says “no split” for many.',
    '- **“Over 85 % GPU use.”** A GPU is in use during every step, with one sequence as with two hundred; the figure says nothing of what is got out of it, and the simulator does not tell it. Tokens a second and money per million tokens are told instead.',
    '- **“OCI volumes start 10 to 100 times faster.”** Is about copying files, not about requests; what is compared is a download against a mount.',
  ].join('\n'),
]
