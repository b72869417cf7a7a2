import type { Fleet } from '../../../fleet/index.ts'
import { imageAt } from '../../rendering/index.ts'
import { always, profiles, pullPolicy } from '../defaults.ts'
import type { Layout } from '../layout.ts'
import { serviceNames } from '../names.ts'
import { joining, networks } from '../networks.ts'
import type { ComposeService, HealthCheck, ProjectPart, ServiceEntry } from '../types.ts'
import { bundleImages } from './images.ts'
import { langfuseExample, langfuseFile } from './langfuse-variables.ts'

const ports = { web: 3000, worker: 3030, storage: 9000, storageOutside: 9010, webOutside: 3001 } as const
const volumes = {
  postgres: 'langfuse-postgres',
  clickhouse: 'langfuse-clickhouse',
  clickhouseLogs: 'langfuse-clickhouse-logs',
  redis: 'langfuse-redis',
  storage: 'langfuse-storage',
} as const
const bucket = 'langfuse'

/** Langfuse with everything that its current major needs (https://langfuse.com/self-hosting). */
export function langfusePart({ fleet }: Layout): ProjectPart {
  if (!fleet.targets.compose.bundle.includes('langfuse')) return { services: [] }
  const databases = [
    serviceNames.langfusePostgres,
    serviceNames.langfuseClickhouse,
    serviceNames.langfuseRedis,
    serviceNames.langfuseStorage,
  ]
  const depends_on = Object.fromEntries(databases.map((name) => [name, { condition: 'service_healthy' as const }]))
  const common = { profiles: [profiles.langfuse], ...pullPolicy(fleet) }
  const application = {
    restart: 'unless-stopped' as const,
    stop_grace_period: '1m',
    depends_on,
    env_file: [langfuseFile],
  }
  const entry = (
    name: string,
    image: string,
    rest: Omit<ComposeService, 'image' | 'logging'>,
    comments?: ServiceEntry['comments'],
  ): ServiceEntry => ({
    name,
    service: { image: imageAt(image, fleet), ...common, ...rest, ...always },
    ...(comments === undefined ? {} : { comments }),
  })
  return {
    services: [
      entry(
        serviceNames.langfuseWeb,
        bundleImages.langfuseWeb,
        {
          ...application,
          environment: { ...settings, ...project(fleet), HOSTNAME: '0.0.0.0' },
          ports: [`127.0.0.1:${ports.webOutside}:${ports.web}`],
          networks: joining(networks.langfuse),
          healthcheck: asking(ports.web, '/api/public/health', '3m'),
          cap_drop: ['ALL'],
        },
        [
          {
            path: ['environment', 'HOSTNAME'],
            text: 'Else it listens on the address of its host name only, and not where the check asks.',
          },
        ],
      ),
      entry(serviceNames.langfuseWorker, bundleImages.langfuseWorker, {
        ...application,
        environment: {
          ...settings,
          LANGFUSE_S3_MEDIA_UPLOAD_ENDPOINT: `http://${serviceNames.langfuseStorage}:${ports.storage}`,
        },
        networks: joining(networks.langfuse),
        healthcheck: asking(ports.worker, '/api/health', '3m'),
        cap_drop: ['ALL'],
      }),
      entry(serviceNames.langfusePostgres, bundleImages.postgres, {
        restart: 'unless-stopped',
        stop_grace_period: '1m',
        environment: { POSTGRES_USER: 'langfuse', POSTGRES_DB: 'langfuse', TZ: 'UTC', PGTZ: 'UTC' },
        env_file: [langfuseFile],
        volumes: [{ type: 'volume', source: volumes.postgres, target: '/var/lib/postgresql/data' }],
        networks: joining(networks.langfuse),
        healthcheck: check(['CMD', 'pg_isready', '--quiet', '--username', 'langfuse'], '1m'),
        shm_size: '256mb',
      }),
      entry(serviceNames.langfuseClickhouse, bundleImages.clickhouse, {
        user: '101:101',
        restart: 'unless-stopped',
        stop_grace_period: '1m',
        environment: { CLICKHOUSE_DB: 'default', CLICKHOUSE_USER: 'langfuse' },
        env_file: [langfuseFile],
        volumes: [
          { type: 'volume', source: volumes.clickhouse, target: '/var/lib/clickhouse' },
          { type: 'volume', source: volumes.clickhouseLogs, target: '/var/log/clickhouse-server' },
        ],
        networks: joining(networks.langfuse),
        healthcheck: asking(8123, '/ping', '1m'),
        ulimits: { nofile: 262_144 },
      }),
      entry(
        serviceNames.langfuseRedis,
        bundleImages.redis,
        {
          user: '999:999',
          entrypoint: [
            '/bin/sh',
            '-c',
            'exec redis-server --requirepass "$REDIS_AUTH" --maxmemory-policy noeviction --appendonly yes --dir /data',
          ],
          restart: 'unless-stopped',
          stop_grace_period: '30s',
          env_file: [langfuseFile],
          volumes: [{ type: 'volume', source: volumes.redis, target: '/data' }],
          networks: joining(networks.langfuse),
          healthcheck: check(['CMD-SHELL', 'REDISCLI_AUTH="$REDIS_AUTH" redis-cli ping | grep -q PONG'], '30s'),
          cap_drop: ['ALL'],
        },
        [{ path: ['entrypoint'], text: 'Its queues must not be evicted.' }],
      ),
      entry(
        serviceNames.langfuseStorage,
        bundleImages.minio,
        {
          entrypoint: [
            '/bin/sh',
            '-c',
            `mkdir -p /data/${bucket} && exec minio server --address :${ports.storage} /data`,
          ],
          restart: 'unless-stopped',
          stop_grace_period: '30s',
          env_file: [langfuseFile],
          volumes: [{ type: 'volume', source: volumes.storage, target: '/data' }],
          ports: [`127.0.0.1:${ports.storageOutside}:${ports.storage}`],
          networks: joining(networks.langfuse),
          healthcheck: check(['CMD', 'mc', 'ready', 'local'], '30s'),
        },
        [
          {
            path: ['image'],
            text: 'fairlead-ignore image-floating-tag: its publisher has no other tag without a contract; pin the digest that you tried',
          },
          { path: ['ports'], text: 'Browsers fetch media of traces from it, by the address in langfuse.env.' },
        ],
      ),
    ],
    volumes: Object.values(volumes),
    files: [
      {
        path: 'langfuse.env.example',
        text: langfuseExample(fleet, { web: ports.webOutside, storage: ports.storageOutside }),
      },
    ],
  }
}

