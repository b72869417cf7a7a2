import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { Resolver } from 'node:dns/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createDnsSource, type DnsOptions } from './dns.ts'
import { afterLookUp, noAddresses, type LookUpOutcome } from './host-addresses.ts'
import type { Pool } from './pool.ts'
import { DnsServer } from './testing/dns-server.ts'

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})
const until = (condition: () => boolean) => vi.waitFor(() => expect(condition()).toBe(true), { timeout: 10_000 })

const pool: Pool = {
  model: 'm',
  role: 'both',
  engine: 'vllm',
  address: { protocol: 'http', host: 'm-engines.lab.svc', port: 8000, basePath: '' },
  resolve: 'dns',
}

const outcomeOf = (addresses: readonly string[] | null): LookUpOutcome =>
  addresses === null ? { kind: 'failed' } : { kind: 'answered', addresses }

describe('what is believed after a look-up', () => {
  it.each([
    ['addresses are taken at once, sorted, each once', [[0, ['b', 'a', 'b']]], ['a', 'b']],
    [
      'one that is gone is gone at once',
      [
        [0, ['a', 'b']],
        [1, ['b']],
      ],
      ['b'],
    ],
    [
      'one that is replaced stays until the next answer',
      [
        [0, ['a']],
        [1, ['b']],
      ],
      ['a', 'b'],
    ],
    [
      'and is gone then',
      [
        [0, ['a']],
        [1, ['b']],
        [2, ['b']],
      ],
      ['b'],
    ],
    [
      'also where each answer has another one',
      [
        [0, ['a']],
        [1, ['b']],
        [2, ['c']],
      ],
      ['b', 'c'],
    ],
    [
      'a failure changes nothing, however long',
      [
        [0, ['a']],
        [1, null],
        [99_000, null],
      ],
      ['a'],
    ],
    [
      'no address changes nothing for a moment',
      [
        [0, ['a']],
        [1_000, []],
        [3_000, []],
        [5_999, []],
      ],
      ['a'],
    ],
    [
      'nor does it when look-ups are rare',
      [
        [0, ['a']],
        [1_000, []],
        [30_000, []],
      ],
      ['a'],
    ],
    [
      'no address is believed in the end',
      [
        [0, ['a']],
        [1_000, []],
        [3_000, []],
        [6_000, []],
      ],
      [],
    ],
    [
      'failures in between do not put that off',
      [
        [0, ['a']],
        [1_000, []],
        [3_000, []],
        [4_000, null],
        [6_000, []],
      ],
      [],
    ],
    [
      'an answer in between starts it anew',
      [
        [0, ['a']],
        [1_000, []],
        [3_000, ['a']],
        [5_000, []],
        [7_000, []],
      ],
      ['a'],
    ],
  ] as const)('%s', (_what, outcomes, addresses) => {
    const steps: readonly (readonly [number, readonly string[] | null])[] = outcomes
    const known = steps.reduce(
      (before, [nowMs, answer]) => afterLookUp(before, outcomeOf(answer), nowMs, 5_000),
      noAddresses,
    )
    expect(known.addresses).toEqual(addresses)
  })
})

async function follow(options: DnsOptions = {}) {
  const server = await DnsServer.start()
  const resolver = new Resolver({ timeout: 200, tries: 1 })
  resolver.setServers([server.address])
  const lookUp = async (host: string) => {
    try {
      return await resolver.resolve4(host)
    } catch (error) {
      if (['ENOTFOUND', 'ENODATA'].includes((error as NodeJS.ErrnoException).code ?? '')) return []
      throw error
    }
  }
  const source = createDnsSource(pool, { lookUp, intervalMs: 20, emptyAfterMs: 100, ...options })
  cleanUps.push(
    () => server.close(),
    () => source.close(),
  )
  return { server, source, ids: () => source.snapshot().map(({ id }) => id) }
}
const name = 'm-engines.lab.svc'

