import { fleetCrd } from '../../fleet/index.ts'
import type {
  ClusterRole,
  ClusterRoleBinding,
  Deployment,
  KubernetesObject,
  Namespace,
  Role,
  RoleBinding,
  ServiceAccount,
} from '../../kubernetes/index.ts'
import { controllerName } from '../controller-name.ts'
import { controllerRules, leaseRules, type RuleOptions } from './rules.ts'

/** How the controller is installed. */
export interface InstallOptions extends RuleOptions {
  /** Where it runs. */
  readonly namespace: string
  /** The only namespace whose Fleets it reconciles, with rights there alone; all, with a ClusterRole, when absent. */
  readonly fleetNamespace?: string | undefined
  readonly image: string
  /** Copies; one leads. */
  readonly replicas: number
}

const port = 8_081
/** Secret of the controller’s own namespace with the keys by which gateways tell their load, mounted: no right reads Secrets. */
const loadKeys = { secret: `${controllerName}-load-keys`, folder: '/var/run/secrets/fairlead/load-keys' }
const command = ['fairlead', 'controller', '--host', '0.0.0.0', '--port', String(port), '--load-keys', loadKeys.folder]
/** User of our own image. */
const user = 65_532

const labels = {
  'app.kubernetes.io/name': controllerName,
  'app.kubernetes.io/part-of': 'fairlead',
}

/** Everything to apply, in this order. */
export function controllerManifests(options: InstallOptions): KubernetesObject[] {
  const { namespace, fleetNamespace } = options
  const subject = { kind: 'ServiceAccount', name: controllerName, namespace }
  const account: ServiceAccount = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: controllerName, namespace, labels },
    automountServiceAccountToken: false,
  }
  return [
    { ...fleetCrd() },
    ...(namespace === 'default' ? [] : [ownNamespace(namespace)]),
    account,
    ...(fleetNamespace === undefined
      ? clusterRights(options, subject)
      : namespaceRights(controllerName, fleetNamespace, controllerRules(options), subject)),
    ...namespaceRights(`${controllerName}-lease`, namespace, leaseRules(controllerName), subject),
    deployment(options),
  ]
}

/** Pod Security `restricted`: the controller runs without root and without rights. */
function ownNamespace(name: string): Namespace {
  const level = { 'pod-security.kubernetes.io/enforce': 'restricted' }
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { ...labels, ...level } } }
}

interface Subject {
  readonly kind: string
  readonly name: string
  readonly namespace: string
}

const apiGroup = 'rbac.authorization.k8s.io'
const apiVersion = 'rbac.authorization.k8s.io/v1'

function clusterRights(options: RuleOptions, subject: Subject): KubernetesObject[] {
  const metadata = { name: controllerName, labels }
  const role: ClusterRole = { apiVersion, kind: 'ClusterRole', metadata, rules: controllerRules(options) }
  const binding: ClusterRoleBinding = {
    apiVersion,
    kind: 'ClusterRoleBinding',
    metadata,
    roleRef: { apiGroup, kind: 'ClusterRole', name: controllerName },
    subjects: [subject],
  }
  return [role, binding]
}

function namespaceRights(
  name: string,
  namespace: string,
  rules: ReturnType<typeof controllerRules>,
  subject: Subject,
): KubernetesObject[] {
  const metadata = { name, namespace, labels }
  const role: Role = { apiVersion, kind: 'Role', metadata, rules }
  const binding: RoleBinding = {
    apiVersion,
    kind: 'RoleBinding',
    metadata,
    roleRef: { apiGroup, kind: 'Role', name },
    subjects: [subject],
  }
  return [role, binding]
}

const probe = (path: string) => ({ httpGet: { path, port: 'admin' }, periodSeconds: 10, failureThreshold: 3 })

function deployment({ namespace, fleetNamespace, image, replicas, targets }: InstallOptions): Deployment {
  const only = fleetNamespace === undefined ? [] : ['--namespace', fleetNamespace]
  // What it has no rights on, it does not follow either.
  const target = targets.length === 1 ? ['--target', ...targets] : []
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: controllerName, namespace, labels },
    spec: {
      replicas,
      selector: { matchLabels: { 'app.kubernetes.io/name': controllerName } },
      template: {
        metadata: {
          labels,
          annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': String(port) },
        },
        spec: {
          serviceAccountName: controllerName,
          automountServiceAccountToken: true,
          enableServiceLinks: false,
          // Work under way ends in order, and the Lease is let go.
          terminationGracePeriodSeconds: 30,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: user,
            runAsGroup: user,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: 'kubernetes.io/hostname',
              whenUnsatisfiable: 'ScheduleAnyway',
              labelSelector: { matchLabels: { 'app.kubernetes.io/name': controllerName } },
            },
          ],
          containers: [
            {
              name: 'controller',
              image,
              command: [...command, ...only, ...target],
              env: [
                { name: 'HOME', value: '/tmp' },
                { name: 'XDG_CACHE_HOME', value: '/tmp/cache' },
              ],
              ports: [{ name: 'admin', containerPort: port }],
              // Until it listens; a busy node takes its time.
              startupProbe: { ...probe('/healthz'), periodSeconds: 2, failureThreshold: 60 },
              livenessProbe: probe('/healthz'),
              readinessProbe: probe('/readyz'),
              resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '1Gi' } },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
              volumeMounts: [
                { name: 'tmp', mountPath: '/tmp' },
                { name: 'load-keys', mountPath: loadKeys.folder, readOnly: true },
              ],
            },
          ],
          volumes: [
            { name: 'tmp', emptyDir: {} },
            { name: 'load-keys', secret: { secretName: loadKeys.secret, optional: true } },
          ],
        },
      },
    },
  }
}
