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

describe('the table of `fairlead status`', () => {
  it('sums up a model and lists its replicas', () => {
    const status = fleet('ready', [
      replica('chat-0', 'ready', { inFlight: 2, tokensPerSecond: 41.26 }),
      replica('chat-1', 'crash-loop', { inFlight: 0, lastError: 'exited with code 1' }),
      replica('embed-0', 'starting'),
    ])
    expect(renderStatus(status, createPaint(false)).join('\n')).toMatchInlineSnapshot(`
      "Fleet lab is degraded at http://127.0.0.1:8080

      MODEL     ENGINE     REPLICAS  STATE       ADDRESS                IN-FLIGHT  TOKENS/S
      chat      simulated       1/2  degraded                                   2      41.3
        chat-0                       ready       http://127.0.0.1:4000          2      41.3
        chat-1                       crash-loop  http://127.0.0.1:4000          0         -
      embed     simulated       0/1  starting    http://127.0.0.1:4000          -         -

      chat-1: exited with code 1"
    `)
  })

  it('leaves out what matters least where the terminal is narrow, so that no line wraps', () => {
    const replicas = [replica('smollm2-0', 'ready', { engine: 'llama.cpp', inFlight: 2, tokensPerSecond: 41.26 })]
    const table = (width: number) => renderStatus(fleet('ready', replicas), createPaint(true), width).slice(2)
    const bare = (width: number) => table(width).map((line) => stripVTControlCharacters(line))
    expect([100, 70, 60, 40].map((width) => bare(width)[0])).toMatchInlineSnapshot(`
      [
        "MODEL    ENGINE     REPLICAS  STATE  ADDRESS                IN-FLIGHT  TOKENS/S",
        "MODEL    ENGINE     REPLICAS  STATE  IN-FLIGHT  TOKENS/S",
        "MODEL    ENGINE     REPLICAS  STATE  IN-FLIGHT  TOKENS/S",
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
