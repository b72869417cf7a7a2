import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Environment } from '../../../files/index.ts'
import type { Evidence } from '../../contract.ts'
import { gatewayEvidence } from '../../gateway-evidence.ts'
import { findProject } from './containers.ts'
import type { Docker } from './docker.ts'
import { readComposeStatus } from './status.ts'

/** Of each container: enough to see why it ended, and nothing of its environment, where secrets may be. */
const containerFormat =
  '{"name":{{json .Name}},"image":{{json .Config.Image}},"state":{{json .State}},"restarts":{{json .RestartCount}},"limits":{"memory":{{json .HostConfig.Memory}},"shm":{{json .HostConfig.ShmSize}}},"devices":{{json .HostConfig.DeviceRequests}}}'

/** What a Docker host knows of a Fleet beside its logs: the project, its containers, Docker itself, and its gateway. */
export async function readComposeEvidence(
  fleet: string,
  environment: Environment,
  docker: Docker,
): Promise<readonly Evidence[]> {
  const found = await findProject(fleet, docker)
  const versions: Evidence = {
    path: 'docker/version.txt',
    read: async (signal) =>
      `${await docker.run(['version'], { signal })}\n${await docker.run(['compose', 'version'], { signal })}`,
  }
  if (found === undefined) return [versions]
  const { gateway } = await readComposeStatus(fleet, docker, environment['FAIRLEAD_API_KEY'])
  const admin = gateway?.admin ?? ''
  const reach = async <Result>(use: (adminUrl: string) => Promise<Result>): Promise<Result> => {
    if (admin === '') throw new Error('gateway.admin is not published: set it in the Fleet')
    return use(admin)
  }
  return [
    versions,
    { path: 'docker/compose.yaml', read: () => readFile(join(found.folder, 'compose.yaml'), 'utf8') },
    { path: 'docker/containers.json', read: async () => found.containers },
    {
      path: 'docker/inspect.jsonl',
      read: (signal) =>
        docker.run(['inspect', '--format', containerFormat, ...found.containers.map(({ name }) => name)], { signal }),
    },
    ...gatewayEvidence('gateway', reach, environment['FAIRLEAD_API_KEY']),
  ]
}
