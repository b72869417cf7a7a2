import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildGguf, checksumOf } from '../testing/gguf-file.ts'
import { HubServer } from '../testing/hub-server.ts'
import { quickSettings, TestStore, userErrorOf } from '../testing/store-for-tests.ts'

const content = buildGguf({ fillerBytes: 3_000_000 })
const checksum = checksumOf(content)
const source = 'hf://owner/name:model.gguf'

let hub: HubServer
let test: TestStore
const opened: TestStore[] = []

async function open(environment = {}, settings = quickSettings): Promise<TestStore> {
  const store = await TestStore.open({ HF_ENDPOINT: hub.endpoint, ...environment }, settings)
  opened.push(store)
  return store
}

beforeEach(async () => {
  hub = await HubServer.start()
  hub.add('owner/name', { 'model.gguf': content, 'README.md': Buffer.from('hello') })
  test = await open()
})
afterEach(async () => {
  await hub.stop()
  await Promise.all(opened.splice(0).map((store) => store.remove()))
})

// proves G1, G3 (stand-in)
describe('pulling from the hub', () => {
  it('stores the file whole, in parts over several connections, and finds it again without the network', async () => {
    const model = await test.store.pull({ source }, test.context())
    expect(model).toMatchObject({ source, bytes: content.length, checksum })
    expect((await readFile(model.path)).equals(content)).toBe(true)
    expect(hub.contentRequests).toHaveLength(Math.ceil(content.length / quickSettings.pieceBytes))
    expect(hub.sentBytes).toBe(content.length)
    expect(test.progress).toMatchObject({ doneBytes: content.length, totalBytes: content.length })
    expect(test.progress.lines).toEqual(['Downloading model.gguf', 'Downloading model.gguf: done'])
    const before = hub.seen.length
    expect(await test.store.find({ source })).toEqual(model)
    expect(await test.store.pull({ source, checksum }, test.context())).toEqual(model)
    expect(await test.store.list()).toEqual([model])
    expect(hub.seen).toHaveLength(before)
    expect(await test.files()).toEqual([
      `blobs/sha256/${checksum.slice(7)}`,
      expect.stringMatching(/^refs\/hf-[0-9a-f]{32}\.json$/),
    ])
  })

  it('takes the only GGUF file of a repository, and writes down the commit that "main" meant', async () => {
    const model = await test.store.pull({ source: 'hf://owner/name' }, test.context())
    expect(model).toMatchObject({ source: 'hf://owner/name', checksum })
    const record = (await test.files()).find((file) => file.startsWith('refs/')) ?? ''
    expect(JSON.parse(await readFile(`${test.root}/${record}`, 'utf8'))).toMatchObject({
      revision: hub.repositories.get('owner/name')?.commit,
      fileName: 'model.gguf',
    })
  })

  it('does not download what another source brought already', async () => {
    await test.store.pull({ source }, test.context())
    hub.add('other/copy', { 'same.gguf': content })
    const before = hub.contentRequests.length
    expect(await test.store.pull({ source: 'hf://other/copy:same.gguf' }, test.context())).toMatchObject({ checksum })
    expect(await test.store.pull({ source: 'hf://no/where:x.gguf', checksum }, test.context())).toMatchObject({
      checksum,
    })
    expect(hub.contentRequests).toHaveLength(before)
  })

  it('sends the token to the hub and to nobody that the hub redirects to', async () => {
    hub.add('meta/gated', { 'model.gguf': content }, 'hf_secret')
    hub.redirects = 4
    const authorised = await open({ HF_TOKEN: 'hf_secret' })
    await authorised.store.pull({ source: 'hf://meta/gated:model.gguf' }, authorised.context())
    const tokens = new Map(hub.seen.map(({ server, authorization }) => [server, authorization]))
    expect(tokens).toEqual(
      new Map([
        ['hub', 'Bearer hf_secret'],
        ['cdn', undefined],
      ]),
    )
  })

  it('goes through the proxy that the environment names, unless the hub is exempt', async () => {
    const asked: string[] = []
    const proxy = createServer((incoming, response) => {
      const url = new URL(incoming.url ?? '')
      asked.push(url.origin)
      const onward = request(url, { method: incoming.method, headers: incoming.headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
      })
      onward.on('error', () => response.destroy()).end()
    })
    await once(proxy.listen(0, '127.0.0.1'), 'listening')
    try {
      const { port } = proxy.address() as AddressInfo
      const HTTP_PROXY = `http://127.0.0.1:${port}`
      const direct = await open({ HTTP_PROXY, NO_PROXY: '127.0.0.1' })
      await direct.store.pull({ source }, direct.context())
      expect(asked).toEqual([])
      const proxied = await open({ HTTP_PROXY })
      expect(await proxied.store.pull({ source }, proxied.context())).toMatchObject({ checksum })
      expect(asked).toContain(hub.endpoint)
    } finally {
      proxy.closeAllConnections()
      proxy.close()
    }
  })

  it('gives up on more than five redirects', async () => {
    hub.redirects = 6
    expect(await userErrorOf(test.store.pull({ source }, test.context()))).toMatchObject({
      what: expect.stringMatching(/^127\.0\.0\.1:\d+ redirects in circles$/),
      why: 'It sent more than 5 redirects.',
    })
  })

  it('refuses a pinned checksum that the hub contradicts before it downloads anything', async () => {
    const wrong = `sha256:${'0'.repeat(64)}`
    expect(await userErrorOf(test.store.pull({ source, checksum: wrong }, test.context()))).toMatchObject({
      what: 'The model file does not have the checksum that it should have',
      why: `Expected ${wrong}, found ${checksum}. It was not downloaded.`,
    })
    expect(hub.contentRequests).toHaveLength(0)
  })

  it('fetches again when the pin of a stored source changes', async () => {
    await test.store.pull({ source }, test.context())
    const next = buildGguf({ fillerBytes: 1000, seed: 2 })
    hub.add('owner/name', { 'model.gguf': next })
    expect(await test.store.find({ source, checksum: checksumOf(next) })).toBeUndefined()
    const model = await test.store.pull({ source, checksum: checksumOf(next) }, test.context())
    expect(model.checksum).toBe(checksumOf(next))
    expect(await test.store.list()).toEqual([model])
  })

  it.each([
    [
      'hf://no/where:m.gguf',
      {},
      /^There is no repository no\/where on 127/,
      'Check the name; if it is private, set HF_TOKEN to a token with read access.',
    ],
    ['hf://owner/name:other.gguf', {}, 'owner/name has no file "other.gguf"', /^See which files it has at https:/],
    ['hf://owner/name:model.gguf@v9', {}, 'owner/name has no revision "v9"', /^Name a branch/],
    ['hf://owner/name:README.md', {}, 'README.md is not a GGUF file', /^Name a \.gguf file/],
    [
      'hf://meta/gated:model.gguf',
      {},
      'meta/gated is gated',
      /^Accept the licence at https:\/\/huggingface\.co\/meta\/gated, then set HF_TOKEN/,
    ],
    ['hf://meta/gated:model.gguf', { HF_TOKEN: 'hf_wrong' }, 'meta/gated is gated', /^Accept the licence/],
    ['hf://meta/gated', { HF_TOKEN: 'two words' }, 'HF_TOKEN is not a token', /^Copy it again/],
    ['hf://a/two', {}, 'a/two has 2 GGUF files', 'Say which, as in hf://a/two:big.gguf.'],
    ['hf://a/none', {}, 'a/none has no GGUF file', /^Look for a repository/],
    ['hf://owner/name', { HF_ENDPOINT: 'ftp://x' }, 'HF_ENDPOINT is not the address of a hub', /^Set it to/],
  ])('refuses %s with %j and says what to do', async (source, environment, what, mend) => {
    hub.add('meta/gated', { 'model.gguf': content }, 'hf_secret')
    hub.add('a/two', { 'big.gguf': content, 'small.gguf': content })
    hub.add('a/none', { 'model.safetensors': content })
    const asked = await open(environment)
    const parts = await userErrorOf(asked.store.pull({ source }, asked.context()))
    expect(parts.what).toMatch(what)
    expect(parts.mend).toMatch(mend)
    expect(JSON.stringify(parts)).not.toContain('hf_wrong')
    expect(await asked.files()).toEqual([])
  })

  it('says that the hub cannot be reached, and does not take minutes to find out', async () => {
    const closed = await HubServer.start()
    const { endpoint } = closed
    await closed.stop()
    const offline = await open({ HF_ENDPOINT: endpoint })
    expect(await userErrorOf(offline.store.pull({ source }, offline.context()))).toMatchObject({
      what: `${endpoint.slice('http://'.length)} cannot be reached, or the connection breaks again and again`,
      why: expect.stringContaining('ECONNREFUSED'),
    })
  })

  it('refuses a file that is no GGUF file and keeps nothing of it', async () => {
    hub.add('owner/fake', { 'model.gguf': Buffer.from('<!DOCTYPE html>') })
    expect(await userErrorOf(test.store.pull({ source: 'hf://owner/fake:model.gguf' }, test.context()))).toMatchObject({
      what: 'The model file is not a usable GGUF file',
      why: 'Its header was read, and it is a web page.',
    })
    expect(await test.files()).toEqual([])
  })

  it('refuses a truncated GGUF file that the hub itself has', async () => {
    hub.add('owner/cut', { 'model.gguf': content.subarray(0, 2_000_000) })
    const parts = await userErrorOf(test.store.pull({ source: 'hf://owner/cut:model.gguf' }, test.context()))
    expect(parts.why).toMatch(
      /^Its header was read, and it is cut off: its tensors end at byte \d+, and it has 2000000\.$/,
    )
    expect(await test.files()).toEqual([])
  })
})
