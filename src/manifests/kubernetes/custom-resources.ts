import type { Container, Path } from '../contract.ts'
import { makeContainer } from '../engine/make-container.ts'
import { parseImage } from '../engine/image-reference.ts'
import { lexScript } from '../shell/lex-script.ts'
import { expandWord } from '../shell/expand.ts'
import type { Word } from '../text/word.ts'
import { isFields, numberAt, placedAt, placedNumberAt, textAt, wordAt } from '../tree/look.ts'
import type { TreeDocument } from '../tree/tree-document.ts'
import { parallelismFields, productionStackConfig, productionStackModel, wordsOfFields } from '../values/value-flags.ts'
import type { ObjectIndex } from './config-maps.ts'
import { readContainer, replicasAround, wordsAt } from './containers.ts'
import { readEnvironment } from './environment.ts'

/** Reads the engines of one kind whose controller makes the command. `containers` are those that the object writes out. */
type KindReader = (
  document: TreeDocument,
  containers: readonly Container[],
  objects: ObjectIndex,
) => readonly Container[]

const readers: Readonly<Record<string, KindReader>> = {
  InferenceService: readInferenceService,
  LLMInferenceService: readLlmInferenceService,
  LLMInferenceServiceConfig: readLlmInferenceService,
  VLLMRuntime: readVllmRuntime,
  Model: readKubeAiModel,
}

/** Containers of an object with those that its controller would make. */
export function withCustomResources(
  document: TreeDocument,
  containers: readonly Container[],
  objects: ObjectIndex,
): readonly Container[] {
  return Object.hasOwn(readers, document.kind)
    ? (readers[document.kind]?.(document, containers, objects) ?? containers)
    : containers
}

/** Formats of KServe’s own Hugging Face runtime, and of its vLLM runtime (kserve v0.20, config/runtimes). */
const formats: Readonly<Record<string, 'kserve-huggingface' | 'custom-resource'>> = {
  huggingface: 'kserve-huggingface',
  vllm: 'custom-resource',
}

/** `predictor.model` (serving.kserve.io/v1beta1): a container without a name whose image the runtime gives. */
function readInferenceService(
  document: TreeDocument,
  containers: readonly Container[],
  objects: ObjectIndex,
): readonly Container[] {
  const path: Path = ['spec', 'predictor', 'model']
  if (!isFields(document.get(path))) return containers
  const format = (textAt(document, [...path, 'modelFormat', 'name']) ?? '').toLowerCase()
  const runtime = textAt(document, [...path, 'runtime']) ?? ''
  const container = readContainer(document, path, ['spec', 'predictor'], false, objects)
  const form = formats[format] ?? (/vllm/i.test(runtime) ? 'custom-resource' : undefined)
  const named = { ...container, name: container.name || 'kserve-container' }
  if (form === undefined || container.invocation !== undefined) return [...containers, container]
  const uri = wordAt(document, [...path, 'storageUri']) ?? wordAt(document, [...path, 'storage', 'storageUri'])
  const argv = container.argv as readonly Word[]
  const start = { engine: 'vllm' as const, form, program: [], argv }
  const position = document.at([...path, 'modelFormat', 'name'])
  return [...containers, makeContainer(named, start, { environment: container.environment, model: uri, position })]
}

/** Pods of an LLMInferenceService (v1alpha1, v1alpha2) whose presets make the command; `VLLM_ADDITIONAL_ARGS` is appended to it. */
function readLlmInferenceService(document: TreeDocument, containers: readonly Container[]): readonly Container[] {
  const model = wordAt(document, ['spec', 'model', 'uri'])
  const roles: readonly Path[] = [
    ['spec'],
    ...(isFields(document.get(['spec', 'prefill'])) ? [['spec', 'prefill']] : []),
  ]
  const engines = roles.flatMap((role): Container[] => {
    const written = containers.find(
      (each) => samePath(each.podPath, [...role, 'template']) && !each.isInit && /^(?:main|vllm)$/.test(each.name),
    )
    if (written?.invocation?.form === 'command' || written?.invocation?.form === 'module') return []
    // A command of its own that starts no engine, such as a simulator's, stands in place of the preset's.
    if (written?.overridesEntrypoint === true && written.invocation === undefined) return []
    if (written === undefined && model === undefined) return []
    const argv = [
      ...((written?.argv ?? []) as readonly Word[]),
      ...wordsOfFields(document, [...role, 'parallelism'], parallelismFields),
      ...additionalArguments(document, written),
    ]
    const position = model === undefined ? (written?.position ?? document.at(role)) : model.position
    const base = written ?? emptyContainer(document, role)
    return [
      makeContainer(
        base,
        { engine: 'vllm', form: 'custom-resource', program: [], argv },
        { environment: base.environment, model, position },
      ),
    ]
  })
  const replaced = new Set(engines.map(({ path }) => path.join('/')))
  return [...containers.filter(({ path }) => !replaced.has(path.join('/'))), ...engines]
}

