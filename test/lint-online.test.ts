import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli } from '../src/cli/testing/run-in-process.ts'
import { isInstalled } from '../src/observe/testing/installed.ts'
import { startRegistry, type RunningRegistry } from './harness/registry.ts'

const missing = 'docker-registry is not installed (Debian package docker-registry)'
let registry: RunningRegistry
let folder: string

beforeAll(async () => {
  if (!isInstalled('docker-registry')) return
  folder = mkdtempSync(join(tmpdir(), 'fairlead-lint-online-'))
  registry = await startRegistry()
  await registry.push('lab/vllm-openai', 'v0.32.0')
  await registry.push('lab/vllm-openai', 'v0.31.0')
})
afterAll(async () => {
  await registry?.close()
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
})

describe('fairlead lint --online, with a real registry', () => {
  // proves A10 (real part)
  it('finds the tag that does not exist, and offers one that does', async (context) => {
    if (registry === undefined) return context.skip(missing)
    const service = (tag: string) => ({
      image: `${registry.host}/lab/vllm-openai:${tag}`,
      command: '--model /models/x',
    })
    const services = { right: service('v0.32.0'), wrong: service('0.32.0') }
    writeFileSync(join(folder, 'compose.yaml'), JSON.stringify({ services }))
    const args = ['lint', '--online', '--rule', 'image-not-in-registry', '--format', 'json', 'compose.yaml']
    const { code, stdout } = await runCli(args, { cwd: folder })
    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject([
      {
        rule: 'image-not-in-registry',
        message: `The registry has no ${registry.host}/lab/vllm-openai:0.32.0.`,
        fix: expect.stringContaining(`Write ${registry.host}/lab/vllm-openai:v0.32.0`) as string,
      },
    ])
  })
})
