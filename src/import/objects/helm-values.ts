import { fieldsAt, itemsAt, shown, textAt } from '../container/fields.ts'
import { podFields, settleRuntimeClass, type FieldRule } from '../container/pod-fields.ts'
import { settleNodeTerms } from '../container/settle-placement.ts'
import { dropped, needsYou, place, translated } from '../verdict.ts'
import type { ManifestDocument } from '../../manifests/contract.ts'
import type { Scene } from '../scene.ts'
import { noteField, type ObjectContext, type ObjectReader } from './context.ts'
import { readLeftovers } from './custom-resource.ts'

/** Fields of `modelSpec` of the production stack that are facts of their own (vllm-stack 0.1.12). */
const modelSpecFields = new Set([
  'name',
  'repository',
  'tag',
  'modelURL',
  'replicaCount',
  'requestCPU',
  'requestMemory',
  'requestGPU',
  'requestGPUType',
  'limitCPU',
  'limitMemory',
  'pvcStorage',
  'vllmConfig',
  'hf_token',
  'env',
  'envFrom',
  'shmSize',
  'enableLoRA',
  'enableTool',
  'toolCallParser',
  'chatTemplate',
  'maxModelLen',
  'dtype',
  'maxNumSeqs',
  'lmcacheConfig',
  'nodeSelectorTerms',
  'affinity',
  'tolerations',
  'nodeName',
])
const vllmConfigFields = new Set([
  'maxModelLen',
  'dtype',
  'tensorParallelSize',
  'pipelineParallelSize',
  'maxNumSeqs',
  'gpuMemoryUtilization',
  'maxLoras',
  'runner',
  'convert',
  'port',
  'enableChunkedPrefill',
  'enablePrefixCaching',
  'extraArgs',
])

/** Routing of the production stack's router and the Fleet's. */
const policies: Readonly<Record<string, string>> = {
  roundrobin: 'roundRobin',
  session: 'auto',
  prefixaware: 'prefix',
  kvaware: 'prefixExact',
  disaggregated_prefill: 'auto',
  disaggregated_prefill_orchestrated: 'auto',
}

/** What values of a chart say beside their engines. */
export const readHelmValues: ObjectReader = (document, context) => {
  const scenes = context.scenes.filter(({ invocation }) => invocation.document === document)
  const [first] = scenes
  if (first === undefined) return
  if (document.chart === 'production-stack') {
    for (const scene of scenes) {
      const path = scene.container?.path ?? []
      readCache(document, path, scene, context)
      readPlacement(document, path, scene, context)
      readLeftovers(document, path, modelSpecFields, scene, context)
      readLeftovers(document, [...path, 'vllmConfig'], vllmConfigFields, scene, context)
    }
    readRouter(document, context)
    const known = new Set(['modelSpec', 'tolerations', 'vllmApiKey', 'startupProbe', 'livenessProbe', 'readinessProbe'])
    for (const field of fieldsAt(document, ['servingEngineSpec'])) {
      if (known.has(field.name)) continue
      const isEmpty = field.value === null || field.value === ''
      const verdict =
        isEmpty || field.name === 'enableEngine' || field.name.endsWith('Port')
          ? dropped(isEmpty ? 'It says nothing.' : 'Fairlead makes the objects of engines.')
          : field.name === 'runtimeClassName'
            ? settleRuntimeClass(field, context.fleet)
            : needsYou(
                `A Fleet has no field for ${field.name} of all engines.`,
                'Write what it says into each model, if you need it.',
              )
      context.account.note('setting', `${field.name} ${shown(field.value)}`, field.position, verdict)
    }
  }
  if (document.chart === 'llm-d-modelservice') readModelArtifacts(document, scenes, context)
  const read =
    document.chart === 'production-stack'
      ? ['servingEngineSpec', 'routerSpec']
      : ['modelArtifacts', 'decode', 'prefill']
  if (document.chart === undefined || document.chart === 'unknown') return
  for (const { name, position } of fieldsAt(document, [])) {
    if (read.includes(name)) continue
    const verdict =
      name === 'routing'
        ? { ...translated('routing', 'The gateway of the Fleet chooses replicas.'), ofFleet: true }
        : name === 'accelerator' && textAt(document, ['accelerator', 'type']) === 'nvidia'
          ? dropped('NVIDIA GPUs are what a Fleet means without a word.')
          : needsYou(
              `A Fleet has no field for ${name} of the chart.`,
              'Write what it says into the Fleet, if you need it.',
            )
    context.account.note('setting', name, position, verdict)
  }
}

/** Nodes of one entry of `modelSpec`, and the tolerations that all entries share. */
function readPlacement(
  document: ManifestDocument,
  path: readonly (string | number)[],
  scene: Scene,
  { account }: ObjectContext,
): void {
  const rules: Readonly<Record<string, FieldRule>> = { ...podFields, nodeSelectorTerms: settleNodeTerms }
  const names = new Set(['nodeSelectorTerms', 'affinity', 'tolerations', 'nodeName'])
  const own = fieldsAt(document, path).filter(({ name }) => names.has(name))
  const shared = fieldsAt(document, ['servingEngineSpec']).filter(({ name }) => name === 'tolerations')
  for (const field of [...own, ...shared]) {
    const rule = rules[field.name]
    if (typeof rule !== 'function' || field.value === null || field.value === '') continue
    if (Array.isArray(field.value) && field.value.length === 0) continue
    account.note('placement', field.name, field.position, rule(field, document, scene, account), scene.model)
  }
}

