import type { ManifestDocument } from '../../../manifests/contract.ts'
import type { Rule } from '../../contract.ts'
import { nearest } from '../../subject/nearest.ts'
import type { Subject } from '../../subject/subject.ts'
import { isRecord, itemsOf, textOf } from '../../subject/values.ts'
import { inferenceExtensionFile, kserveFile } from '../references.ts'
import { knownFields } from './known-fields.ts'

const whole = (documents: readonly ManifestDocument[]) =>
  documents.filter(({ isTemplate, isPatch }) => !isTemplate && !isPatch)

const unknownField: Rule = {
  id: 'custom-resource-unknown-field',
  severity: 'error',
  what: 'A custom resource has a field that its definition does not have.',
  why: 'kubectl refuses it with strict validation, and without that the API server drops the field without a word.',
  since:
    'the releases whose definitions are recorded (KServe 0.20, Inference Extension 1.6, KEDA 2.20, LeaderWorkerSet 0.10)',
  mend: 'Write the field as the definition has it (`kubectl explain`).',
  references: [
    kserveFile('config/crd/full/serving.kserve.io_inferenceservices.yaml'),
    inferenceExtensionFile('config/crd/bases/inference.networking.k8s.io_inferencepools.yaml'),
  ],
  *check(subject) {
    for (const { apiVersion, kind, path, fields } of knownFields) {
      for (const document of subject.ofKind(kind)) {
        if (document.apiVersion !== apiVersion) continue
        const value = document.get(path)
        for (const key of Object.keys(isRecord(value) ? value : {})) {
          if (fields.includes(key) || key.includes('{{')) continue
          const near = nearest(key, fields)
          yield {
            at: document.at([...path, key], 'key'),
            message: `${kind} (${apiVersion}) has no field ${[...path, key].join('.')}.`,
            ...(near === undefined
              ? { fix: `There are: ${fields.length > 16 ? `${fields.slice(0, 16).join(', ')} …` : fields.join(', ')}.` }
              : { fix: `Perhaps ${near} is meant.` }),
          }
        }
      }
    }
  },
}

const poolFields: Rule = {
  id: 'inference-pool-old-fields',
  severity: 'error',
  what: 'An InferencePool of v1 has the fields of v1alpha2.',
  why: '`targetPortNumber` became the list `targetPorts`, `extensionRef` became `endpointPickerRef`, and `selector` has `matchLabels`.',
  since: 'Inference Extension 1.0',
  mend: 'Write targetPorts: [{number: 8000}], endpointPickerRef and selector.matchLabels.',
  references: [inferenceExtensionFile('api/v1/inferencepool_types.go')],
  *check(subject) {
    for (const pool of whole(subject.ofKind('InferencePool'))) {
      if (pool.apiVersion !== 'inference.networking.k8s.io/v1') continue
      const selector = pool.get(['spec', 'selector'])
      if (isRecord(selector) && selector['matchLabels'] === undefined && Object.keys(selector).length > 0) {
        yield {
          at: pool.at(['spec', 'selector']),
          message: 'The selector of an InferencePool has its labels under matchLabels.',
        }
      }
      if (pool.get(['spec', 'targetPorts']) === undefined) {
        const isOld = pool.get(['spec', 'targetPortNumber']) !== undefined
        yield {
          at: pool.at(isOld ? ['spec', 'targetPortNumber'] : ['spec'], 'key'),
          message: `InferencePool ${pool.name} has no targetPorts.`,
        }
      }
    }
  },
}

const mainContainer: Rule = {
  id: 'llm-inference-service-main-container',
  severity: 'error',
  what: 'The pod template of an LLMInferenceService has no container called `main`.',
  why: 'KServe lays its presets over the container of that name: yours becomes a second one beside vLLM, or the object is refused.',
  since: 'KServe 0.16',
  mend: 'Call the container main.',
  isFixable: true,
  references: [kserveFile('config/llmisvcconfig/config-llm-template.yaml')],
  *check(subject) {
    for (const document of whole(subject.ofKind('LLMInferenceService'))) {
      for (const path of [
        ['spec', 'template'],
        ['spec', 'prefill', 'template'],
        ['spec', 'worker'],
      ]) {
        const containers = itemsOf(document.get([...path, 'containers']))
        const names = containers.map((container) => (isRecord(container) ? textOf(container['name']) : undefined))
        if (containers.length === 0 || names.includes('main')) continue
        const at = document.at([...path, 'containers', 0, 'name'])
        const written = (subject.manifests.texts.get(at.file) ?? '').slice(at.offset, at.end)
        yield {
          at,
          message: `No container of ${path.join('.')} is called main.`,
          edits:
            containers.length === 1 && written === names[0]
              ? [{ file: at.file, start: at.offset, end: at.end, text: 'main' }]
              : [],
        }
      }
    }
  },
}

const replicasOrScaling: Rule = {
  id: 'llm-inference-service-replicas-and-scaling',
  severity: 'error',
  what: 'An LLMInferenceService has both replicas and scaling.',
  why: 'Its validation allows one of them.',
  since: 'KServe 0.18',
  mend: 'Remove replicas.',
  references: [kserveFile('config/crd/full/serving.kserve.io_llminferenceservices.yaml')],
  *check(subject) {
    for (const document of whole(subject.ofKind('LLMInferenceService'))) {
      for (const path of [['spec'], ['spec', 'prefill']]) {
        if (document.get([...path, 'replicas']) === undefined || document.get([...path, 'scaling']) === undefined)
          continue
        yield { at: document.at([...path, 'replicas']), message: `${path.join('.')} has both replicas and scaling.` }
      }
    }
  },
}

