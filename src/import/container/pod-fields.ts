import type { ManifestDocument } from '../../manifests/contract.ts'
import type { Verdict } from '../contract.ts'
import type { Account } from '../account.ts'
import type { Scene } from '../scene.ts'
import { dropped, kept, needsYou, place, translated } from '../verdict.ts'
import { isFields, itemsAt, shown, textAt, type FoundField } from './fields.ts'
import { settleAffinity, settleSpread, settleTolerations } from './settle-placement.ts'

/** What becomes of a field; `read-elsewhere` says that its parts are facts of their own. */
export type FieldRule =
  | 'read-elsewhere'
  | ((field: FoundField, document: ManifestDocument, scene: Scene, account: Account) => Verdict)

const drop =
  (why: string): FieldRule =>
  () =>
    dropped(why)

const ask =
  (why: string, fix: string): FieldRule =>
  () =>
    needsYou(why, fix)

const patch = 'Keep it by a patch of the rendered object, if the engine needs it.'

/** A Fleet has one runtime for GPUs on each platform; the first that is found is it. */
export function settleRuntimeClass({ value, position }: FoundField, fleet: Scene['fleet']): Verdict {
  if (value === null || value === '') return dropped('It says nothing.')
  const field = 'targets.kubernetes.runtimeClass'
  return place({ draft: fleet, field, value: shown(value), from: position, ofFleet: true })
}

/** Fields of a pod (core/v1 PodSpec). */
export const podFields: Readonly<Record<string, FieldRule>> = {
  containers: 'read-elsewhere',
  initContainers: 'read-elsewhere',
  volumes: 'read-elsewhere',
  nodeSelector: 'read-elsewhere',
  tolerations: settleTolerations,
  affinity: settleAffinity,
  topologySpreadConstraints: settleSpread,
  priorityClassName: (field, _document, { model }) =>
    place({ draft: model, field: 'placement.priorityClass', value: shown(field.value), from: field.position }),
  imagePullSecrets: (field, document, { fleet }) => {
    for (const { path, position } of itemsAt(document, field.path)) {
      const name = textAt(document, [...path, 'name'])
      if (name !== undefined) fleet.push('storage.images.pullSecrets', name, position)
    }
    return { ...kept('storage.images.pullSecrets'), ofFleet: true }
  },
  nodeName: (field, _document, { model }) => {
    model.set(['placement', 'nodeSelector', 'kubernetes.io/hostname'], shown(field.value), field.position)
    return translated('placement.nodeSelector', 'A name of a node passes the scheduler by; its label does not.')
  },
  hostIPC: drop('Each replica gets a /dev/shm of its own (resources.sharedMemory) in place of the machine’s.'),
  restartPolicy: drop('Replicas are restarted whenever they end.'),
  dnsPolicy: drop('Fairlead leaves the cluster’s own.'),
  schedulerName: ask('A Fleet has no field for another scheduler.', patch),
  enableServiceLinks: drop('Fairlead sets it to false: variables of Services break vLLM.'),
  automountServiceAccountToken: drop('Engines get no token of the cluster.'),
  serviceAccountName: (field) =>
    field.value === 'default'
      ? dropped('default is the default.')
      : needsYou(
          'Engines run without a service account.',
          'If it gives them access to storage, hand that over by a secret (token, storage.models).',
        ),
  serviceAccount: drop('It is the old name of serviceAccountName.'),
  securityContext: drop('Fairlead runs engines without root where their image allows it, and without further rights.'),
  terminationGracePeriodSeconds: drop(
    'Fairlead lets the gateway drain first (gateway.drain) and gives engines the time that this takes.',
  ),
  runtimeClassName: (field, _document, { fleet }) => settleRuntimeClass(field, fleet),
  hostNetwork: ask(
    'Replicas have addresses of their own.',
    'Where pools move KV blocks over RDMA, keep it by a patch of the rendered object.',
  ),
}

/** Fields of a container (core/v1 Container). */
export const containerFields: Readonly<Record<string, FieldRule>> = {
  name: 'read-elsewhere',
  image: 'read-elsewhere',
  command: 'read-elsewhere',
  args: 'read-elsewhere',
  env: 'read-elsewhere',
  envFrom: 'read-elsewhere',
  resources: 'read-elsewhere',
  volumeMounts: 'read-elsewhere',
  ports: 'read-elsewhere',
  livenessProbe: 'read-elsewhere',
  readinessProbe: 'read-elsewhere',
  startupProbe: 'read-elsewhere',
  imagePullPolicy: (field, _document, { fleet }) => {
    const value = shown(field.value)
    if (value === 'IfNotPresent') return { ...kept('storage.images.pullPolicy'), ofFleet: true }
    return place({ draft: fleet, field: 'storage.images.pullPolicy', value, from: field.position, ofFleet: true })
  },
  securityContext: (field) => {
    const isPrivileged = isFields(field.value) && field.value['privileged'] === true
    return isPrivileged
      ? needsYou(
          'The container had every right on its machine; no engine needs that.',
          'Where it was for RDMA, keep IPC_LOCK by a patch of the rendered object.',
        )
      : dropped('Fairlead runs engines without root where their image allows it, and without further rights.')
  },
  lifecycle: drop('Fairlead takes a replica out of the gateway, lets it drain, and only then stops it.'),
  workingDir: ask('Engines start in the folder of their image.', 'Write paths in engineArgs from the root.'),
  tty: drop('Engines read no terminal.'),
  stdin: drop('Engines read no terminal.'),
  terminationMessagePath: drop('Fairlead keeps logs of engines.'),
  terminationMessagePolicy: drop('Fairlead keeps logs of engines.'),
}

