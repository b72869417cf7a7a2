import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createPaint } from '../console/index.ts'
import type { FleetStatus, ReplicaStatus } from '../../operate/index.ts'
import { judgeHealth } from './judge-health.ts'
import { renderStatus } from './render-status.ts'

const replica = (id: string, state: string, more: Partial<ReplicaStatus> = {}): ReplicaStatus => ({
  id,
  model: id.replace(/-\d+$/, ''),
  engine: 'simulated',
  state,
  address: 'http://127.0.0.1:4000',
  starts: 1,
  since: '2026-01-01T00:00:00.000Z',
  inFlight: null,
  tokensPerSecond: null,
  lastError: null,
  ...more,
})

const fleet = (gatewayState: string, replicas: readonly ReplicaStatus[]): FleetStatus => ({
  fleet: 'lab',
  target: 'local',
  running: true,
  gateway: { address: 'http://127.0.0.1:8080', admin: 'http://127.0.0.1:8081', state: gatewayState, lastError: null },
  replicas,
})

const stopped: FleetStatus = { fleet: 'lab', target: 'local', running: false, gateway: null, replicas: [] }

describe('health', () => {
  it.each([
    ['ready', fleet('ready', [replica('a-0', 'ready'), replica('b-0', 'ready')])],
    ['ready', fleet('ready', [])],
    ['starting', fleet('ready', [replica('a-0', 'ready'), replica('b-0', 'preparing')])],
    ['starting', fleet('starting', [replica('a-0', 'ready')])],
    ['degraded', fleet('ready', [replica('a-0', 'ready'), replica('a-1', 'crash-loop')])],
    ['down', fleet('ready', [replica('a-0', 'crash-loop')])],
    ['down', fleet('restarting', [replica('a-0', 'ready')])],
    ['down', stopped],
  ])('is %s, so that a script can wait for it', (health, status) => expect(judgeHealth(status)).toBe(health))
})

const busyFleet: FleetStatus = {
  ...fleet('ready', [
    ...['7d9f8b6c5-x2x4z', '7d9f8b6c5-k8k9p'].map((pod, index) =>
      replica(`lab-chat-${pod}`, 'ready', {
        model: 'chat',
        engine: 'vllm',
        address: `http://10.244.0.${index + 5}:8000`,
        inFlight: 12 + index,
        waiting: index,
        kvCacheUse: 0.4 + 0.2 * index,
        tokensPerSecond: 812.34,
        version: 'v0.32.0',
        node: `gpu-node-${index}`,
      }),
    ),
    replica('lab-embed-5c4d-abcde', 'ready', { model: 'embed', engine: 'tei', inFlight: 0, version: '1.9' }),
  ]),
  target: 'kubernetes',
  load: {
    models: [
      { model: 'chat', queued: 3, ttftSeconds: 1.44, ttft: { bounds: [1, 2], counts: [1, 2, 0] } },
      { model: 'embed', queued: 0, ttftSeconds: null, ttft: { bounds: [1, 2], counts: [0, 0, 0] } },
    ],
    missing: null,
  },
}

