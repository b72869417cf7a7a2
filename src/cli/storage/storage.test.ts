import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runCli } from '../testing/run-in-process.ts'

let folder: string
const fleet = `# ours
name: lab
models:
  - name: llama # the big one
    engine: vllm
    source: hf://meta-llama/Llama-3.1-8B-Instruct
    hardware: { gpu: l40s }
    replicas: 2
`
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-storage-'))
  writeFileSync(join(folder, 'fleet.yaml'), fleet)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))
const run = (...args: string[]) => runCli(['storage', 'plan', '--offline', ...args], { cwd: folder })

describe('fairlead storage plan', () => {
  it('shows every way with what it takes, and the one to take', async () => {
    const { code, stdout } = await run()
    expect(code).toBe(0)
    expect(stdout).toMatch(/sharedClaim +1 .* best here/)
    expect(stdout).toContain('2 machines run a model')
  })

  it('writes a choice into the file, and leaves everything else as it stands', async () => {
    const { stdout } = await run('--use', 'claimPerModel', '--storage-class', 'longhorn')
    expect(stdout).toContain('Wrote storage.models.kind: claimPerModel')
    expect(readFileSync(join(folder, 'fleet.yaml'), 'utf8')).toBe(
      `${fleet}storage:\n  models:\n    kind: claimPerModel\n    storageClass: longhorn\n`,
    )
  })

  it('writes nothing that does not work', async () => {
    const { code, stderr } = await run('--use', 'imageVolume')
    expect(code).toBe(64)
    expect(stderr).toContain('the source is not oci://')
    expect(readFileSync(join(folder, 'fleet.yaml'), 'utf8')).toBe(fleet)
  })
})