// proves B3 (stand-in)
describe('the dns source', () => {
  it('has a replica for each address, whose id stays while others come and go', async () => {
    const { server, source, ids } = await follow()
    server.zone.set(name, ['10.244.0.6', '10.244.0.5'])
    let changes = 0
    source.subscribe(() => (changes += 1))
    await source.start()
    expect(source.snapshot()).toMatchObject([
      {
        id: 'm-10-244-0-5',
        model: 'm',
        engine: 'vllm',
        phase: 'serving',
        role: 'both',
        address: { host: '10.244.0.5', port: 8000, hostName: name },
      },
      { id: 'm-10-244-0-6' },
    ])
    server.zone.set(name, ['10.244.0.6', '10.244.0.7'])
    await until(() => ids().includes('m-10-244-0-7') && !ids().includes('m-10-244-0-5'))
    expect(ids()).toEqual(['m-10-244-0-6', 'm-10-244-0-7'])
    const asked = server.asked.length
    await until(() => server.asked.length > asked + 3)
    // One comes, and one look-up later the other one is gone.
    expect(changes).toBe(3)
  })

  it('keeps the last good answer while the server fails or is silent, and says so once each time', async () => {
    const problems: (string | null)[] = []
    const { server, source, ids } = await follow({ onProblem: (_host, problem) => problems.push(problem) })
    server.zone.set(name, ['10.244.0.5'])
    await source.start()
    server.zone.set(name, 'servfail')
    await until(() => problems.length === 1)
    const asked = server.asked.length
    await until(() => server.asked.length > asked + 10)
    server.zone.set(name, 'silence')
    await until(() => problems.length === 2)
    expect(ids()).toEqual(['m-10-244-0-5'])
    server.zone.set(name, ['10.244.0.6'])
    await until(() => ids().includes('m-10-244-0-6'))
    expect(problems).toEqual(['ESERVFAIL', 'ETIMEOUT', null])
  })

  it.each([
    ['a headless Service without ready pods', (server: DnsServer) => server.zone.set(name, [])],
    ['a name that is gone', (server: DnsServer) => server.zone.delete(name)],
  ])('has no replica after a while of %s, and finds the next one', async (_what, empty) => {
    const { server, source, ids } = await follow()
    server.zone.set(name, ['10.244.0.5'])
    await source.start()
    empty(server)
    await until(() => ids().length === 0)
    server.zone.set(name, ['10.244.0.8'])
    await vi.waitFor(() => expect(ids()).toEqual(['m-10-244-0-8']), { timeout: 10_000 })
  })

  it('looks again soon until it has found somebody, so that a moment without an address does not begin with nobody', async () => {
    const answers: readonly (() => readonly string[])[] = [
      () => [],
      () => {
        throw new Error('SERVFAIL')
      },
      () => ['10.244.0.5'],
    ]
    let asked = 0
    const lookUp = async () => answers[Math.min(asked++, 2)]?.() ?? []
    const source = createDnsSource(pool, { lookUp, intervalMs: 60_000 })
    cleanUps.push(() => source.close())
    await source.start()
    expect(source.snapshot()).toMatchObject([{ id: 'm-10-244-0-5' }])
    expect(asked).toBe(3)
  })

  it('does not hold the start up while nobody answers', async () => {
    const { source, ids } = await follow({ lookUp: () => Promise.withResolvers<never>().promise })
    await source.start()
    expect(ids()).toEqual([])
  })
})

/** A shell command in namespaces of its own, where it may mount and has port 53 to itself. */
const inNamespaces = ['unshare', '--map-root-user', '--mount', '--net', 'sh', '-c'] as const
const upLoopback = 'ip link set lo up'
const [unshare, ...flags] = inNamespaces
const hasNamespaces = spawnSync(unshare, [...flags, upLoopback], { stdio: 'ignore' }).status === 0
if (!hasNamespaces)
  process.stderr.write(
    'not run: the system resolver with a resolv.conf of its own (no user namespaces or no ip here)\n',
  )

// proves B3 (real part)
describe('the system’s resolver', () => {
  it.runIf(hasNamespaces)(
    'finds the short names of a cluster by search domains and ndots, and /etc/hosts, and tells nobody there from nobody knows',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'fairlead-resolver-'))
      cleanUps.push(() => rm(folder, { recursive: true, force: true }))
      await writeFile(
        join(folder, 'resolv.conf'),
        'nameserver 127.0.0.1\nsearch lab.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5 timeout:1 attempts:1\n',
      )
      await writeFile(join(folder, 'hosts'), '127.0.0.1 localhost\n10.9.9.9 hosted\n')
      const script = `${upLoopback} && mount --bind "$1/resolv.conf" /etc/resolv.conf && mount --bind "$1/hosts" /etc/hosts && exec "$2" "$3"`
      const look = join(import.meta.dirname, 'testing', 'look-up-process.ts')
      const { stdout } = await promisify(execFile)(unshare, [...flags, script, 'sh', folder, process.execPath, look])
      expect(JSON.parse(stdout)).toEqual({
        'm-engines': ['10.244.0.5', '10.244.0.6'],
        'm-engines.lab.svc': ['10.244.0.5', '10.244.0.6'],
        // A pod of a dual-stack cluster is one replica.
        both: ['10.244.0.5'],
        six: ['fd00::5', 'fd00::6'],
        headless: [],
        nobody: [],
        broken: 'EAI_AGAIN',
        // The domain that has the name was silent and the next one does not know it: why one such answer is not believed.
        mute: [],
        'mute.lab.svc.cluster.local.': 'EAI_AGAIN',
        hosted: ['10.9.9.9'],
      })
    },
    60_000,
  )
})
