import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { isInstalled, prometheusMissing } from '../../../observe/testing/installed.ts'
import { renderProject } from '../testing/render.ts'

const { textOf, files } = renderProject(readFileSync(new URL('../testing/fleets/bundle.yaml', import.meta.url), 'utf8'))

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-compose-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function promtool(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: folder, encoding: 'utf8' })
  return { status, said: `${stdout}${stderr}` }
}

// proves B2 (real part)
describe('Prometheus of a project', () => {
  it('takes its configuration and its rules', { timeout: 60_000 }, ({ skip }) => {
    if (!isInstalled('promtool')) skip(prometheusMissing)
    // Its path in the container, as one that promtool finds here.
    const configuration = textOf('prometheus/prometheus.yaml').replace('/etc/prometheus/', `${folder}/`)
    writeFileSync(join(folder, 'prometheus.yaml'), configuration)
    writeFileSync(join(folder, 'rules.yaml'), textOf('prometheus/rules.yaml'))
    const { status, said } = promtool('check', 'config', 'prometheus.yaml')
    expect(said).toContain('SUCCESS')
    expect(said).not.toMatch(/FAILED|lint|duplicate/i)
    expect(status).toBe(0)
  })

  it('scrapes every replica behind a name, the gateway’s metrics, and names the model where an engine does not', () => {
    const { scrape_configs: jobs } = parse(textOf('prometheus/prometheus.yaml'))
    expect(jobs).toMatchObject([
      { job_name: 'fairlead-gateway', dns_sd_configs: [{ names: ['llm'], type: 'A', port: 8081 }] },
      {
        job_name: 'fairlead-engine-chat',
        dns_sd_configs: [{ names: ['chat'], type: 'A', port: 8000 }],
        relabel_configs: [{ target_label: 'model_name', replacement: 'chat' }],
      },
    ])
  })
})

describe('Grafana of a project', () => {
  it('has a dashboard for each of ours, and the project’s Prometheus to ask', () => {
    const boards = files.filter(({ path }) => path.startsWith('grafana/dashboards/'))
    expect(boards.map(({ path, text }) => path === `grafana/dashboards/${JSON.parse(text).uid}.json`)).toEqual(
      boards.map(() => true),
    )
    expect(boards.length).toBeGreaterThan(3)
    const { datasources } = parse(textOf('grafana/provisioning/datasources/prometheus.yaml'))
    expect(datasources).toMatchObject([{ type: 'prometheus', url: 'http://prometheus:9090' }])
  })
})
