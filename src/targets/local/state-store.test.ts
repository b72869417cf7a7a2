import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { localStateSchema } from '../../discovery/index.ts'
import { fleetSchema } from '../../fleet/index.ts'
import { localReplicas } from './replica-names.ts'
import { StateStore } from './state-store.ts'
import { initialState } from './supervisor/initial-state.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-store-'))
afterAll(() => rmSync(folder, { recursive: true }))

const fleet = fleetSchema.parse({ name: 'lab', models: [{ name: 'm', engine: 'simulated', replicas: 3 }] })
const listen = { listen: { host: '127.0.0.1', port: 8080 }, admin: { host: '127.0.0.1', port: 8081 } }
const state = initialState({ fleet, file: '/f.yaml' }, listen, localReplicas(fleet), [1, 2, 3], 45_000, new Date(0))

describe('the state file of a Fleet', () => {
  it('holds the newest state after many changes at once, as its schema has it', async () => {
    const path = join(folder, 'state.json')
    const store = new StateStore(path, state, () => undefined)
    for (let starts = 1; starts <= 100; starts++) {
      store.changeReplica('m-1', { starts, state: 'starting' })
      store.changeGateway({ starts })
    }
    store.changeReplica('unknown-0', { starts: 7 })
    await store.flush()
    const written = localStateSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
    expect(written).toEqual(store.state)
    expect(written.replicas.map(({ starts }) => starts)).toEqual([0, 100, 0])
    expect(written.gateway?.starts).toBe(100)
  })

  it('is gone after the end, whatever was still to be written', async () => {
    const path = join(folder, 'gone.json')
    const store = new StateStore(path, state, () => undefined)
    store.changeGateway({ starts: 1 })
    await store.remove()
    store.changeGateway({ starts: 2 })
    await store.flush()
    expect(() => readFileSync(path)).toThrow('ENOENT')
  })

  it('stops no Fleet when it cannot be written, and says so once', async () => {
    writeFileSync(join(folder, 'a-file'), '')
    const problems: string[] = []
    const store = new StateStore(join(folder, 'a-file', 'state.json'), state, (problem) => problems.push(problem))
    await store.flush()
    store.changeGateway({ starts: 1 })
    await store.flush()
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain('cannot be written')
    expect(store.state.gateway?.starts).toBe(1)
  })
})
