import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { buildGguf, checksumOf } from '../testing/gguf-file.ts'
import { HubServer } from '../testing/hub-server.ts'
import { TestStore } from '../testing/store-for-tests.ts'

const content = buildGguf({ fillerBytes: 3_000_000 })
const checksum = checksumOf(content)
const source = 'hf://owner/name:model.gguf'

let hub: HubServer
let test: TestStore

beforeEach(async () => {
  hub = await HubServer.start()
  hub.add('owner/name', { 'model.gguf': content })
  test = await TestStore.open({ HF_ENDPOINT: hub.endpoint })
})
afterEach(async () => {
  await hub.stop()
  await test.remove()
})

function startPull(): ChildProcess {
  const script = join(import.meta.dirname, '..', 'testing', 'pull-process.ts')
  return spawn(process.execPath, [script, source], {
    env: { ...test.environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

async function resultOf(child: ChildProcess): Promise<unknown> {
  let output = ''
  child.stdout?.on('data', (piece: Buffer) => {
    output += piece.toString()
  })
  await once(child, 'close')
  return JSON.parse(output)
}

describe('several processes at one store', () => {
  it('download once when two start at the same time', { timeout: 60_000 }, async () => {
    hub.bytesPerSecond = 2_000_000
    const results = await Promise.all([startPull(), startPull()].map(resultOf))
    expect(results).toEqual([expect.objectContaining({ checksum }), expect.objectContaining({ checksum })])
    expect(hub.sentBytes).toBe(content.length)
    expect(await test.store.list()).toHaveLength(1)
  })

  it('leave nothing half-valid when one is killed, and the next continues its work', { timeout: 60_000 }, async () => {
    hub.bytesPerSecond = 300_000
    const child = startPull()
    // Killed only after it noted progress on disk.
    await vi.waitFor(
      async () => {
        const state = (await test.files()).find((file) => file.endsWith('download.json'))
        const { ranges } = JSON.parse(await readFile(join(test.root, state ?? ''), 'utf8')) as { ranges: number[][] }
        const there = ranges.reduce((sum, [start = 0, end = 0]) => sum + end - start, 0)
        expect(there).toBeGreaterThan(500_000)
      },
      { timeout: 40_000, interval: 20 },
    )
    child.kill('SIGKILL')
    await once(child, 'close')
    expect(await test.store.find({ source })).toBeUndefined()
    expect(await test.store.list()).toEqual([])
    expect((await test.files()).filter((file) => /^(?:blobs|refs)/.test(file))).toEqual([])
    hub.bytesPerSecond = undefined
    const before = hub.contentRequests.length
    const model = await test.store.pull({ source }, test.context())
    expect((await readFile(model.path)).equals(content)).toBe(true)
    const sent = hub.contentRequests.slice(before).reduce((sum, { sentBytes }) => sum + sentBytes, 0)
    expect(sent).toBeLessThanOrEqual(content.length - 500_000)
  })
})