/** Fields of a workload beside its pod (apps/v1, batch/v1). */
export const workloadFields: Readonly<Record<string, FieldRule>> = {
  replicas: 'read-elsewhere',
  template: 'read-elsewhere',
  leaderWorkerTemplate: 'read-elsewhere',
  startupPolicy: drop('Fairlead starts the machines of a replica in the order that they need.'),
  networkConfig: drop('Fairlead makes the names by which the machines of a replica find each other.'),
  volumeClaimTemplates: ask(
    'Each replica had a claim of its own.',
    'Write storage.models.kind: claimPerModel, or keep models on a claim that all share.',
  ),
  selector: drop('Fairlead sets labels and selectors itself.'),
  strategy: (field, document, { model }) => {
    const unavailable = document.get([...field.path, 'rollingUpdate', 'maxUnavailable'])
    if (typeof unavailable === 'number' && unavailable > 0 && unavailable <= 1000) {
      return place({ draft: model, field: 'rollout.maxUnavailable', value: unavailable, from: field.position })
    }
    if (textAt(document, [...field.path, 'type']) !== 'Recreate')
      return dropped('Fairlead updates without a missing replica (rollout.maxUnavailable: 0).')
    return place({
      draft: model,
      field: 'rollout.maxUnavailable',
      value: 1,
      from: field.position,
      why: 'Recreate stops a replica before its successor starts, which frees its GPU.',
    })
  },
  updateStrategy: drop('Fairlead updates without a missing replica (rollout.maxUnavailable: 0).'),
  serviceName: drop('Fairlead makes the Services of replicas.'),
  podManagementPolicy: drop('Replicas start at the same time.'),
  revisionHistoryLimit: drop('Fairlead keeps the last ten revisions.'),
  progressDeadlineSeconds: drop('startupBudget says how long a start may take.'),
  minReadySeconds: drop('The gateway sends requests as soon as a replica answers its probe.'),
  backoffLimit: drop('Replicas are restarted whenever they end.'),
  parallelism: 'read-elsewhere',
  completions: drop('A Fleet serves until it is stopped.'),
}

/** Fields of a Compose service (compose-spec 05-services). */
export const composeFields: Readonly<Record<string, FieldRule>> = {
  image: 'read-elsewhere',
  command: 'read-elsewhere',
  entrypoint: 'read-elsewhere',
  environment: 'read-elsewhere',
  env_file: 'read-elsewhere',
  ports: 'read-elsewhere',
  volumes: 'read-elsewhere',
  shm_size: 'read-elsewhere',
  ipc: 'read-elsewhere',
  gpus: 'read-elsewhere',
  deploy: 'read-elsewhere',
  healthcheck: 'read-elsewhere',
  networks: 'read-elsewhere',
  scale: 'read-elsewhere',
  mem_limit: 'read-elsewhere',
  cpus: 'read-elsewhere',
  runtime: drop('The GPU reservation of the service is enough.'),
  restart: drop('Replicas are restarted whenever they end.'),
  container_name: drop('Clients ask by names of services; containers of Fairlead are named after the model.'),
  hostname: drop('Clients ask by names of services.'),
  depends_on: drop('The gateway waits for engines; nothing else has to.'),
  logging: drop('`fairlead logs` shows logs of engines.'),
  stop_grace_period: drop('The gateway drains first (gateway.drain).'),
  ulimits: drop('Fairlead sets the limits that engines need.'),
  expose: drop('The gateway reaches engines by itself.'),
  tty: drop('Engines read no terminal.'),
  stdin_open: drop('Engines read no terminal.'),
  security_opt: drop('Fairlead runs engines without further rights.'),
  user: drop('Fairlead runs engines without root where their image allows it.'),
  pull_policy: drop('storage.images.pullPolicy says when images are pulled.'),
  platform: drop('The image is chosen for the machine.'),
  labels: ask('Fairlead sets labels of its own.', 'Where a proxy such as Traefik reads them, put them on the gateway.'),
  privileged: ask('The container had every right on its machine; no engine needs that.', 'Leave it out.'),
  cap_add: ask('Engines get no further rights.', patch),
  devices: 'read-elsewhere',
  network_mode: ask('Replicas are reached by the gateway only.', 'Clients reach gateway.listen.'),
  build: ask('The image is built from a Dockerfile.', 'Build and push it, and write its name into image.'),
  profiles: drop('Every model of a Fleet runs.'),
  extra_hosts: ask('A Fleet has no field for further hosts.', patch),
}
