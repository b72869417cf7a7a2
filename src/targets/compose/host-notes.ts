import { goesByKvEvents } from '../../fleet/index.ts'
import { engineFor } from '../../engines/index.ts'
import type { PlanWarning } from '../../plan/index.ts'
import { isKeyedAtMetrics, scrapeKey } from './bundle/index.ts'
import { keyVariableOf } from './host-key.ts'
import type { HostLayout, MainLayout } from './layout.ts'
import { note } from './note.ts'
import { isHandingOver, type ComposeHost } from './placement.ts'
import { isInGatewayFolder } from './secret-files.ts'

/** What a person should know of the further hosts, and of models that are placed on them. */
export function hostNotes(layout: MainLayout): PlanWarning[] {
  const { models, targets } = layout.fleet
  return [
    ...models.flatMap((_, index) => placementNotes(index, layout)),
    ...targets.compose.hosts.flatMap((host, index) => notesOfHost(host, `targets.compose.hosts[${index}]`, layout)),
  ]
}

function notesOfHost({ name, apiKey }: ComposeHost, path: string, layout: MainLayout): PlanWarning[] {
  const host = layout.hosts.find((each) => each.host.name === name)
  if (host === undefined) {
    return [
      note(
        'warning',
        path,
        `nothing runs on host ${name}`,
        'name it in placement.hosts of a model, or tell its gpus for models that name no host',
      ),
    ]
  }
  return [
    ...(apiKey.file !== undefined && isInGatewayFolder(apiKey.file)
      ? [
          note(
            'error',
            `${path}.apiKey.file`,
            `host ${name} has no file ${apiKey.file}: it lies beside the gateway`,
            'write secretRef: { name, key }, env, or an absolute path, which is that of each host',
          ),
        ]
      : []),
    ...gpuNotes(host, `${path}.gpus`),
    ...metricsNotes(host, layout, `${path}.apiKey`),
    ...host.engines.flatMap((engine) => keyNotes(engine, host)),
  ]
}

/** Whether a model can be where the Fleet says. */
function placementNotes(index: number, { fleet, allEngines }: MainLayout): PlanWarning[] {
  const model = fleet.models[index]
  const path = `models[${index}].placement.hosts`
  const names = model?.placement.hosts ?? []
  if (model === undefined || names.length === 0) return []
  const { hosts } = fleet.targets.compose
  const unknown = names.filter((name) => hosts.every((host) => host.name !== name))
  if (unknown.length > 0) {
    return [
      note(
        'error',
        path,
        `${unknown.join(' and ')} ${unknown.length === 1 ? 'is no host' : 'are no hosts'} of targets.compose.hosts`,
        'add it there with its address and apiKey, or leave placement.hosts out for the gateway’s own host',
      ),
    ]
  }
  const engines = allEngines.filter((engine) => engine.model === model)
  if (engines.length === 0) {
    return [note('error', path, 'somebody else runs engine external', 'leave placement.hosts out')]
  }
  if (engines.some(isHandingOver)) {
    return [
      note(
        'error',
        path,
        'prefill and decode hand KV blocks over within the gateway’s project',
        'leave placement.hosts out, or prefill and decode',
      ),
    ]
  }
  const { group } = model.hardware
  const apart = fleet.models.findIndex(
    (other) =>
      group !== undefined && other.hardware.group === group && other.placement.hosts.join(' ') !== names.join(' '),
  )
  return apart === -1
    ? []
    : [
        note(
          'error',
          path,
          `models of group ${group ?? ''} share GPUs, and models[${apart}] is placed elsewhere`,
          'write the same placement.hosts in both',
        ),
      ]
}

function gpuNotes({ host, gpus: { uses } }: HostLayout, path: string): PlanWarning[] {
  if (host.gpus === 0 || uses.length <= host.gpus) return []
  const message = `models that name host ${host.name} want ${uses.length} GPUs of its ${host.gpus}`
  return [note('error', path, message, 'place some of them elsewhere, or correct the number')]
}

/** Prometheus takes keys from files. */
function metricsNotes(host: HostLayout, { fleet }: MainLayout, path: string): PlanWarning[] {
  const keyed = host.engines.find(isKeyedAtMetrics)
  if (keyed === undefined || !fleet.targets.compose.bundle.includes('prometheus') || scrapeKey(host) !== undefined)
    return []
  return [
    note(
      'warning',
      path,
      `${engineFor(keyed.model.engine).title} on host ${host.host.name} asks Prometheus for the key, which a variable does not bring there`,
      'write secretRef: { name, key }',
    ),
  ]
}

/** What of an engine does not go along with a key, and with a gateway on another host. */
function keyNotes(engine: HostLayout['engines'][number], { host }: HostLayout): PlanWarning[] {
  const { model, path } = engine
  const variable = keyVariableOf(engine)
  const own = model.env.findIndex(({ name }) => name === variable)
  return [
    ...(variable === undefined
      ? [
          note(
            'error',
            `${path}.placement.hosts`,
            `${engineFor(model.engine).title} takes its key as an argument, which every user of host ${host.name} could read`,
            'leave placement.hosts out, or use engine vllm or llamacpp',
          ),
        ]
      : []),
    ...(own === -1
      ? []
      : [
          note(
            'error',
            `${path}.env[${own}]`,
            `${model.env[own]?.name ?? ''} is the key of host ${host.name}`,
            'remove it: targets.compose.hosts says the key',
          ),
        ]),
    ...(model.engine === 'vllm' && goesByKvEvents(model.routing.policy)
      ? [
          note(
            'warning',
            `${path}.placement.hosts`,
            'KV events of further hosts are not published, since they ask for no key: requests are routed by the approximate index',
            'leave placement.hosts out where exact routing matters more',
          ),
        ]
      : []),
  ]
}
