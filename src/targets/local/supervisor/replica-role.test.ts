import { createServer, type AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { processStartTime } from '../../../files/index.ts'
import { fleetSchema } from '../../../fleet/index.ts'
import { standInEngine, standInParts } from '../testing/stand-in-parts.ts'
import { replicaRole, type ReplicaEvents } from './replica-role.ts'

const fleet = fleetSchema.parse({ name: 'lab', models: [{ name: 'm', engine: 'simulated' }] })

function roleOn(port: number, events: Partial<ReplicaEvents>) {
  const [model] = fleet.models
  if (model === undefined) throw new Error('no model')
  const places = { binaries: new Map(), engineFolder: undefined }
  const launch = {
    id: 'm-0',
    model,
    host: '127.0.0.1',
    port,
    threads: 1,
    modelPath: undefined,
    places,
    variables: {},
    kvEvents: undefined,
  }
  const all = { onPort: () => undefined, onEngineProcess: () => undefined, ...events }
  return replicaRole({ ...launch, engine: standInEngine }, standInParts.programs, standInParts.clock, all)
}

describe('a replica as a process', () => {
  it('takes another port, and says so, when its own was taken while it was down', async () => {
    const thief = createServer()
    const port = await new Promise<number>((resolve) => {
      thief.listen(0, '127.0.0.1', () => resolve((thief.address() as AddressInfo).port))
    })
    const told: number[] = []
    const { args } = await roleOn(port, { onPort: (other) => told.push(other) }).commandLine()
    expect(told).toHaveLength(1)
    expect(told).not.toContain(port)
    expect(args).toContain(String(told[0]))
    await new Promise((resolve) => {
      thief.close(resolve)
    })
    const { args: keptArgs } = await roleOn(port, { onPort: (other) => told.push(other) }).commandLine()
    expect(keptArgs).toContain(String(port))
    expect(told).toHaveLength(1)
  })

  it('remembers the engine that a watchdog holds, and forgets it when it ended', () => {
    const told: unknown[] = []
    const role = roleOn(1, { onEngineProcess: (identity) => told.push(identity) })
    role.onMessage?.({ type: 'something else' })
    role.onMessage?.({ type: 'spawned', pid: process.ppid })
    expect(told).toEqual([{ pid: process.ppid, startTime: processStartTime(process.ppid) }])
  })
})
