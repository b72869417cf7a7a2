import type { Fleet } from '../../../fleet/index.ts'
import { imageAt } from '../../rendering/index.ts'
import { locked, pullPolicy } from '../defaults.ts'
import { variables } from '../environment.ts'
import type { Layout } from '../layout.ts'
import { serviceNames } from '../names.ts'
import { joining, networks } from '../networks.ts'
import { secretMounts } from '../secret-files.ts'
import type { ComposeService, ProjectPart } from '../types.ts'
import { bundleImages } from './images.ts'

const port = 6379
const volume = 'redis'
/** The user of the image, by number (docker-library/redis, Dockerfile). */
const user = '999:999'

/** Whether the project has a Redis of its own: where the Fleet keeps its state in one and names none, or asks for it. */
export function hasRedis({ storage, targets }: Fleet): boolean {
  return (storage.state.kind === 'redis' && storage.state.url === undefined) || targets.compose.bundle.includes('redis')
}

/** What the gateway has to do with the project’s Redis. */
interface GatewayState {
  readonly environment: Readonly<Record<string, string>>
  readonly networks: readonly string[]
  readonly dependsOn?: string
}

/** What the gateway is told of it: its address, unless the Fleet names another. */
export function gatewayState({ storage }: Fleet): GatewayState {
  if (storage.state.kind !== 'redis' || storage.state.url !== undefined) return { environment: {}, networks: [] }
  return {
    environment: { FAIRLEAD_STORAGE_STATE_URL: `redis://${serviceNames.redis}:${port}` },
    networks: [networks.state],
    dependsOn: serviceNames.redis,
  }
}

/** Redis for what gateways share. */
export function redisPart({ fleet, secretFiles }: Layout): ProjectPart {
  if (!hasRedis(fleet)) return { services: [] }
  const { password } = fleet.storage.state
  const files = secretFiles.filter(({ path }) => path === 'storage.state.password')
  const [file] = files
  // The client reads REDISCLI_AUTH, so that the check needs no password on its command line.
  const given = password === undefined ? '' : file === undefined ? '$PASSWORD' : `$(cat '${file.target}')`
  const server = ['redis-server', '--appendonly', 'yes', '--maxmemory-policy', 'noeviction', '--dir', '/data']
  const service: ComposeService = {
    image: imageAt(bundleImages.redis, fleet),
    ...pullPolicy(fleet),
    user,
    ...(given === ''
      ? { entrypoint: server.slice(0, 1), command: server.slice(1) }
      : { entrypoint: ['/bin/sh', '-c', `exec "$@" --requirepass "${given}"`, 'sh'], command: server }),
    restart: 'unless-stopped',
    stop_grace_period: '30s',
    ...(password?.env === undefined ? {} : { environment: variables([{ name: 'PASSWORD', secret: password }]) }),
    ...(files.length === 0 ? {} : { secrets: secretMounts(files) }),
    volumes: [{ type: 'volume', source: volume, target: '/data' }],
    networks: joining(networks.state),
    healthcheck: {
      test: ['CMD-SHELL', `${given === '' ? '' : `REDISCLI_AUTH="${given}" `}redis-cli ping | grep -q PONG`],
      interval: '10s',
      timeout: '3s',
      retries: 3,
      start_period: '30s',
      start_interval: '1s',
    },
    ...locked,
  }
  return {
    services: [
      {
        name: serviceNames.redis,
        service,
        comments: [
          {
            path: ['command'],
            text: 'What is counted and kept there must not be evicted, and outlives a restart.',
          },
        ],
      },
    ],
    volumes: [volume],
  }
}
