import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ClusterError } from './cluster-error.ts'
import { KubeClient } from './kube-client.ts'
import {
  events,
  json,
  page,
  startFaultServer,
  status,
  stored,
  type Answer,
  type FaultServer,
} from './testing/fault-server.ts'

const times = { firstBackoffMs: 5, mostBackoffMs: 20, firstPatienceMs: 300, patienceMs: 5_000 }
const ref = { apiVersion: 'v1', kind: 'ConfigMap', name: 'a' }
const query = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'lab' }
const one = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }

let server: FaultServer
let client: KubeClient
beforeEach(async () => {
  server = await startFaultServer()
  client = new KubeClient(server.credentials, times)
})
afterEach(async () => {
  await client.close()
  await server.stop()
})

async function failure(work: Promise<unknown>): Promise<ClusterError> {
  const error = await work.catch((reason: unknown) => reason)
  if (error instanceof ClusterError) return error
  throw new Error('It does not fail as a request to a cluster does', { cause: error })
}

const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

const cut: Answer = (response) => response.destroy()

describe('what is sent again', () => {
  it('a read and an apply, when the connection breaks or a server is not ready', async () => {
    server.answer(cut, status(503, 'starting'), json(stored('a', 1)))
    expect(await client.get(ref)).toMatchObject({ metadata: { name: 'a' } })
    server.answer(cut, cut, json(stored('a', 1)))
    expect(await client.apply(one)).toMatchObject({ metadata: { name: 'a' } })
    expect(server.asked).toHaveLength(6)
  })

  it('never a create, an update or a delete of any object of a name: nobody knows whether it happened', async () => {
    for (const write of [
      () => client.create(one),
      () => client.update(one),
      () => client.patch(ref, {}),
      () => client.delete(ref),
    ]) {
      const before = server.asked.length
      server.answer(cut)
      expect(await failure(write())).toMatchObject({ reason: 'unreachable', status: 0 })
      server.answer(status(503, 'starting'))
      await failure(write())
      expect(server.asked.length - before).toBe(2)
    }
    server.answer(cut, json({}))
    expect(await client.delete(ref, { uid: 'uid-a' })).toBe(true)
  })

  it('everything, when the server was certainly not reached, and it comes back', async () => {
    server.answer(json(stored('a', 1)))
    await client.get(ref)
    await server.stop()
    const created = client.create(one)
    await server.listen()
    expect(await created).toMatchObject({ metadata: { name: 'a' } })
  })

  it('everything, when the server says that it is busy, after the time that it says', async () => {
    server.answer(status(429, 'busy', {}, { 'retry-after': '1' }), json(stored('a', 1)))
    const began = performance.now()
    await client.create(one)
    expect(performance.now() - began).toBeGreaterThan(950)
    expect(server.asked).toHaveLength(2)
  })

  it.each([
    [500, 'Internal error occurred: failed to allocate a serviceIP for Service "lab": range is full'],
    [422, 'Service "lab" is invalid: spec.clusterIPs: Invalid value: [""]: failed to allocate IP: allocator not ready'],
  ])(
    'an apply to a server that has just started and does not know its addresses of Services yet (%s)',
    async (code, message) => {
      server.answer(status(code, message), json(stored('a', 1)))
      expect(await client.apply(one)).toMatchObject({ metadata: { name: 'a' } })
      expect(server.asked).toHaveLength(2)
    },
  )

  it('not what answers 500 to a wrong type', async () => {
    const message = 'failed to create typed patch object (lab/a; v1, Kind=ConfigMap): .data: expected map, got &{x}'
    server.answer(status(500, message))
    expect(await failure(client.apply(one))).toMatchObject({
      reason: 'invalid',
      fields: [{ field: 'data', message: 'expected map, got &{x}' }],
    })
    expect(server.asked).toHaveLength(1)
  })

  it('once with new credentials, when those are refused', async () => {
    server.answer(status(401, 'Unauthorized'), json(stored('a', 1)))
    await client.create(one)
    server.answer(status(401, 'Unauthorized'))
    expect(await failure(client.get(ref))).toMatchObject({ reason: 'unauthorized' })
    expect([server.renewals, server.asked.length]).toEqual([2, 4])
  })

  it('not for long, when the server never answered: an address may be mistyped', async () => {
    await server.stop()
    const began = performance.now()
    expect(await failure(client.get(ref))).toMatchObject({ reason: 'unreachable', message: 'Nothing listens there.' })
    expect(performance.now() - began).toBeLessThan(4_000)
    await server.listen()
  })
})

