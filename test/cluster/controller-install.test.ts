import { expect, it } from 'vitest'
import { controllerManifests } from '../../src/controller/index.ts'
import { applyAll, takenAsTheyAre } from './harness/apply-all.ts'
import { useCluster } from './harness/use-cluster.ts'

const cluster = useCluster()

it.each([undefined, 'llm'])(
  'what installs the controller is taken by an API server as it is (namespace %s)',
  async (only) => {
    const options = {
      namespace: 'fairlead-system',
      targets: ['kubernetes', 'kserve', 'llmd'],
      image: 'x:1',
      replicas: 2,
    } as const
    const objects = controllerManifests({ ...options, fleetNamespace: only })
    const others = objects.filter(({ kind }) => kind !== 'CustomResourceDefinition')
    expect(await applyAll(cluster.client, others)).toEqual(takenAsTheyAre)
  },
)
