import { isActive, isLoopback, parseListenAddress, type Fleet } from '../../fleet/index.ts'
import type { PlanWarning } from '../../plan/index.ts'
import { adapterNotes, type EngineService } from '../rendering/index.ts'
import { isExpressible } from './environment.ts'
import { hasRedis } from './bundle/index.ts'
import { isOpenOnLoopback } from './gateway.ts'
import { hostNotes } from './host-notes.ts'
import type { Layout, MainLayout } from './layout.ts'
import { note } from './note.ts'

/** What a person should know of a project: errors for what Compose cannot express, warnings for what it does otherwise. */
export function notesOf(layout: MainLayout): PlanWarning[] {
  const { fleet, allEngines, options, hosts } = layout
  return [
    ...allEngines.flatMap((engine) => engineNotes(engine)),
    ...fleet.models.flatMap((model, index) => modelNotes(model, `models[${index}]`)),
    ...adapterNotes(allEngines, 'target compose'),
    ...[layout, ...hosts].flatMap(gpuNotes),
    ...hostNotes(layout),
    ...(options.gateway ? gatewayNotes(fleet) : []),
    ...bundleNotes(fleet),
  ]
}

function engineNotes(engine: EngineService): PlanWarning[] {
  const { path, model, pool, nodes, environment, weights } = engine
  const { min, max } = pool.replicas
  const found: PlanWarning[] = []
  if (nodes > 1) {
    found.push(
      note(
        'error',
        `${path}.parallelism.nodes`,
        `a replica over ${nodes} machines is beyond one Docker host`,
        'spread it over the GPUs of one host (parallelism.nodes: 1), or render for kubernetes',
      ),
    )
  }
  if (max > min) {
    found.push(
      note(
        'warning',
        `${path}.maxReplicas`,
        `nothing scales here: ${min} of up to ${max} replicas run`,
        'say how many run with replicas',
      ),
    )
  }
  if (weights !== null && weights.by !== 'stream' && /^(s3|gs|az|oci|models|model-registry):/.test(weights.source)) {
    found.push(
      note(
        'error',
        `${path.replace(/\..*$/, '')}.source`,
        `the model store does not fetch ${weights.source.split(':')[0]}: sources`,
        'fetch the model to a folder of the host and write file:///path/of/model, which is mounted',
      ),
    )
  }
  if (weights?.source.startsWith('pvc://') === true) {
    found.push(note('error', `${path}.source`, 'there are no claims', 'write file:///path/of/model, which is mounted'))
  }
  for (const entry of environment) {
    if (isExpressible(entry)) continue
    const index = model.env.findIndex(({ name }) => name === entry.name)
    found.push(
      note(
        'error',
        index === -1 ? 'storage.models' : `${path.replace(/\..*$/, '')}.env[${index}].from`,
        `the variable ${entry.name} cannot be filled from a file`,
        `write from: { env: ${entry.name} }, and set it in .env`,
      ),
    )
  }
  return found
}

function modelNotes(model: Fleet['models'][number], path: string): PlanWarning[] {
  const { hardware, chat, addresses } = model
  const found: PlanWarning[] = []
  if (hardware.sharing !== 'exclusive') {
    found.push(
      note(
        'error',
        `${path}.hardware.sharing`,
        `${hardware.sharing} is nothing that Docker hands out`,
        'models that share GPUs name the same hardware.group',
      ),
    )
  }
  if (chat.templateFile !== undefined && !chat.templateFile.startsWith('/')) {
    found.push(
      note(
        'error',
        `${path}.chat.templateFile`,
        'a path that begins nowhere is not found in a container',
        'write an absolute path of the host, which is mounted',
      ),
    )
  }
  const own = addresses.find((address) => isLoopback(URL.parse(address)?.hostname ?? ''))
  if (own !== undefined) {
    found.push(
      note(
        'error',
        `${path}.addresses`,
        `${own} is the gateway’s own container`,
        'write http://host.docker.internal:PORT for an engine on the host that listens on more than loopback',
      ),
    )
  }
  return found
}

