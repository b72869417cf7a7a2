/**
 * `node bench/calibration/index.ts FILE`: fits the simulator's engine model to some of the loads that `measure.ts` wrote to
 * FILE, and judges it on the others. Prints a table in Markdown.
 */
import { readFileSync } from 'node:fs'
import { fitEngine, type MeasuredLoad } from './fit-engine.ts'
import { fitLoads, judgeLoads, type Load } from './loads.ts'
import { predict, type LoadFigures } from './predict.ts'
import type { Latency } from './run-load.ts'

/** What `real-engine.ts` starts; tokens in a step: `src/engine-servers/llamacpp/{settings,step-plan}.ts`. */
const limits = { maxSequences: 4, kvCapacityTokens: 4096, maxBatchedTokens: 128, maxPromptTokensBeside: 32 }

const [file] = process.argv.slice(2)
if (file === undefined) throw new Error('usage: node bench/calibration/index.ts FILE')
const seen = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, readonly Latency[]>>
const measured = (loads: readonly Load[]): readonly MeasuredLoad[] =>
  loads.map((load) => ({ load, figures: figuresOf(seen[load.name] ?? []) }))

const fit = fitEngine(measured(fitLoads), limits)
const { assumptions, ...step } = fit.step
process.stdout.write(`${JSON.stringify(step)}, ${assumptions.join(', ')}\n`)
process.stdout.write(`${(fit.error * 100).toFixed(1)} % off where it was fitted\n\n`)
process.stdout.write('| load | requests | | TTFT p50 | p99 | TPOT p50 | p99 |\n|---|---:|---|---:|---:|---:|---:|\n')
for (const [kind, loads] of [
  ['fitted', fitLoads],
  ['judged', judgeLoads],
] as const) {
  for (const { load, figures } of measured(loads)) {
    const { concurrency, promptTokens, outputTokens } = load
    const title = `${kind}: ${concurrency} at once, ${promptTokens} + ${outputTokens} tokens`
    const predicted = predict(load, limits, fit.step)
    process.stdout.write(`| ${title} | ${seen[load.name]?.length ?? 0} | measured | ${cells(figures)} |\n`)
    process.stdout.write(`| | | simulated | ${cells(predicted)} |\n`)
    process.stdout.write(`| | | ratio | ${ratios(predicted, figures)} |\n`)
  }
}

function figuresOf(latencies: readonly Latency[]): LoadFigures {
  const of = (value: (latency: Latency) => number) => {
    const sorted = latencies.map(value).toSorted((a, b) => a - b)
    const at = (share: number): number => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN
    return { p50: at(0.5), p99: at(0.99) }
  }
  return { ttftMs: of(({ ttftMs }) => ttftMs), tpotMs: of(({ tpotMs }) => tpotMs) }
}

function values({ ttftMs, tpotMs }: LoadFigures): readonly number[] {
  return [ttftMs.p50, ttftMs.p99, tpotMs.p50, tpotMs.p99]
}

function cells(figures: LoadFigures): string {
  return values(figures)
    .map((value) => `${value.toFixed(value < 100 ? 1 : 0)} ms`)
    .join(' | ')
}

function ratios(predicted: LoadFigures, figures: LoadFigures): string {
  const theirs = values(figures)
  return values(predicted)
    .map((value, place) => (value / (theirs[place] ?? NaN)).toFixed(2))
    .join(' | ')
}