/** What KServe puts into the arguments of a ServingRuntime (pkg/controller/v1beta1/inferenceservice/utils: the service's metadata). */
const filled = /^\.(Name|Namespace|Labels|Annotations)\b/

const placeholder: Rule = {
  id: 'serving-runtime-placeholder',
  severity: 'error',
  what: 'A ServingRuntime has a `{{…}}` that KServe does not fill in.',
  why: 'KServe fills in {{.Name}}, {{.Namespace}}, {{.Labels.x}} and {{.Annotations.x}} of the InferenceService; with anything else the runtime is refused or the engine gets the braces.',
  since: 'always',
  mend: 'Use {{.Annotations.name}}, or write the value.',
  references: [
    {
      title: 'KServe: ServingRuntimes, placeholders',
      url: 'https://kserve.github.io/website/docs/concepts/resources/servingruntime',
    },
  ],
  *check(subject) {
    for (const document of subject.ofKind('ServingRuntime', 'ClusterServingRuntime')) {
      const text = subject.manifests.texts.get(document.file) ?? ''
      const { offset, end } = document.position
      // A chart's own template: what fills it in is Helm.
      if (/\{\{-|\.Values\b/.test(text.slice(offset, end))) continue
      const lines = text.slice(offset, Math.max(end, offset)).split('\n')
      let at = offset
      let line = document.position.line
      for (const content of lines) {
        for (const match of content.length > 5_000 ? [] : content.matchAll(/\{\{-?\s*([^{}]*?)\s*-?\}\}/g)) {
          const [whole, inner = ''] = match
          if (
            filled.test(inner) ||
            /^\s*#/.test(content.slice(0, match.index)) ||
            /^\.Values|^(if|range|with|include|end|toYaml|template)\b|\$/.test(inner)
          )
            continue
          const start = at + match.index
          const column = start - (text.lastIndexOf('\n', start - 1) + 1) + 1
          yield {
            at: { file: document.file, line, column, offset: start, end: start + whole.length },
            message: `KServe does not fill in ${whole}.`,
          }
        }
        at += content.length + 1
        line += 1
      }
    }
  },
}

const runtimeMissing: Rule = {
  id: 'inference-service-runtime-unmatched',
  severity: 'error',
  what: 'An InferenceService names a runtime of the files that does not take its model format.',
  why: 'KServe refuses it: no runtime is found that supports the format.',
  since: 'always',
  mend: 'Write a format of the runtime’s supportedModelFormats.',
  references: [
    {
      title: 'KServe: ServingRuntimes',
      url: 'https://kserve.github.io/website/docs/concepts/resources/servingruntime',
    },
  ],
  *check(subject) {
    const runtimes = new Map(
      subject.ofKind('ServingRuntime', 'ClusterServingRuntime').map((runtime) => [runtime.name, runtime]),
    )
    for (const service of whole(subject.ofKind('InferenceService'))) {
      const name = textOf(service.get(['spec', 'predictor', 'model', 'runtime']))
      const format = textOf(service.get(['spec', 'predictor', 'model', 'modelFormat', 'name']))
      const runtime = name === undefined ? undefined : runtimes.get(name)
      if (format === undefined || runtime === undefined) continue
      const formats = itemsOf(runtime.get(['spec', 'supportedModelFormats'])).flatMap((one) =>
        isRecord(one) ? (textOf(one['name']) ?? []) : [],
      )
      if (formats.length === 0 || formats.includes(format)) continue
      yield {
        at: service.at(['spec', 'predictor', 'model', 'modelFormat', 'name']),
        message: `The runtime ${runtime.name} takes ${formats.join(', ')}, not ${format}.`,
      }
    }
  },
}

const storageScheme: Rule = {
  id: 'storage-uri-scheme',
  severity: 'error',
  what: 'A storage address has a scheme that KServe does not know.',
  why: 'The storage initializer fails, and the pod stays in Init.',
  since: 'always',
  mend: 'Use hf://, s3://, gs://, pvc://, oci://, https:// (and model-registry:// where it is installed).',
  references: [
    { title: 'KServe: model storage', url: 'https://kserve.github.io/website/docs/model-serving/storage/overview' },
  ],
  *check(subject: Subject) {
    const known =
      /^(hf|s3|gs|gcs|pvc|oci|https?|hdfs|webhdfs|model-registry|git|azblob|abfs|file|pvc\+hf|mem|ollama):\/\//
    for (const document of subject.ofKind('InferenceService', 'LLMInferenceService')) {
      for (const path of [
        ['spec', 'predictor', 'model', 'storageUri'],
        ['spec', 'model', 'uri'],
      ]) {
        const uri = textOf(document.get(path))
        // Whoever fetches it is named, and knows its own schemes.
        if (document.get(['spec', 'predictor', 'storageContainerName']) !== undefined) continue
        if (uri === undefined || known.test(uri) || /\{\{|\$/.test(uri)) continue
        const hint = /^[\w.-]+\/[\w.-]+$/.test(uri)
          ? `Write hf://${uri}.`
          : uri.startsWith('huggingface://')
            ? `Write ${uri.replace('huggingface', 'hf')}.`
            : undefined
        yield {
          at: document.at(path),
          message: `${uri} has no scheme that KServe knows.`,
          ...(hint === undefined ? {} : { fix: hint }),
        }
      }
    }
  },
}

/** Objects of KServe and the Inference Extension. */
export const inferenceRules: readonly Rule[] = [
  unknownField,
  poolFields,
  mainContainer,
  replicasOrScaling,
  placeholder,
  runtimeMissing,
  storageScheme,
]