describe('answers', () => {
  it('have a deadline, and an end', async () => {
    const slow = new KubeClient(server.credentials, { ...times, deadlineMs: 100, firstPatienceMs: 0, patienceMs: 0 })
    server.answer(() => {})
    expect(await failure(slow.get(ref))).toMatchObject({ reason: 'timeout' })
    server.answer((response) => void response.writeHead(200).write('{'))
    expect(await failure(slow.get(ref))).toMatchObject({ reason: 'timeout' })
    await slow.close()
  })

  it('of a hostile or wrong server fail in words, and take no more memory than they may', async () => {
    server.answer((response) => response.writeHead(200).end('<html>Log in</html>'))
    expect((await failure(client.get(ref))).message).toBe('The answer is no JSON object: <html>Log in</html>')
    server.answer((response) => response.writeHead(502).end('x'.repeat(10_000)))
    expect((await failure(client.create(one))).message.length).toBeLessThan(400)
    let isStopped = false
    server.answer((response) => {
      response.writeHead(200)
      const more = (): void => {
        while (!response.destroyed && response.write(' '.repeat(1024 * 1024)));
        if (!response.destroyed) response.once('drain', more)
      }
      response.once('close', () => (isStopped = true))
      more()
    })
    expect((await failure(client.get(ref))).message).toContain('more than')
    await expect.poll(() => isStopped).toBe(true)
  })

  it('end with the client', async () => {
    server.answer(() => {})
    const asked = failure(client.get(ref))
    await expect.poll(() => server.asked.length).toBe(1)
    await client.close()
    expect(await asked).toMatchObject({ reason: 'cancelled' })
  })
})

describe('a list', () => {
  it('begins anew when its state is no longer kept in the middle of it', async () => {
    server.answer(
      page(1, [stored('a', 1)], 'next'),
      status(410, 'The provided continue parameter is too old', { reason: 'Expired' }),
      page(5, [stored('b', 3)], 'next'),
      page(5, [stored('c', 4)]),
    )
    const { items, resourceVersion } = await client.list(query)
    expect(items.map(({ kind, metadata }) => [kind, metadata.name])).toEqual([
      ['ConfigMap', 'b'],
      ['ConfigMap', 'c'],
    ])
    expect(resourceVersion).toBe('5')
    server.answer(status(410, 'too old', { reason: 'Expired' }))
    expect(await failure(client.list(query))).toMatchObject({ reason: 'gone' })
  })
})

const watch = () => client.watch(query, { resourceVersion: '1', signal: new AbortController().signal })

describe('a watch', () => {
  it('takes events whatever pieces they come in, and ends with the server or the caller', async () => {
    const text = [
      ['ADDED', stored('größe', 2)],
      ['FUTURE', {}],
      ['BOOKMARK', stored('', 9)],
    ]
      .map(([type, object]) => `${JSON.stringify({ type, object })}\n`)
      .join('')
    server.answer(async (response) => {
      response.writeHead(200)
      for (const byte of Buffer.from(text)) {
        response.write(Uint8Array.of(byte))
        await new Promise(setImmediate)
      }
      response.end()
    })
    const seen = await collect(watch())
    expect(seen.map(({ type, object }) => [type, object.metadata.name])).toEqual([
      ['added', 'größe'],
      ['bookmark', ''],
    ])
    server.answer(events([]))
    const stop = new AbortController()
    const ended = collect(
      client.watch(query, { resourceVersion: '1', signal: stop.signal, onOpen: () => stop.abort() }),
    )
    expect(await ended).toEqual([])
  })

  it('fails at once when it is cut, gone or unreadable', async () => {
    server.answer(events([['ADDED', stored('a', 2)]], 'cut'))
    expect(await failure(collect(watch()))).toMatchObject({ reason: 'unreachable' })
    server.answer(events([['ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' }]]))
    expect(await failure(collect(watch()))).toMatchObject({ reason: 'gone', status: 410 })
    server.answer((response) => response.writeHead(200).end('{"type":"ADDED"'))
    expect(await failure(collect(watch()))).toMatchObject({ reason: 'internal' })
    expect(server.asked).toHaveLength(3)
  })
})

describe('logs', () => {
  it('come line by line, the last one without an end too', async () => {
    server.answer((response) => response.writeHead(200).end('loading\nready\nno end'))
    expect(await collect(client.logs({ pod: 'p', container: 'c', tailLines: 3 }))).toEqual([
      'loading',
      'ready',
      'no end',
    ])
    expect(server.asked).toEqual(['GET /api/v1/namespaces/lab/pods/p/log?container=c&tailLines=3'])
  })
})