function emptyContainer(document: TreeDocument, path: Path): Container {
  const replicas = replicasAround(document, path)
  return makeContainer({
    name: 'main',
    description: 'kubernetes',
    document,
    path,
    position: document.at(path),
    workload: { kind: document.kind, name: document.name, replicas },
  })
}

/** The words of `VLLM_ADDITIONAL_ARGS`, where they stand. */
function additionalArguments(document: TreeDocument, container: Container | undefined): Word[] {
  if (container === undefined) return []
  const env = [...container.path, 'env']
  const entries = document.get(env)
  const at = Array.isArray(entries)
    ? entries.findIndex((entry) => isFields(entry) && entry['name'] === 'VLLM_ADDITIONAL_ARGS')
    : -1
  const text = at === -1 ? undefined : document.textAt([...env, at, 'value'])
  if (text === undefined) return []
  return lexScript(text.text).flatMap((token) => (token.kind === 'word' ? expandWord(token, text, new Map()) : []))
}

/** VLLMRuntime of the production stack’s operator (production-stack.vllm.ai/v1alpha1). */
function readVllmRuntime(
  document: TreeDocument,
  containers: readonly Container[],
  objects: ObjectIndex,
): readonly Container[] {
  if (!isFields(document.get(['spec', 'model'])) || !isFields(document.get(['spec', 'vllmConfig']))) return containers
  const argv = [
    ...wordsOfFields(document, ['spec', 'model'], productionStackModel),
    ...wordsOfFields(document, ['spec', 'vllmConfig'], productionStackConfig),
    ...wordsAt(document, ['spec', 'vllmConfig', 'extraArgs'], new Map()),
  ]
  const deployment: Path = ['spec', 'deploymentConfig']
  const image = placedAt(document, [...deployment, 'image', 'name'])
  const gpus = [...deployment, 'resources', 'gpu']
  const environment = readEnvironment(document, ['spec', 'vllmConfig'], objects)
  const container = makeContainer(
    {
      name: document.name,
      description: 'kubernetes',
      document,
      path: ['spec'],
      position: document.at(['spec', 'model'], 'key'),
      workload: {
        kind: document.kind,
        name: document.name,
        replicas: placedNumberAt(document, [...deployment, 'replicas']),
      },
      image: image === undefined ? undefined : parseImage(image),
      argv,
      environment,
      gpus:
        document.get(gpus) === undefined
          ? []
          : [
              {
                resource: textAt(document, [...deployment, 'resources', 'gpuType']) ?? 'nvidia.com/gpu',
                count: numberAt(document, gpus),
                position: document.at(gpus),
              },
            ],
    },
    { engine: 'vllm', form: 'custom-resource', program: [], argv },
    {
      environment,
      model: wordAt(document, ['spec', 'model', 'modelURL']),
      position: document.at(['spec', 'model', 'modelURL']),
    },
  )
  return [...containers, container]
}

/** Engines of KubeAI’s Model (kubeai.org/v1, v0.22). */
const kubeAiEngines = { vllm: 'vllm', ollama: 'unknown', fasterwhisper: 'unknown', infinity: 'unknown' } as const

function readKubeAiModel(
  document: TreeDocument,
  containers: readonly Container[],
  objects: ObjectIndex,
): readonly Container[] {
  const engine = (textAt(document, ['spec', 'engine']) ?? '').toLowerCase()
  if (!document.apiVersion.startsWith('kubeai.org/') || !(engine in kubeAiEngines)) return containers
  const argv = wordsAt(document, ['spec', 'args'], new Map())
  const environment = readEnvironment(document, ['spec'], objects)
  const profile = placedAt(document, ['spec', 'resourceProfile'])
  const count = /:(\d+)$/.exec(profile?.text ?? '')?.[1]
  const isGpu = profile !== undefined && !/^cpu/i.test(profile.text)
  const container = makeContainer(
    {
      name: document.name,
      description: 'kubernetes',
      document,
      path: ['spec'],
      position: document.at(['spec'], 'key'),
      workload: {
        kind: document.kind,
        name: document.name,
        replicas: placedNumberAt(document, ['spec', 'replicas']) ?? placedNumberAt(document, ['spec', 'minReplicas']),
      },
      argv,
      environment,
      gpus: isGpu
        ? [
            {
              resource: profile.text.replace(/:\d+$/, ''),
              count: count === undefined ? undefined : Number(count),
              position: profile.position,
            },
          ]
        : [],
    },
    { engine: kubeAiEngines[engine as keyof typeof kubeAiEngines], form: 'custom-resource', program: [], argv },
    { environment, model: wordAt(document, ['spec', 'url']), position: document.at(['spec', 'url']) },
  )
  return [...containers, container]
}

const samePath = (one: Path | undefined, other: Path) => one !== undefined && one.join('/') === other.join('/')
