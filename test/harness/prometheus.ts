import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RuleGroup } from '../../src/observe/index.ts'
import { until } from './until.ts'
import { freePort } from '../../src/gateway/testing/free-port.ts'
import { stop } from './world.ts'

/** One series of an answer. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>
  readonly value: readonly [time: number, value: string]
}

/** A rule as Prometheus sees it. */
export interface EvaluatedRule {
  readonly name: string
  readonly health: 'ok' | 'err' | 'unknown'
  readonly lastError?: string
  readonly state?: 'inactive' | 'pending' | 'firing'
  readonly alerts?: readonly { readonly labels: Readonly<Record<string, string>> }[]
}

/** A Prometheus that runs. */
export interface RunningPrometheus {
  /** Evaluates PromQL now; throws with what Prometheus says against it. */
  query(expression: string): Promise<readonly Sample[]>
  /** Values of a label among the series that a selector finds. */
  labelValues(label: string, selector: string): Promise<readonly string[]>
  rules(): Promise<readonly EvaluatedRule[]>
  close(): Promise<void>
}

/** Addresses to scrape each second, by job, as `host:port`. */
export type ScrapeJobs = Readonly<Record<string, readonly string[]>>

const configOf = (jobs: ScrapeJobs): object => ({
  global: { scrape_interval: '1s', evaluation_interval: '1s' },
  rule_files: ['rules.json'],
  scrape_configs: Object.entries(jobs).map(([job, targets]) => ({ job_name: job, static_configs: [{ targets }] })),
})

/** Starts Prometheus on a free port with these jobs and rules; resolves once it answers. */
export async function startPrometheus(jobs: ScrapeJobs, groups: readonly RuleGroup[]): Promise<RunningPrometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-prometheus-'))
  await writeFile(join(folder, 'rules.json'), JSON.stringify({ groups }))
  await writeFile(join(folder, 'prometheus.json'), JSON.stringify(configOf(jobs)))
  const port = await freePort()
  const args = ['--config.file=prometheus.json', '--storage.tsdb.path=data', `--web.listen-address=127.0.0.1:${port}`]
  const child = spawn('prometheus', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (output += piece))
  await once(child, 'spawn')
  const url = `http://127.0.0.1:${port}`
  const get = async <Data>(path: string, parameters: Readonly<Record<string, string>> = {}): Promise<Data> => {
    const answer = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(parameters)}`)
    const body = (await answer.json()) as { readonly data: Data; readonly error?: string }
    if (body.error !== undefined) throw new Error(body.error)
    return body.data
  }
  const prometheus: RunningPrometheus = {
    query: async (expression) => (await get<{ result: readonly Sample[] }>('query', { query: expression })).result,
    labelValues: (label, selector) => get(`label/${label}/values`, { 'match[]': selector }),
    rules: async () =>
      (await get<{ groups: readonly { rules: readonly EvaluatedRule[] }[] }>('rules')).groups.flatMap(
        ({ rules }) => rules,
      ),
    async close() {
      await stop(child)
      await rm(folder, { recursive: true, force: true })
    },
  }
  try {
    await until(
      async () => {
        if (child.exitCode !== null) throw new Error(`Prometheus ended:\n${output}`)
        return (await fetch(`${url}/-/ready`).catch(() => undefined))?.ok
      },
      () => `Prometheus is ready; it said:\n${output}`,
    )
  } catch (error) {
    await prometheus.close()
    throw error
  }
  return prometheus
}
