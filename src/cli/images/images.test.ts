import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runCli } from '../testing/run-in-process.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-images-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const digest = `sha256:${'a'.repeat(64)}`
const fleet = (images: object = {}) => ({
  name: 'lab',
  models: [
    { name: 'chat', engine: 'vllm', source: 'hf://meta-llama/Llama-3.1-8B-Instruct', hardware: { gpu: 'l40s' } },
    {
      name: 'own',
      engine: 'vllm',
      source: 'hf://Qwen/Qwen3-8B',
      image: 'lab.example/engine:1',
      hardware: { gpu: 'l40s' },
    },
  ],
  storage: { images },
})
const run = (images: object, ...args: string[]) => {
  writeFileSync(join(folder, 'fleet.yaml'), JSON.stringify(fleet(images)))
  return runCli(['images', 'list', '--offline', ...args], { cwd: folder })
}

describe('fairlead images list', () => {
  it('names every image with what uses it, and what prerequisites come from', async () => {
    const { code, stdout } = await run({}, '--target', 'kserve')
    expect(code).toBe(0)
    expect(stdout).toContain('lab.example/engine:1\n  ServingRuntime/lab-runtime-vllm-2: kserve-container')
    expect(stdout).toContain('oci://quay.io/jetstack/charts/cert-manager v')
  })

  it('tells where a pinned image of the Fleet’s registry is published', async () => {
    const images = { registry: 'registry.example/mirror', digests: { 'docker.io/vllm/vllm-openai:v0.32.0': digest } }
    const { stdout } = await run(images, '--target', 'compose', '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      fleet: 'lab',
      target: 'compose',
      supplies: [],
      images: expect.arrayContaining([
        {
          image: `registry.example/mirror/vllm/vllm-openai:v0.32.0@${digest}`,
          upstream: 'docker.io/vllm/vllm-openai:v0.32.0',
          uses: [{ in: 'compose.yaml', by: 'chat' }],
          weightsOf: null,
        },
      ]) as unknown,
    })
  })

  it('says that this machine pulls none', async () => {
    const { code, stderr } = await run({}, '--target', 'local')
    expect(code).toBe(64)
    expect(stderr).toContain('--target')
  })
})
