import type { Container, Probe } from '../../../manifests/contract.ts'
import type { Rule } from '../../contract.ts'
import { factsOf, flagOf, isCpuImage, valueOf } from '../../subject/invocations.ts'
import { isIncomplete } from '../../subject/incomplete.ts'
import type { Subject } from '../../subject/subject.ts'
import { kserveFile, kubernetesDocs, vllmFile } from '../references.ts'

/** Seconds from which a liveness probe's patience counts as enough to load a model by itself. */
const longStart = 300
/** Least patience of a start: weights, compilation and CUDA graphs of a small model on a fast disk. */
const shortestStart = 120

const probesDocs = kubernetesDocs(
  'tasks/configure-pod-container/configure-liveness-readiness-startup-probes/',
  'liveness, readiness and startup probes',
)

/** Containers in pods that run an engine, whole: no template's or patch's. */
function* engineContainers({ manifests }: Subject): Iterable<Container> {
  for (const container of manifests.containers) {
    if (container.invocation === undefined || container.invocation.engine === 'unknown') continue
    if (container.podPath === undefined || container.isInit || container.path.includes('router')) continue
    if (isIncomplete(container.document)) continue
    yield container
  }
}

const probeOf = (container: Container, kind: Probe['kind']) => container.probes.find((probe) => probe.kind === kind)

/** Seconds after the start of the container at which a probe that never succeeds gives up. */
const patience = ({ initialDelaySeconds, periodSeconds, failureThreshold }: Probe) =>
  initialDelaySeconds + periodSeconds * failureThreshold

const livenessDuringLoad: Rule = {
  id: 'liveness-kills-loading-model',
  severity: 'error',
  what: 'An engine has a liveness probe without a startup probe.',
  why: 'The engine answers when its model is loaded, after minutes; until then the liveness probe fails and the kubelet restarts the container, over and over.',
  since: 'Kubernetes 1.20',
  mend: 'Add a startupProbe on the same path, such as periodSeconds 10 with failureThreshold 60.',
  references: [probesDocs, kserveFile('config/llmisvcconfig/config-llm-template.yaml')],
  *check(subject) {
    for (const container of engineContainers(subject)) {
      const liveness = probeOf(container, 'liveness')
      if (liveness === undefined || probeOf(container, 'startup') !== undefined) continue
      const seconds = patience(liveness)
      const isPatient = seconds >= longStart
      yield {
        at: liveness.position,
        severity: isPatient ? 'warning' : 'error',
        message: isPatient
          ? `Nothing but a delay of the liveness probe (${seconds} s) covers the loading of the model.`
          : `The liveness probe gives up after ${seconds} s, and no startup probe holds it back while the model loads.`,
      }
    }
  },
}

const shortStartup: Rule = {
  id: 'startup-budget-short',
  severity: 'warning',
  what: 'The startup probe of an engine on a GPU gives up within two minutes.',
  why: 'Reading weights, compiling and capturing CUDA graphs takes longer for most models; the container is restarted before it is done.',
  since: 'Kubernetes 1.20',
  mend: 'Allow ten minutes: periodSeconds 10 with failureThreshold 60, more for large models.',
  references: [kserveFile('config/llmisvcconfig/config-llm-template.yaml'), probesDocs],
  *check(subject) {
    for (const container of engineContainers(subject)) {
      const startup = probeOf(container, 'startup')
      const { invocation } = container
      if (startup === undefined || invocation === undefined || isCpuImage(invocation)) continue
      const seconds = patience(startup)
      if (seconds >= shortestStart) continue
      yield { at: startup.position, message: `The startup probe gives up after ${seconds} s.` }
    }
  },
}

const sameProbe: Rule = {
  id: 'liveness-as-strict-as-readiness',
  severity: 'warning',
  what: 'Liveness and readiness ask the same path, and liveness has little patience.',
  why: 'What should only take a busy replica out of rotation restarts it as well, and its model loads for minutes again.',
  since: 'always',
  mend: 'Give liveness at least a minute (periodSeconds 10, failureThreshold 10), or leave it out.',
  references: [probesDocs, kserveFile('config/llmisvcconfig/config-llm-template.yaml')],
  *check(subject) {
    for (const container of engineContainers(subject)) {
      const liveness = probeOf(container, 'liveness')
      const readiness = probeOf(container, 'readiness')
      if (liveness?.httpPath === undefined || liveness.httpPath !== readiness?.httpPath) continue
      const seconds = liveness.periodSeconds * liveness.failureThreshold
      if (liveness.port !== readiness.port || seconds >= 60) continue
      yield {
        at: liveness.position,
        message: `Liveness restarts the engine after ${seconds} s on ${liveness.httpPath}, the path of readiness.`,
      }
    }
  },
}

const noReadiness: Rule = {
  id: 'readiness-missing',
  severity: 'warning',
  what: 'An engine has no readiness probe.',
  why: 'The pod counts as ready while its model loads, so requests are sent to it and refused.',
  since: 'always',
  mend: 'Add a readinessProbe: httpGet /health on the engine’s port.',
  references: [probesDocs],
  *check(subject) {
    for (const container of engineContainers(subject)) {
      const { document } = container
      if (!['Deployment', 'StatefulSet', 'DaemonSet'].includes(document.kind)) continue
      if (probeOf(container, 'readiness') !== undefined || isHeadless(container)) continue
      const at = document.at([...container.path, 'name'])
      yield { at, message: `The container ${container.name} has no readiness probe.` }
    }
  },
}

