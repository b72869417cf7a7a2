import type { ManifestDocument } from '../../../manifests/contract.ts'
import type { Rule } from '../../contract.ts'
import { flagOf } from '../../subject/invocations.ts'
import { matches, textValues, type Pod } from '../../subject/pods.ts'
import type { Subject } from '../../subject/subject.ts'
import { isRecord, itemsOf } from '../../subject/values.ts'
import { enginePort } from '../kubernetes/probes.ts'
import { mostReplicas } from '../kubernetes/storage.ts'
import { kubernetesDocs } from '../references.ts'

const serviceDocs = kubernetesDocs('concepts/services-networking/service/', 'Service')

const folderOf = (file: string) => file.slice(0, file.lastIndexOf('/') + 1)

/** Pods that a Service selects; undefined where that cannot be known from the files. */
export function selectedPods(subject: Subject, service: ManifestDocument): readonly Pod[] | undefined {
  const selector = service.get(['spec', 'selector'])
  if (!isRecord(selector) || Object.keys(selector).length === 0 || service.isTemplate || service.isPatch)
    return undefined
  const namespace = service.namespace ?? 'default'
  const labels = textValues(selector)
  return subject.pods.filter(
    (pod) => pod.namespace === namespace && pod.labels !== undefined && matches(pod.labels, labels),
  )
}

/** Labels by which controllers of other projects find their own pods; nothing in the files carries them. */
const controllerLabel =
  /(kserve|knative|leaderworkerset|ray\.io|helm\.sh|statefulset\.kubernetes\.io|apps\.kubernetes\.io)/

const selectsNothing: Rule = {
  id: 'service-selects-nothing',
  severity: 'error',
  what: 'A Service selects labels that no pod beside it carries.',
  why: 'The Service has no endpoints: every connection to it fails.',
  since: 'always',
  mend: 'Write the labels of the pod template into the selector.',
  references: [serviceDocs],
  *check(subject) {
    if (subject.isPartial) return
    for (const service of subject.ofKind('Service')) {
      const pods = selectedPods(subject, service)
      if (pods === undefined || pods.length > 0) continue
      const selector = textValues(service.get(['spec', 'selector']))
      if (Object.keys(selector).some((key) => controllerLabel.test(key))) continue
      const namespace = service.namespace ?? 'default'
      const beside = subject.pods.filter(
        (pod) =>
          folderOf(pod.document.file) === folderOf(service.file) &&
          pod.labels !== undefined &&
          pod.namespace === namespace,
      )
      const near =
        beside.find(({ labels = {} }) => isNear(selector, labels)) ??
        beside.find(({ document }) => document.file === service.file)
      if (near === undefined || !isNear(selector, near.labels ?? {})) {
        if (
          near === undefined ||
          subject.ofKind('Service').filter(({ file }) => file === service.file).length > beside.length
        )
          continue
      }
      const written = Object.entries(selector)
        .map(([key, value]) => `${key}: ${value}`)
        .join(', ')
      const [first = ''] = Object.keys(selector)
      yield {
        at: service.at(['spec', 'selector', first]),
        message: `No pod carries ${written}; those of ${near.document.kind} ${near.document.name} carry ${
          Object.entries(near.labels ?? {})
            .map(([key, value]) => `${key}: ${value}`)
            .join(', ') || 'no labels'
        }.`,
      }
    }
  },
}

/** Whether labels have a key or a value of the selector: it is meant for them then. */
function isNear(selector: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): boolean {
  const values = new Set(Object.values(labels))
  return Object.entries(selector).some(([key, value]) => key in labels || values.has(value))
}

/** Whether a word of a command line names a port, as in `--metrics-bind-address=:8443`. */
const naming = (word: string, port: unknown): boolean => new RegExp(`(^|\\D)${String(port)}(\\D|$)`).test(word)

const targetPort: Rule = {
  id: 'service-target-port-mismatch',
  severity: 'error',
  what: 'A Service sends to a port on which none of its pods listens.',
  why: 'Connections through the Service are refused, although the pods are ready.',
  since: 'always',
  mend: 'Write the container’s port, or its name, as targetPort.',
  references: [kubernetesDocs('concepts/services-networking/service/#field-spec-ports', 'ports of a Service')],
  *check(subject) {
    for (const service of subject.ofKind('Service')) {
      const pods = selectedPods(subject, service)
      if (
        pods === undefined ||
        pods.length === 0 ||
        pods.some(({ document }) => document.isTemplate || document.isPatch)
      )
        continue
      for (const [index, port] of itemsOf(service.get(['spec', 'ports'])).entries()) {
        if (!isRecord(port)) continue
        const isNamed = port['targetPort'] !== undefined
        const target = port['targetPort'] ?? port['port']
        const containers = pods.flatMap((pod) => pod.containers.filter(({ isInit }) => !isInit))
        const isText = typeof target === 'string' && !/^\d+$/.test(target)
        const known = containers.flatMap((container) => [
          ...container.ports.map((one) => (isText ? one.name : one.port)),
          ...(isText ? [] : [enginePort(container)]),
        ])
        const wanted = isText ? target : Number(target)
        // What a container that is no engine declares is for information: it may listen where its command says.
        const mayListen = containers.some(
          ({ ports, invocation, argv }) =>
            invocation === undefined && (ports.length === 0 || argv.some(({ text }) => naming(text, wanted))),
        )
        if (known.includes(wanted) || (!isText && mayListen) || known.length === 0) continue
        const engine = containers.map(enginePort).find((found) => found !== undefined)
        yield {
          at: service.at(['spec', 'ports', index, isNamed ? 'targetPort' : 'port']),
          message: `The Service sends to port ${String(target)}; its pods listen on ${[...new Set(known.filter((one) => one !== undefined))].join(', ') || (engine ?? 'no port that has a name')}.`,
        }
      }
    }
  },
}

