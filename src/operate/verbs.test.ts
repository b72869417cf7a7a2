import { describe, expect, it } from 'vitest'
import { fleetSchema } from '../fleet/index.ts'
import { plannedFleet } from '../plan/index.ts'
import type { FleetSource, Target } from '../targets/index.ts'
import {
  applyFleet,
  deleteFleet,
  fleetEvents,
  fleetLogs,
  fleetRevisions,
  fleetStatus,
  forwardPort,
  planFleet,
  restartFleet,
  rollbackFleet,
  rolloutFleet,
  scaleFleet,
} from './index.ts'
import { renderSource } from './planning/index.ts'
import type { ReadFleet } from './read-fleet.ts'

const fleet = fleetSchema.parse({ name: 'lab', models: [{ name: 'small', engine: 'simulated' }] })
const source: FleetSource = { fleet, file: '/fleet.yaml' }
const signal = new AbortController().signal
const context = {
  environment: {},
  signal,
  progress: {
    note: () => undefined,
    step: () => ({
      advance: () => undefined,
      update: () => undefined,
      succeed: () => undefined,
      fail: () => undefined,
    }),
  },
}

const positionOf = () => ({ line: 2, column: 1 })

/** A target that notes which verb it was asked for, and with what. */
function recordingTarget(): Target & { readonly asked: unknown[][] } {
  const asked: unknown[][] = []
  const answering = new Proxy({ name: 'local', asked } as unknown as Target & { asked: unknown[][] }, {
    get: (base, verb) =>
      verb in base ? Reflect.get(base, verb) : (...args: unknown[]) => asked.push([verb, ...args.slice(0, 2)]),
  })
  return answering
}

describe('verbs', () => {
  it.each([
    ['local', /a name of its own/, /^fairlead down lab && fairlead up$/],
    ['compose', /a name of its own/, /--target compose$/],
    ['kserve', /mode: Knative .*canaryShare/, /--target kserve$/],
    ['llmd', /without --canary/, /--target llmd$/],
  ] as const)('say what comes nearest to a canary on target %s', async (name, mend, command) => {
    const canary = {
      shares: [5],
      replicas: 1,
      stepMs: 1,
      fewestRequests: 1,
      moreErrors: 0.02,
      slower: 0.5,
      promotes: true,
    }
    const target = { ...recordingTarget(), name }
    await expect(rolloutFleet('lab', { action: 'start', source, canary }, context, target)).rejects.toMatchObject({
      parts: { mend: expect.stringMatching(mend), command: expect.stringMatching(command) },
    })
  })

  it('hand the Fleet as its plan sizes it to plan, apply and the start of a rollout', async () => {
    const target = recordingTarget()
    const planned = { ...source, fleet: plannedFleet(fleet) }
    await planFleet(source, {}, target)
    await applyFleet(source, context, target)
    await rolloutFleet('lab', { action: 'start', source }, context, target)
    expect(target.asked).toEqual([
      ['plan', planned, {}],
      ['apply', planned, context],
      ['rollout', 'lab', { action: 'start', source: planned }],
    ])
  })

  it('ask the target for what is named by the Fleet alone', async () => {
    const target = recordingTarget()
    const query = { follow: false, tail: 1, signal }
    const forward = { signal, onListening: () => undefined }
    await fleetStatus('lab', {}, target)
    await fleetLogs('lab', {}, query, target)
    await fleetEvents('lab', {}, query, target)
    await scaleFleet('lab', { model: 'small', replicas: 2 }, context, target)
    await restartFleet('lab', {}, context, target)
    await rolloutFleet('lab', { action: 'pause' }, context, target)
    await fleetRevisions('lab', {}, target)
    await rollbackFleet('lab', { revision: 2 }, context, target)
    await forwardPort('lab', {}, forward, target)
    await deleteFleet('lab', {}, context, target)
    expect(target.asked).toEqual([
      ['status', 'lab', {}],
      ['logs', 'lab', {}],
      ['events', 'lab', {}],
      ['scale', 'lab', { model: 'small', replicas: 2 }],
      ['restart', 'lab', {}],
      ['rollout', 'lab', { action: 'pause' }],
      ['revisions', 'lab', {}],
      ['rollback', 'lab', { revision: 2 }],
      ['portForward', 'lab', {}],
      ['delete', 'lab', {}],
    ])
  })

  it('give a target on a cluster what was rendered, with the text and the places of the Fleet', () => {
    const text = 'name: lab\nmodels: [{ name: small, engine: simulated }]\n'
    const read: ReadFleet = { ...source, text, positionOf, shownAs: 'fleet.yaml', warnings: [], overriddenBy: [] }
    const options = { target: 'kubernetes', version: '1.2.3', environment: {}, gateway: true } as const
    const { rendered } = renderSource(read, options).source
    expect(rendered).toMatchObject({ fleetText: text, version: '1.2.3', positionOf })
    expect(rendered?.artifacts.some((artifact) => artifact.kind === 'object')).toBe(true)
  })
})
