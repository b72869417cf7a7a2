import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { describeTargetContract } from '../../testing/contract-suite.ts'
import { createComposeTarget } from './index.ts'
import { composeSource } from './testing/compose-source.ts'
import { fakeDockerHost } from './testing/fake-world.ts'

// By the fake `docker` beside it, which is held to recordings: no daemon runs where tests run.
describeTargetContract({
  name: 'compose',
  create: async () => {
    const host = fakeDockerHost()
    // Stands for the gateway, which the last step of `apply` asks.
    const gateway = createServer((_request, response) => response.end('{}')).listen(0, '127.0.0.1')
    await once(gateway, 'listening')
    const { port } = gateway.address() as AddressInfo
    const { environment, folder } = host
    return {
      target: createComposeTarget({ environment }),
      environment,
      source: (replicas) =>
        composeSource(
          {
            name: 'lab',
            models: [{ name: 'small', engine: 'simulated', replicas }],
            gateway: { listen: `127.0.0.1:${port}` },
          },
          folder,
        ),
      close: async () => {
        gateway.close()
        host.close()
      },
    }
  },
})