const containerPort: Rule = {
  id: 'container-port-mismatch',
  severity: 'warning',
  what: 'A container declares one port, and its engine listens on another.',
  why: 'Services and probes that go by the declared port, or its name, are refused.',
  since: 'always',
  mend: 'Declare the engine’s port, or give the engine `--port`.',
  references: [serviceDocs],
  *check({ manifests }) {
    for (const container of manifests.containers) {
      const { document, ports, invocation, description } = container
      const port = enginePort(container)
      if (description !== 'kubernetes' || invocation === undefined || port === undefined || ports.length === 0) continue
      if (
        document.isPatch ||
        container.isInit ||
        invocation.form === 'custom-resource' ||
        document.kind.startsWith('LLMInferenceService') ||
        ports.some((one) => one.port === port)
      )
        continue
      if (
        invocation.argv.some(({ unresolved }) => unresolved.length > 0) ||
        flagOf(invocation, '--config') !== undefined
      )
        continue
      if (
        ['http', 'api', undefined].every((name) => ports.every((one) => one.name !== name)) &&
        ports.every(({ name }) => /metric|event|nixl|grpc/.test(name ?? ''))
      )
        continue
      const [first] = ports
      if (first === undefined) continue
      yield { at: first.position, message: `The container declares port ${first.port}; its engine listens on ${port}.` }
    }
  },
}

const affinity: Rule = {
  id: 'session-affinity-one-replica',
  severity: 'note',
  what: 'A Service has session affinity, and its pods are one.',
  why: 'There is nothing to choose between; and once there are several, affinity by client address binds everyone behind one gateway to one replica.',
  since: 'always',
  mend: 'Remove sessionAffinity; prefix-aware routing in a gateway does what it is meant for.',
  references: [kubernetesDocs('reference/networking/virtual-ips/#session-affinity', 'session affinity')],
  *check(subject) {
    for (const service of subject.ofKind('Service')) {
      if (service.get(['spec', 'sessionAffinity']) !== 'ClientIP') continue
      const pods = selectedPods(subject, service)
      const [only] = pods ?? []
      if (pods?.length !== 1 || only === undefined || only.document.isTemplate || mostReplicas(subject, only) !== 1)
        continue
      yield {
        at: service.at(['spec', 'sessionAffinity'], 'key'),
        message: `${only.document.kind} ${only.document.name} has one replica: session affinity chooses nothing.`,
      }
    }
  },
}

const exposed: Rule = {
  id: 'engine-exposed-without-key',
  severity: 'warning',
  what: 'An engine without an API key is reached from outside the cluster.',
  why: 'Whoever finds the address uses the GPUs; an engine’s /metrics, /tokenize and adapter endpoints are open with it.',
  since: 'always',
  mend: 'Put a gateway with keys in front and make the Service ClusterIP, or set VLLM_API_KEY from a Secret.',
  references: [{ title: 'vLLM: security', url: 'https://docs.vllm.ai/en/latest/usage/security/' }],
  *check(subject) {
    for (const service of subject.ofKind('Service')) {
      const type = service.get(['spec', 'type'])
      if (type !== 'LoadBalancer' && type !== 'NodePort') continue
      const annotations = JSON.stringify(service.get(['metadata', 'annotations']) ?? {})
      if (/internal/i.test(annotations)) continue
      const open = (selectedPods(subject, service) ?? []).find((pod) =>
        pod.containers.some(({ invocation, environment, isInit }) => {
          if (invocation === undefined || invocation.engine === 'unknown' || isInit) return false
          return (
            flagOf(invocation, '--api-key') === undefined &&
            !environment.some(({ name }) => /^(VLLM_API_KEY|LLAMA_API_KEY|API_KEY|LLAMA_ARG_API_KEY)$/.test(name))
          )
        }),
      )
      if (open === undefined) continue
      yield {
        at: service.at(['spec', 'type']),
        message: `${String(type)} opens ${open.document.name} to the outside without an API key.`,
      }
    }
  },
}

/** Services in front of engines. */
export const serviceRules: readonly Rule[] = [selectsNothing, targetPort, containerPort, affinity, exposed]