/** `lmcacheConfig`: tiers of the KV cache in memory and on disk, in GB. */
function readCache(
  document: ManifestDocument,
  path: readonly (string | number)[],
  { model }: Scene,
  { account }: ObjectContext,
): void {
  for (const { name, value, path: at, position } of fieldsAt(document, [...path, 'lmcacheConfig'])) {
    const text = shown(value)
    const medium = { cpuOffloadingBufferSize: 'memory', diskOffloadingBufferSize: 'disk' }[name]
    const isOn = textAt(document, [...path, 'lmcacheConfig', 'enabled']) !== 'false'
    const what = `lmcacheConfig.${name}: ${text}`
    if (!isOn) account.note('setting', what, position, dropped('It is switched off.'), model)
    else if (name === 'enabled')
      account.note(
        'setting',
        what,
        position,
        translated('kvCache.tiers', 'Tiers of the Fleet’s KV cache say the same.'),
        model,
      )
    else if (medium !== undefined && /^\d+$/.test(text) && Number(text) > 0) {
      model.push('kvCache.tiers', { medium, size: `${text}G` }, document.at(at))
      account.note('setting', what, position, { outcome: 'kept', field: 'kvCache.tiers' }, model)
    } else
      account.note(
        'setting',
        what,
        position,
        needsYou(`A Fleet has no field for ${name} of LMCache.`, 'Write kvCache.tiers.'),
        model,
      )
  }
}

/** What the values of llm-d's modelservice chart say beside containers. */
function readModelArtifacts(document: ManifestDocument, scenes: readonly Scene[], { account }: ObjectContext): void {
  const [first] = scenes
  if (first === undefined) return
  for (const { name, value, path, position } of fieldsAt(document, ['modelArtifacts'])) {
    const text = shown(value)
    if (name === 'uri' || name === 'name') continue
    if (name === 'authSecretName' && /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text)) {
      for (const { model } of scenes)
        model.set('token', { secretRef: { name: text, key: 'HF_TOKEN' } }, document.at(path))
      account.note(
        'setting',
        `${name}: ${text}`,
        position,
        translated('token', 'The chart reads the key HF_TOKEN of the Secret.'),
        first.model,
      )
    } else
      account.note(
        'setting',
        `${name}: ${text}`,
        position,
        name === 'size' || name === 'mountPath'
          ? dropped('The model store keeps models where storage.models says.')
          : needsYou(`A Fleet has no field for ${name}.`, 'Write what it says into the Fleet, if you need it.'),
        first.model,
      )
  }
  for (const scene of scenes) {
    const [role] = scene.container?.path ?? []
    if (role !== undefined)
      readLeftovers(
        document,
        [role],
        new Set([
          'create',
          'replicas',
          'parallelism',
          'containers',
          'tolerations',
          'affinity',
          'nodeSelector',
          'volumes',
          'initContainers',
          'imagePullSecrets',
        ]),
        scene,
        { account },
      )
  }
}

const readRouter: ObjectReader = (document, context) => {
  const { fleet } = context
  for (const { name, value, path, position } of fieldsAt(document, ['routerSpec'])) {
    const text = shown(value)
    const what = `router ${name}: ${text}`
    if (name === 'replicaCount' && /^\d+$/.test(text) && Number(text) >= 1)
      noteField(
        context,
        document,
        path,
        what,
        place({ draft: fleet, field: 'gateway.replicas', value: Number(text), from: position, ofFleet: true }),
      )
    else if (name === 'routingLogic') {
      const policy = policies[text]
      noteField(
        context,
        document,
        path,
        what,
        policy === undefined
          ? needsYou(`A Fleet has no routing ${text}.`, 'Write routing.policy.')
          : policy === 'auto'
            ? { ...translated('routing.policy', 'The gateway of the Fleet chooses replicas.'), ofFleet: true }
            : place({
                draft: fleet,
                field: 'routing.policy',
                value: policy,
                from: position,
                ofFleet: true,
                why: 'The gateway of the Fleet chooses replicas.',
              }),
      )
      if (text === 'session') fleet.set('routing.session.enabled', true, position)
    } else if (name === 'sessionKey' && text.length <= 63)
      noteField(
        context,
        document,
        path,
        what,
        place({ draft: fleet, field: 'routing.session.header', value: text, from: position, ofFleet: true }),
      )
    else if (name === 'serviceType' && ['ClusterIP', 'NodePort', 'LoadBalancer'].includes(text))
      noteField(
        context,
        document,
        path,
        what,
        place({ draft: fleet, field: 'targets.kubernetes.serviceType', value: text, from: position, ofFleet: true }),
      )
    else if (name === 'servicePort' && /^\d+$/.test(text))
      noteField(
        context,
        document,
        path,
        what,
        place({
          draft: fleet,
          field: 'targets.kubernetes.servicePort',
          value: Number(text),
          from: position,
          ofFleet: true,
        }),
      )
    else if (name === 'ingress' && textAt(document, [...path, 'enabled']) === 'true') {
      const host = itemsAt(document, [...path, 'hosts'])[0]
      const named = host === undefined ? undefined : textAt(document, [...host.path, 'host'])
      noteField(
        context,
        document,
        path,
        what,
        named === undefined
          ? needsYou('It names no host.', 'Write targets.kubernetes.ingress.host.')
          : place({
              draft: fleet,
              field: 'targets.kubernetes.ingress.host',
              value: named,
              from: position,
              ofFleet: true,
            }),
      )
    } else
      noteField(
        context,
        document,
        path,
        what,
        dropped('Fairlead has a gateway of its own, with settings of its own (gateway).'),
      )
  }
}
