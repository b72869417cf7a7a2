import { expect, it } from 'vitest'
import { fleetSchema } from '../../fleet/index.ts'
import type { ClusterClient } from '../../kubernetes/index.ts'
import { loadReportSchema } from '../../observe/report/index.ts'
import { ClusterScaler } from './cluster-scaler.ts'

const fleet = fleetSchema.parse({ name: 'lab', models: [{ name: 'm', engine: 'simulated' }] })
const report = loadReportSchema.parse({
  version: 1,
  gatewayVersion: '0',
  fleet: 'lab',
  draining: false,
  replicas: [],
  queues: [],
  models: [],
})
const pod = (name: string, podIP: string, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, uid: name, ...metadata },
  status: { phase: 'Running', podIP },
})
const leaving = { deletionTimestamp: '2026-01-01T00:00:00Z' }

// proves B11 (real part)
it('counts a gateway that leaves as long as it tells its load, and misses none that is gone', async () => {
  const items = [pod('stays', '10.0.0.1'), pod('drains', '10.0.0.2', leaving), pod('ends', '10.0.0.3', leaving)]
  const client = { list: async () => ({ items, resourceVersion: '1' }) } as unknown as ClusterClient
  const scaler = new ClusterScaler({
    client,
    namespace: 'llm',
    fleet: () => fleet,
    readLoad: async (address) => (address === '10.0.0.3' ? null : report),
    signal: new AbortController().signal,
  })
  expect((await scaler.loads()).map(({ gateway }) => gateway)).toEqual(['stays', 'drains'])
  expect(scaler.asked).toEqual({ gateways: 2, told: 2 })
})
