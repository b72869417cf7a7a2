import { open as openFile, readFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { buildGguf, checksumOf } from '../testing/gguf-file.ts'
import { HubServer } from '../testing/hub-server.ts'
import { quickSettings, TestStore, userErrorOf } from '../testing/store-for-tests.ts'

const content = buildGguf({ fillerBytes: 3_000_000 })
const checksum = checksumOf(content)
const source = 'hf://owner/name:model.gguf'
const pieces = Math.ceil(content.length / quickSettings.pieceBytes)

let hub: HubServer
let test: TestStore
const opened: TestStore[] = []

async function open(settings = quickSettings): Promise<TestStore> {
  const store = await TestStore.open({ HF_ENDPOINT: hub.endpoint }, settings)
  opened.push(store)
  return store
}

beforeEach(async () => {
  hub = await HubServer.start()
  hub.add('owner/name', { 'model.gguf': content })
  test = await open()
})
afterEach(async () => {
  await hub.stop()
  await Promise.all(opened.splice(0).map((store) => store.remove()))
})

/** Pulls and compares what is stored, byte by byte. */
async function pulled(): Promise<object> {
  const model = await test.store.pull({ source }, test.context())
  const isSame = (await readFile(model.path)).equals(content)
  const leftovers = (await test.files()).filter((file) => file.startsWith('partial'))
  return { checksum: model.checksum, bytes: model.bytes, isSame, leftovers }
}

const whole = { checksum, bytes: content.length, isSame: true, leftovers: [] }

/** Bytes of content that were sent in answer to the requests from the n-th on. */
function sentSince(request: number): number {
  return hub.contentRequests.slice(request).reduce((sum, { sentBytes }) => sum + sentBytes, 0)
}

/** Ends a pull in its middle, as Ctrl-C does; gives the bytes that it got. */
async function interruptedPull(store: TestStore): Promise<number> {
  hub.bytesPerSecond = 300_000
  const interruption = new AbortController()
  const pull = store.store.pull({ source }, store.context(interruption.signal)).catch((error: unknown) => error)
  await vi.waitFor(() => expect(store.progress.doneBytes).toBeGreaterThan(800_000), { timeout: 15_000, interval: 5 })
  interruption.abort()
  expect(await pull).toMatchObject({ name: 'AbortError' })
  hub.bytesPerSecond = undefined
  return store.progress.doneBytes
}

describe('a pull over a bad line', () => {
  it.each([
    [
      'drops connections',
      (index: number) => (index % 3 === 1 ? { kind: 'cut' as const, afterBytes: 100_000 } : undefined),
    ],
    ['stops sending', (index: number) => (index === 2 ? { kind: 'stall' as const, afterBytes: 50_000 } : undefined)],
    ['only trickles', (index: number) => (index === 1 ? { kind: 'trickle' as const } : undefined)],
    [
      'is overloaded',
      (index: number) =>
        index < 2 ? { kind: 'status' as const, status: 503, headers: { 'retry-after': '1' } } : undefined,
    ],
    ['sends another part than asked', (index: number) => (index === 1 ? { kind: 'other-range' as const } : undefined)],
    [
      'lets signed addresses expire',
      (index: number) => (index === 3 ? { kind: 'status' as const, status: 403 } : undefined),
    ],
  ])('brings the whole file although the server %s', async (_, faultOf) => {
    hub.fault = (_request, index) => faultOf(index)
    test = await open({ ...quickSettings, stallMs: 500 })
    expect(await pulled()).toEqual(whole)
    expect(hub.contentRequests.length).toBeGreaterThan(pieces)
  })

  it('asks again only for what is missing after a dropped connection', async () => {
    hub.fault = (_request, index) => (index === 0 ? { kind: 'cut', afterBytes: 100_000 } : undefined)
    expect(await pulled()).toEqual(whole)
    const starts = hub.contentRequests.map(({ range }) => Number(/\d+/.exec(range ?? '')?.[0]))
    expect(starts.filter((start) => start === 0)).toHaveLength(1)
    expect(starts.filter((start) => start > 0 && start < quickSettings.pieceBytes)).toHaveLength(1)
  })

  it('downloads in one go from a server that serves no parts, and begins anew when that breaks off', async () => {
    hub.servesParts = false
    hub.fault = (_request, index) => (index === 0 ? { kind: 'cut', afterBytes: 100_000 } : undefined)
    expect(await pulled()).toEqual(whole)
    expect(hub.contentRequests).toHaveLength(2)
  })

  it('downloads a file of which the server does not say the length', async () => {
    hub.servesParts = false
    hub.announcesLength = false
    hub.isChunked = true
    expect(await pulled()).toEqual(whole)
  })

  it('begins anew when the file is replaced on the server in the middle', async () => {
    const next = buildGguf({ fillerBytes: 3_000_000, seed: 2 })
    hub.fault = (_request, index) => {
      if (index === 4) hub.repositories.get('owner/name')?.files.set('model.gguf', next)
      return undefined
    }
    // The checksum that the hub named belongs to the file before: what came after is refused, never mixed.
    const parts = await userErrorOf(test.store.pull({ source }, test.context()))
    expect(parts.why).toBe(`Expected ${checksum}, found ${checksumOf(next)}.`)
    expect(await test.files()).toEqual([])
    expect(await test.store.pull({ source }, test.context())).toMatchObject({ checksum: checksumOf(next) })
  })

  it('gives up on a server that never sends, keeps what came, and says that it can be continued', async () => {
    hub.fault = (_request, index) => (index < 4 ? undefined : { kind: 'status', status: 500 })
    const parts = await userErrorOf(test.store.pull({ source }, test.context()))
    expect(parts).toMatchObject({
      why: expect.stringMatching(/^127\.0\.0\.1:\d+ answered 500$/),
      mend: expect.stringContaining('the same command continues it'),
    })
    expect(await test.store.find({ source })).toBeUndefined()
    expect(await test.store.list()).toEqual([])
    const before = hub.contentRequests.length
    hub.fault = () => undefined
    expect(await pulled()).toEqual(whole)
    expect(sentSince(before)).toBeLessThan(content.length)
  })

  it('refuses a file of another length than the hub announced', async () => {
    hub.announcedBytes = content.length + 1
    expect(await userErrorOf(test.store.pull({ source }, test.context()))).toMatchObject({
      what: 'model.gguf has the wrong length on the server',
      why: `${content.length + 1} bytes were announced, and the file there has ${content.length}.`,
    })
    expect(await test.store.find({ source })).toBeUndefined()
  })
})

describe('an interrupted pull', () => {
  it('is continued where it stopped', async () => {
    const got = await interruptedPull(test)
    const before = hub.contentRequests.length
    expect(await test.store.find({ source })).toBeUndefined()
    expect(await pulled()).toEqual(whole)
    expect(sentSince(before)).toBe(content.length - got)
    expect(hub.contentRequests.slice(before).every(({ ifRange }) => ifRange !== undefined)).toBe(true)
  })

  it('begins anew when the file was replaced meanwhile, and mixes nothing', async () => {
    await interruptedPull(test)
    const next = buildGguf({ fillerBytes: 3_000_000, seed: 3 })
    hub.add('owner/name', { 'model.gguf': next })
    const model = await test.store.pull({ source }, test.context())
    expect(model.checksum).toBe(checksumOf(next))
  })

  it('begins anew once when what was kept turns out damaged', async () => {
    await interruptedPull(test)
    const partial = (await test.files()).find((file) => file.endsWith('/download')) ?? ''
    const file = await openFile(`${test.root}/${partial}`, 'r+')
    await file.write(Buffer.from('damage'), 0, 6, 0)
    await file.close()
    expect(await pulled()).toEqual(whole)
  })

  it('is continued by checksum even if the server names no version of its files', async () => {
    hub.sendsEtag = false
    const got = await interruptedPull(test)
    const before = hub.contentRequests.length
    expect(await pulled()).toEqual(whole)
    expect(sentSince(before)).toBe(content.length - got)
  })
})
