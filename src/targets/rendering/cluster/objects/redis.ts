import type { Container, Service, StatefulSet } from '../../../../kubernetes/index.ts'
import type { ObjectArtifact } from '../../artifact.ts'
import { imageAt } from '../../images.ts'
import { envVars } from '../container-environment.ts'
import { containerSecurityContext, podSecurityContext, type PodSecurity } from '../container-security.ts'
import type { ClusterContext, PartOfFleet } from '../context.ts'
import { hasOwnRedis, redisPort } from '../state.ts'

/** The last version under the BSD licence that every client library speaks with. */
const image = 'docker.io/library/redis:7.4-bookworm'
/** The user of the image (docker-library/redis, Dockerfile). */
const security: PodSecurity = { user: { id: 999, group: 999 }, readOnlyRoot: true }
/** Counters, keys and jobs are small. */
const diskSize = '2Gi'
const part: PartOfFleet = { component: 'redis' }

/** Redis for what several gateways share, where the Fleet names none of its own. */
export function redisObjects(context: ClusterContext): ObjectArtifact[] {
  if (!hasOwnRedis(context)) return []
  const { names, metadata, selector } = context
  const service: Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata(names.redis, part),
    spec: { selector: selector(part), ports: [{ name: 'redis', port: redisPort, targetPort: 'redis' }] },
  }
  return [
    { kind: 'object', object: service },
    {
      kind: 'object',
      object: statefulSet(context),
      comments: [
        {
          path: ['spec', 'replicas'],
          text: 'One: what several gateways count together (storage.state). A Redis of your own goes by storage.state.url.',
        },
      ],
    },
  ]
}

function statefulSet({ fleet, names, metadata, selector, podLabels }: ClusterContext): StatefulSet {
  const { pullSecrets, pullPolicy } = fleet.storage.images
  const container: Container = {
    name: 'redis',
    image: imageAt(image, fleet),
    imagePullPolicy: pullPolicy,
    ...commandOf(fleet.storage.state.password !== undefined),
    ...passwordOf(fleet.storage.state.password, names.secrets),
    ports: [{ name: 'redis', containerPort: redisPort }],
    readinessProbe: { tcpSocket: { port: 'redis' }, periodSeconds: 5 },
    livenessProbe: { tcpSocket: { port: 'redis' }, periodSeconds: 10, failureThreshold: 6 },
    resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '512Mi' } },
    securityContext: containerSecurityContext(security),
    volumeMounts: [{ name: 'data', mountPath: '/data' }],
  }
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: metadata(names.redis, part),
    spec: {
      replicas: 1,
      serviceName: names.redis,
      selector: { matchLabels: selector(part) },
      template: {
        metadata: { labels: podLabels(part) },
        spec: {
          serviceAccountName: names.gateway,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          ...(pullSecrets.length === 0 ? {} : { imagePullSecrets: pullSecrets.map((name) => ({ name })) }),
          securityContext: podSecurityContext(security, true),
          containers: [container],
        },
      },
      volumeClaimTemplates: [
        {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: diskSize } } },
        },
      ],
    },
  }
}

/** Everything is kept on disk, and nothing is dropped for room: a counter that vanishes lets somebody over a limit. */
function commandOf(hasPassword: boolean): Pick<Container, 'command'> {
  const server = ['redis-server', '--appendonly', 'yes', '--maxmemory-policy', 'noeviction', '--dir', '/data']
  return { command: [...server, ...(hasPassword ? ['--requirepass', '$(REDIS_PASSWORD)'] : [])] }
}

function passwordOf(
  password: ClusterContext['fleet']['storage']['state']['password'],
  secretsName: string,
): Pick<Container, 'env'> {
  return password === undefined ? {} : { env: envVars([{ name: 'REDIS_PASSWORD', secret: password }], secretsName) }
}