/** Whether it is a worker node of a group, which serves no requests. */
function isHeadless({ invocation }: Container): boolean {
  return invocation !== undefined && flagOf(invocation, '--headless') !== undefined
}

const unknownPath: Rule = {
  id: 'probe-path-unknown',
  severity: 'error',
  what: 'A probe asks a path that the engine does not answer.',
  why: 'The engine answers 404, so the pod never becomes ready, or is restarted for ever.',
  since: 'always',
  mend: 'Ask /health.',
  references: [vllmFile('vllm/entrypoints/serve/instrumentator/health.py'), probesDocs],
  *check(subject) {
    for (const container of engineContainers(subject)) {
      const { invocation } = container
      const facts = invocation === undefined ? undefined : factsOf(invocation)
      if (facts === undefined || facts.endpoints.length === 0 || invocation === undefined) continue
      const root = flagOf(invocation, '--root-path')
      for (const probe of container.probes) {
        const path = probe.httpPath?.split('?')[0]
        if (path === undefined || root !== undefined || path.includes('{{') || !isEnginePort(probe.port, container))
          continue
        const isKnown = facts.endpoints.some((endpoint) => endpoint.method === 'GET' && endpoint.path === path)
        if (isKnown || path === '/docs' || path === '/openapi.json') continue
        yield {
          at: probe.position,
          message: `${facts.engine} does not answer ${path}, which the ${probe.kind} probe asks.`,
        }
      }
    }
  },
}

/** Ports that the engine listens on, by its arguments or default. */
export function enginePort({ invocation }: Container): number | undefined {
  if (invocation === undefined) return undefined
  const written = flagOf(invocation, '--port')
  if (written !== undefined) {
    const port = Number(valueOf(invocation, '--port'))
    return Number.isInteger(port) && port > 0 ? port : undefined
  }
  const variable = invocation.environment.find(({ name }) => name === 'LLAMA_ARG_PORT')
  if (variable !== undefined) return Number(variable.value) || undefined
  return factsOf(invocation)?.defaultPort
}

/** Whether a probe's port is the engine's own; a name counts when its number is the engine's. */
function isEnginePort(port: number | string | undefined, container: Container): boolean {
  const number = typeof port === 'number' ? port : container.ports.find(({ name }) => name === port)?.port
  return number === undefined || number === enginePort(container)
}

const keyNeeded: Rule = {
  id: 'probe-needs-api-key',
  severity: 'error',
  what: 'A probe asks a path below /v1 of a vLLM that has an API key.',
  why: 'The probe sends no key and gets 401, so the pod never becomes ready, or is restarted for ever.',
  since: 'always',
  mend: 'Ask /health, which is open.',
  references: [vllmFile('vllm/entrypoints/openai/middleware/authenticate.py')],
  *check(subject) {
    for (const container of engineContainers(subject)) {
      const { invocation } = container
      if (invocation?.engine !== 'vllm') continue
      const hasKey =
        flagOf(invocation, '--api-key') !== undefined ||
        container.environment.some(({ name }) => name === 'VLLM_API_KEY')
      for (const probe of container.probes) {
        if (!hasKey || !/^\/(v1|v2|inference)\//.test(probe.httpPath ?? '')) continue
        yield {
          at: probe.position,
          message: `The ${probe.kind} probe asks ${probe.httpPath}, which needs the API key.`,
        }
      }
    }
  },
}

/** Whether KServe lays the container over a preset of its own, whose arguments say the port. */
const isOfPreset = ({ document }: Container) => /^LLMInferenceService(Config)?$/.test(document.kind)

const wrongPort: Rule = {
  id: 'probe-port-mismatch',
  severity: 'error',
  what: 'A probe asks a port on which no container of the pod is known to listen.',
  why: 'The connection is refused, so the pod never becomes ready, or is restarted for ever.',
  since: 'always',
  mend: 'Ask the engine’s port: its `--port`, by default 8000 (vLLM), 8080 (llama.cpp), 30000 (SGLang).',
  references: [probesDocs],
  *check(subject) {
    for (const container of engineContainers(subject)) {
      const port = isOfPreset(container) ? undefined : enginePort(container)
      if (port === undefined) continue
      for (const probe of container.probes) {
        if (typeof probe.port === 'string') {
          if (/^\d+$/.test(probe.port) || container.ports.some(({ name }) => name === probe.port)) continue
          yield {
            at: probe.position,
            message: `The ${probe.kind} probe asks port ${probe.port}, which no port of the container is called.`,
          }
          continue
        }
        const isDeclared = container.ports.some((known) => known.port === probe.port)
        if (probe.port === undefined || probe.port === port || isDeclared) continue
        yield {
          at: probe.position,
          message: `The ${probe.kind} probe asks port ${probe.port}; the engine listens on ${port}.`,
        }
      }
    }
  },
}

/** Probes of engines. */
export const probeRules: readonly Rule[] = [
  livenessDuringLoad,
  shortStartup,
  sameProbe,
  noReadiness,
  unknownPath,
  keyNeeded,
  wrongPort,
]
