import { expect, it } from 'vitest'
import { fleetSchema } from '../../fleet/index.ts'
import { poolsToScale } from '../../targets/index.ts'
import { othersClaim, ownClaim } from './scaling-claim.ts'

const bounds = { engine: 'simulated', minReplicas: 0, maxReplicas: 3 }
const poolsOf = (...models: readonly object[]) => poolsToScale(fleetSchema.parse({ name: 'lab', models }))
const place = { namespace: 'llm', name: 'lab' }

// proves B10, B11 (real part)
it('says which models follow their load, and why they do not where the key is missing', () => {
  const { scaled } = poolsOf({ name: 'chat', ...bounds })
  expect(ownClaim(place, scaled, { kind: 'begins' })).toBeUndefined()
  expect(ownClaim(place, scaled, { kind: 'works' })).toMatchObject({
    status: 'True',
    message: 'By load: chat 0 to 3 replicas.',
  })
  const asked = { gateways: 2, told: 0 }
  expect(ownClaim(place, scaled, { kind: 'blind', asked, hasKey: false })).toMatchObject({
    status: 'False',
    reason: 'LoadUnknown',
    message: expect.stringMatching(/^0 of 2 gateways .* llm\.lab /),
  })
})

it('says who scales where it does not: HPA, KEDA, nobody, or the platform', () => {
  const pools = poolsOf(
    { name: 'a', ...bounds, autoscale: { by: 'keda' } },
    { name: 'b', ...bounds, minReplicas: 1, autoscale: { by: 'hpa' } },
    { name: 'c', ...bounds, autoscale: { by: 'none' } },
  )
  expect(othersClaim('kubernetes', pools)).toMatchObject({
    reason: 'LeftToOthers',
    message: expect.stringContaining('a by KEDA, b by a HorizontalPodAutoscaler, c by nobody'),
  })
  expect(othersClaim('kserve', poolsOf({ name: 'a', ...bounds }))).toMatchObject({
    reason: 'LeftToPlatform',
    message: expect.stringContaining('KServe'),
  })
  expect(othersClaim('llmd', poolsOf({ name: 'a', engine: 'simulated', replicas: 2 }))).toBeUndefined()
})