const check = (test: readonly string[], startPeriod: string): HealthCheck => ({
  test,
  interval: '15s',
  timeout: '5s',
  retries: 5,
  start_period: startPeriod,
  start_interval: '2s',
})

const asking = (port: number, path: string, startPeriod: string) =>
  check(['CMD', 'wget', '-q', '-O', '/dev/null', `http://127.0.0.1:${port}${path}`], startPeriod)

/** What web and worker are told that is no secret. */
const settings = {
  DATABASE_HOST: serviceNames.langfusePostgres,
  DATABASE_USERNAME: 'langfuse',
  DATABASE_NAME: 'langfuse',
  CLICKHOUSE_MIGRATION_URL: `clickhouse://${serviceNames.langfuseClickhouse}:9000`,
  CLICKHOUSE_URL: `http://${serviceNames.langfuseClickhouse}:8123`,
  CLICKHOUSE_USER: 'langfuse',
  CLICKHOUSE_CLUSTER_ENABLED: 'false',
  REDIS_HOST: serviceNames.langfuseRedis,
  REDIS_PORT: '6379',
  TELEMETRY_ENABLED: 'false',
  ...storageSettings('EVENT_UPLOAD', 'events/'),
  ...storageSettings('MEDIA_UPLOAD', 'media/'),
} as const

function storageSettings(use: string, prefix: string): Record<string, string> {
  const name = `LANGFUSE_S3_${use}`
  return {
    [`${name}_BUCKET`]: bucket,
    [`${name}_REGION`]: 'auto',
    // Where browsers fetch media is theirs to say: langfuse.env.
    ...(use === 'MEDIA_UPLOAD'
      ? {}
      : { [`${name}_ENDPOINT`]: `http://${serviceNames.langfuseStorage}:${ports.storage}` }),
    [`${name}_FORCE_PATH_STYLE`]: 'true',
    [`${name}_PREFIX`]: prefix,
  }
}

/** The project that the gateway’s keys belong to, made at the first start. */
function project({ name, observe }: Fleet): Record<string, string> {
  if (observe.langfuse === undefined) return {}
  return {
    LANGFUSE_INIT_ORG_ID: 'fairlead',
    LANGFUSE_INIT_ORG_NAME: 'Fairlead',
    LANGFUSE_INIT_PROJECT_ID: name,
    LANGFUSE_INIT_PROJECT_NAME: name,
    LANGFUSE_INIT_PROJECT_PUBLIC_KEY: observe.langfuse.publicKey,
  }
}