describe('the table of `fairlead status`', () => {
  it('tells queue, KV use and time to first token in 120 columns, and what matters most of it in 80', () => {
    expect(renderStatus(busyFleet, createPaint(false), 120).slice(2).join('\n')).toMatchInlineSnapshot(`
      "MODEL                       ENGINE  REPLICAS  STATE  VERSION  NODE        IN-FLIGHT  QUEUE   KV   TTFT  TOKENS/S
      chat                        vllm         2/2  ready  v0.32.0                     25      4  50%  1.4 s    1624.7
        lab-chat-7d9f8b6c5-x2x4z                    ready  v0.32.0  gpu-node-0         12      0  40%            812.3
        lab-chat-7d9f8b6c5-k8k9p                    ready  v0.32.0  gpu-node-1         13      1  60%            812.3
      embed                       tei          1/1  ready  1.9                          0      0    -      -         -"
    `)
    expect(renderStatus(busyFleet, createPaint(false), 80).slice(2).join('\n')).toMatchInlineSnapshot(`
      "MODEL                       REPLICAS  STATE  IN-FLIGHT  QUEUE   KV   TTFT
      chat                             2/2  ready         25      4  50%  1.4 s
        lab-chat-7d9f8b6c5-x2x4z            ready         12      0  40%
        lab-chat-7d9f8b6c5-k8k9p            ready         13      1  60%
      embed                            1/1  ready          0      0    -      -"
    `)
    for (const width of [80, 120]) {
      const coloured = renderStatus(busyFleet, createPaint(true), width).map((line) => stripVTControlCharacters(line))
      expect(coloured).toEqual(renderStatus(busyFleet, createPaint(false), width))
    }
  })

  it('says in one line why loads are not known, and shows a dash for each of them', () => {
    const missing = 'the gateway wants a key with the scope admin in FAIRLEAD_API_KEY'
    const status = { ...fleet('ready', [replica('chat-0', 'ready')]), load: { models: [], missing } }
    expect(renderStatus(status, createPaint(false), 80).slice(2).join('\n')).toMatchInlineSnapshot(`
      "MODEL  ENGINE     REPLICAS  STATE  IN-FLIGHT  QUEUE  KV  TTFT  TOKENS/S
      chat   simulated       1/1  ready          -      -   -     -         -
      load not known: the gateway wants a key with the scope admin in FAIRLEAD_API_KEY"
    `)
  })

  it('sums up a model and lists its replicas', () => {
    const status = fleet('ready', [
      replica('chat-0', 'ready', { inFlight: 2, tokensPerSecond: 41.26 }),
      replica('chat-1', 'crash-loop', { inFlight: 0, lastError: 'exited with code 1' }),
      replica('embed-0', 'starting'),
    ])
    expect(renderStatus(status, createPaint(false)).join('\n')).toMatchInlineSnapshot(`
      "Fleet lab is degraded at http://127.0.0.1:8080

      MODEL     ENGINE     REPLICAS  STATE       ADDRESS                IN-FLIGHT  QUEUE  KV  TTFT  TOKENS/S
      chat      simulated       1/2  degraded                                   2      -   -     -      41.3
        chat-0                       ready       http://127.0.0.1:4000          2      -   -            41.3
        chat-1                       crash-loop  http://127.0.0.1:4000          0      -   -               -
      embed     simulated       0/1  starting    http://127.0.0.1:4000          -      -   -     -         -

      chat-1: exited with code 1"
    `)
  })

  it('leaves out what matters least where the terminal is narrow, so that no line wraps', () => {
    const replicas = [replica('smollm2-0', 'ready', { engine: 'llama.cpp', inFlight: 2, tokensPerSecond: 41.26 })]
    const table = (width: number) => renderStatus(fleet('ready', replicas), createPaint(true), width).slice(2)
    const bare = (width: number) => table(width).map((line) => stripVTControlCharacters(line))
    expect([100, 70, 60, 40].map((width) => bare(width)[0])).toMatchInlineSnapshot(`
      [
        "MODEL    ENGINE     REPLICAS  STATE  ADDRESS                IN-FLIGHT  QUEUE  KV  TTFT  TOKENS/S",
        "MODEL    REPLICAS  STATE  IN-FLIGHT  QUEUE  KV  TTFT  TOKENS/S",
        "MODEL    REPLICAS  STATE  IN-FLIGHT  QUEUE  KV  TTFT",
        "MODEL    REPLICAS  STATE  IN-FLIGHT",
      ]
    `)
    for (const width of [60, 70, 80, 100]) {
      for (const line of bare(width)) expect(line.length).toBeLessThanOrEqual(width)
    }
  })

  it('says how to start a Fleet that does not run', () => {
    expect(renderStatus(stopped, createPaint(false))).toEqual(['Fleet lab does not run. Start it with: fairlead up'])
  })
})