/** GPUs of a host are alike, and there are eight in the largest usual ones. */
const mostGpus = 8

function gpuNotes({ fleet: { models }, engines, gpus: { uses }, host }: Layout): PlanWarning[] {
  const kinds = [...new Set(uses.flatMap(({ kind }) => (kind === undefined ? [] : [kind])))]
  const first = models.findIndex(({ name }) => engines.some(({ model, gpus }) => gpus > 0 && model.name === name))
  const path = `models[${Math.max(0, first)}].hardware`
  const placed = uses.map(
    ({ kind, engines: who }, index) => `${index}: ${kind ?? 'any'} for ${[...new Set(who)].join(', ')}`,
  )
  return [
    ...(kinds.length > 1
      ? [
          note(
            'warning',
            `${path}.gpu`,
            `${host === undefined ? 'one host' : `host ${host.name}`} has to have ${kinds.join(' and ')}, in this order of nvidia-smi: ${placed.join('; ')}`,
            'change device_ids to the host’s order, or place models on hosts of their own (targets.compose.hosts)',
          ),
        ]
      : []),
    ...(uses.length > mostGpus
      ? [
          note(
            'warning',
            `${path}.gpus`,
            `${host === undefined ? 'one host' : `host ${host.name}`} has to have ${uses.length} GPUs`,
            'place models on further hosts (targets.compose.hosts), or render for kubernetes',
          ),
        ]
      : []),
  ]
}

function gatewayNotes(fleet: Fleet): PlanWarning[] {
  const { gateway, targets } = fleet
  const { network } = targets.compose
  const { host } = parseListenAddress(gateway.listen)
  return [
    ...(gateway.replicas > 1
      ? [
          note(
            'warning',
            'gateway.replicas',
            `one gateway runs, not ${gateway.replicas}: a port of the host leads to one container`,
            'use the processors of one host with gateway.workers',
          ),
        ]
      : []),
    ...(isOpenOnLoopback(fleet) && network !== undefined
      ? [
          note(
            'warning',
            'targets.compose.network',
            `every container of network ${network} can use the models, since the Fleet has no keys`,
            'add access.keys',
          ),
        ]
      : []),
    ...(/^[\d.]+$|:|^localhost$/.test(host)
      ? []
      : [
          note(
            'error',
            'gateway.listen',
            `ports are published at an IP address, not at ${host}`,
            'write 127.0.0.1, 0.0.0.0 or an address of the host',
          ),
        ]),
  ]
}

function bundleNotes(fleet: Fleet): PlanWarning[] {
  const { observe, storage, targets } = fleet
  const bundled = new Set(targets.compose.bundle)
  const path = 'targets.compose.bundle'
  return [
    ...(bundled.has('grafana') && !bundled.has('prometheus')
      ? [
          note(
            'warning',
            path,
            'Grafana has no Prometheus of the project to ask',
            'add prometheus, or change the address in grafana/provisioning/datasources',
          ),
        ]
      : []),
    ...(hasRedis(fleet) && storage.state.kind === 'redis' && isActive('storage.state.kind') !== true
      ? [note('warning', 'storage.state.kind', 'its Redis runs, and this version’s gateway does not use it yet')]
      : []),
    ...(bundled.has('langfuse') && observe.langfuse !== undefined && isActive('observe.langfuse.url') !== true
      ? [note('warning', 'observe.langfuse', 'its Langfuse runs, and this version’s gateway sends nothing to it yet')]
      : []),
    ...(hasRedis(fleet) && storage.state.kind !== 'redis'
      ? [note('warning', path, 'nothing uses its Redis', 'set storage.state.kind to redis')]
      : []),
    ...(bundled.has('langfuse') && observe.langfuse === undefined
      ? [
          note(
            'warning',
            path,
            'nothing is sent to its Langfuse',
            'set observe.langfuse with url http://langfuse-web:3000',
          ),
        ]
      : []),
  ]
}
