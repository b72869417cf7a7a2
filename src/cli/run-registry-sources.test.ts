import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { mlflowAnswers, RegistryServer } from '../models/registries/testing/registry-server.ts'
import { runCli } from './testing/run-in-process.ts'

let folder = ''
let mlflow: RegistryServer
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-registry-sources-'))
  mlflow = await RegistryServer.start(mlflowAnswers)
})
afterEach(async () => {
  await mlflow.stop()
  rmSync(folder, { recursive: true, force: true })
})

function write(source: string): void {
  const text = `name: lab\nmodels:\n  - { name: assistant, source: ${source}, engine: vllm, hardware: { gpu: l4 }, context: 4096 }\n`
  writeFileSync(join(folder, 'fleet.yaml'), text)
}

/** A person whose environment says where MLflow is, as for MLflow’s own client. */
const run = (...args: readonly string[]) => {
  const env = {
    HOME: folder,
    PATH: '',
    NO_COLOR: '1',
    MLFLOW_TRACKING_URI: mlflow.address,
    MLFLOW_TRACKING_TOKEN: 'top-secret',
  }
  return runCli(args, { cwd: folder, env, isTerminal: true })
}

// proves G1, Q6 (recording)
describe('commands over a Fleet with a source in MLflow', () => {
  it('show in the plan what it means, and size and run that', async () => {
    write('models:/assistant/2')
    mlflow.authorization = 'Bearer top-secret'
    const { code, stdout, stderr } = await run('plan')
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^ {2}models\[0\]\.source: models:\/assistant\/2 → hf:\/\/Qwen\/Qwen3-0\.6B\s+\(version 2,\s+127\.0\.0\.1:\d+\)$/m,
    )
    expect(stdout).toContain('vllm serve Qwen/Qwen3-0.6B')
    expect(stdout + stderr).not.toContain('top-secret')
  })

  it('tell programs, with when it was told once MLflow is gone', async () => {
    write('models:/assistant@champion')
    const known = { path: 'models[0].source', asked: 'models:/assistant@champion', source: 's3://weights/assistant/1' }
    const now = JSON.parse((await run('plan', '--json')).stdout) as { readonly sources: unknown }
    expect(now.sources).toEqual([
      { ...known, version: '1', moves: true, registry: new URL(mlflow.address).host, toldAt: null },
    ])
    mlflow.fault = { kind: 'cut' }
    const { code, stdout, stderr } = await run('plan', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ sources: [{ ...known, toldAt: expect.stringMatching(/Z$/) }] })
    expect(stderr).toMatch(/fleet\.yaml:3:32: warning: models\[0\]\.source: MLflow at .* does not answer/)
  })

  it('render the files, and say on the side what they come from', async () => {
    write('models:/assistant/1')
    const { stdout, stderr } = await run('render', '--target', 'kserve')
    expect(stdout).toContain('storageUri: s3://weights/assistant/1')
    expect(stdout).not.toContain('models:/assistant')
    expect(stderr).toMatch(/^models:\/assistant\/1 → s3:\/\/weights\/assistant\/1 \(version 1, 127\.0\.0\.1:\d+\)$/m)
  })

  it('start nothing of a version that there is not, and say so at its line, with exit code 2', async () => {
    write('models:/assistant/9')
    const { code, stderr } = await run('up')
    expect(code).toBe(2)
    expect(stderr).toContain('fleet.yaml:3:32: error: models[0].source: MLflow has no version 9 of a model assistant')
  })
})
