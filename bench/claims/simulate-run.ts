import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import type { Measured, MeasuredRun, Run } from './contract.ts'

const repository = new URL('../..', import.meta.url)

/** The command line of a run, as a person types it. */
export const commandOf = ({ args, policy }: Run, further: readonly string[] = []): string =>
  ['fairlead simulate', ...args, ...further, '--compare', policy].join(' ')

/** Runs `fairlead simulate` as a person does. @throws Error with what it says where it fails */
export async function simulateRun({ args, policy }: Run, further: readonly string[] = []): Promise<MeasuredRun> {
  const all = ['bin/fairlead.js', 'simulate', ...args, ...further, '--compare', policy, '--json']
  const child = spawn(process.execPath, all, { cwd: repository, stdio: ['ignore', 'pipe', 'pipe'] })
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  const told: unknown = stdout === '' ? null : JSON.parse(stdout)
  const result = Array.isArray(told) ? (told[0] as Measured | undefined) : undefined
  if (result === undefined) throw new Error(`${commandOf({ args, policy }, further)}: ${stderr}${stdout}`)
  return { args, policy, result: kept(result) }
}

/** Six digits: what differs beyond is no finding. */
const digits = (value: number): number => Number(value.toPrecision(6))

function kept({
  requests,
  promptTokens,
  outputTokensPerSecond,
  simulatedSeconds,
  ttftMs,
  tpotMs,
  e2eMs,
}: Measured): Measured {
  const four = ({ mean, p50, p90, p99 }: Measured['ttftMs']) => ({
    mean: digits(mean),
    p50: digits(p50),
    p90: digits(p90),
    p99: digits(p99),
  })
  return {
    requests,
    promptTokens,
    outputTokensPerSecond: digits(outputTokensPerSecond),
    simulatedSeconds: digits(simulatedSeconds),
    ttftMs: four(ttftMs),
    tpotMs: four(tpotMs),
    e2eMs: four(e2eMs),
  }
}
