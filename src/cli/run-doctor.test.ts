import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runCli } from './testing/run-in-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-doctor-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
writeFileSync(
  join(folder, 'well.yaml'),
  'name: well\ngateway: { listen: 127.0.0.1:0 }\nmodels: [{ name: a, engine: simulated }]\n',
)
writeFileSync(
  join(folder, 'bad.yaml'),
  'name: bad\ngateway: { listen: 127.0.0.1:0 }\naccess: { keys: [{ name: k, value: { env: NO_SUCH_KEY } }] }\nmodels: [{ name: a, engine: vllm, source: "file:///nowhere", hardware: { gpus: 1 } }]\n',
)

const run = (line: string) => runCli(['doctor', ...line.split(' ')], { cwd: folder, env: { HOME: folder, PATH: '' } })

// proves B8 (real part)
describe('fairlead doctor', () => {
  it('finds nothing where all is well', async () => {
    const { code, stdout } = await run('well.yaml')
    expect(code).toBe(0)
    expect(stdout).toContain('✓ Node.js is new enough')
    expect(stdout).toMatch(/15 checks: \d+ hold, \d+ without anything to look at/)
  })

  it('exits with 2 where a check fails, and says what to do', async () => {
    const { code, stdout } = await run('bad.yaml')
    expect(code).toBe(2)
    expect(stdout).toMatch(
      /✗ Not so: the secrets that the Fleet names are there[^]*NO_SUCH_KEY is not set[^]*Run\s+export NO_SUCH_KEY/,
    )
    expect(stdout).toContain('the models can be fetched: not checked, waits for local.secrets')
  })

  it('is one JSON document for programs', async () => {
    const { code, stdout } = await run('bad.yaml --json')
    expect(code).toBe(2)
    const { fleet, target, state, checks } = JSON.parse(stdout) as Record<string, unknown> & {
      checks: { id: string }[]
    }
    expect({ fleet, target, state }).toEqual({ fleet: 'bad', target: 'local', state: 'failed' })
    expect(checks.find(({ id }) => id === 'local.gpu')).toMatchObject({
      state: 'failed',
      mend: expect.any(String),
      why: expect.any(String),
    })
  })

  it('says of a Docker host that there is no Docker', async () => {
    const { code, stdout } = await run('well.yaml --target compose')
    expect(code).toBe(2)
    expect(stdout).toContain('there is no docker on PATH')
  })
})
