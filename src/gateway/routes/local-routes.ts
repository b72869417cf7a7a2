import type { KeyOwner } from '../../access/index.ts'
import type { MetricsText } from '../../observe/contract.ts'
import type { LoadReport, RecordedRequest, RequestReport } from '../../observe/report/index.ts'
import { fleetHealth } from '../control/fleet-health.ts'
import type { ExactReport } from '../exact/index.ts'
import type { ModelCatalogue } from '../data-plane/model-catalogue.ts'
import { Refusal } from '../data-plane/refusal.ts'
import type { ReplicaHandle } from '../data-plane/replica-handle.ts'
import type { LocalAnswer, LocalRoute } from '../data-plane/route.ts'
import type { ServedModel } from '../data-plane/served-model.ts'
import type { Variant, VariantSplit } from '../data-plane/variant-split.ts'
import { WaitingRoom } from '../data-plane/waiting/waiting-room.ts'

/** What local routes tell of. */
export interface LocalRouteContext {
  readonly fleetName: string
  /** Of this package. */
  readonly version: string
  readonly catalogue: ModelCatalogue
  readonly metrics: MetricsText
  readonly replicas: () => readonly ReplicaHandle[]
  readonly isDraining: () => boolean
  /** Whether it has just started and does not know yet which replicas answer. */
  readonly isLooking: () => boolean
  /** How it stands with models that are routed by what engines hold; for the admin listener. */
  readonly exact?: () => readonly ExactReport[]
  /** What is kept of a request, the newest first; for the admin listener. */
  readonly findRequests?: (requestId: string) => readonly RecordedRequest[] | Promise<readonly RecordedRequest[]>
  /** Has engines asked how full they are; for the admin listener. */
  readonly lookAtEngines?: () => Promise<void>
  readonly startedAt: Date
  /** Whether `/admin` asks for an admin key: where others than this machine reach it. */
  readonly isAdminKeyed: boolean
}

function json(value: unknown, status = 200): LocalAnswer {
  return { status, contentType: 'application/json', body: JSON.stringify(value) }
}

/** The routes that the gateway answers itself, for clients. */
export function clientRoutes(context: LocalRouteContext): readonly LocalRoute[] {
  return [...modelRoutes(context), ...stateRoutes(context), metricsRoute(context, 'metrics')]
}

/** The routes of the admin listener. */
export function adminRoutes(context: LocalRouteContext): readonly LocalRoute[] {
  return [...stateRoutes(context), metricsRoute(context, 'open'), ...loadRoutes(context)]
}

/** Whether a key's owner may ask a model. */
const isVisible = (owner: KeyOwner | null) => (served: ServedModel) => owner?.models?.has(served.name) !== false

function modelRoutes({ catalogue, startedAt }: LocalRouteContext): readonly LocalRoute[] {
  const created = Math.floor(startedAt.getTime() / 1000)
  const entry = (id: string, served: ServedModel) => {
    const isAdapter = served.adapterNamed(id) !== null
    const { context } = served.model
    return {
      id,
      object: 'model',
      created,
      owned_by: 'fairlead',
      // As vLLM tells adapters from models.
      root: isAdapter ? id : served.name,
      parent: isAdapter ? served.name : null,
      // vLLM's field; absent where the Fleet leaves the context to the model.
      ...(context === undefined ? {} : { max_model_len: context }),
    }
  }
  const list = (models: readonly ServedModel[]) => ({
    object: 'list',
    data: models.flatMap((served) => served.names.map((id) => entry(id, served))),
  })
  const find = (name: string, owner: KeyOwner | null): ServedModel => {
    const served = catalogue.require(name, isVisible(owner))
    if (isVisible(owner)(served)) return served
    throw new Refusal('permission_denied', `This key may not use the model ${JSON.stringify(name)}.`)
  }
  const route = { kind: 'local', method: 'GET', scope: 'inference' } as const
  return [
    {
      ...route,
      path: '/v1/models',
      summary: 'Lists the models and their aliases.',
      answer: ({ owner }) => json(list(catalogue.models.filter(isVisible(owner)))),
    },
    {
      ...route,
      path: '/models/{model}/v1/models',
      summary: 'Lists that model alone.',
      answer: ({ model, owner }) => json(list([find(model ?? '', owner)])),
    },
    {
      ...route,
      path: '/v1/models/{model}',
      summary: 'Tells of one model.',
      answer: ({ model, owner }) => json(entry(model ?? '', find(model ?? '', owner))),
    },
  ]
}

function stateRoutes({ catalogue, isDraining, isLooking, version }: LocalRouteContext): readonly LocalRoute[] {
  const route = { kind: 'local', method: 'GET', scope: 'open' } as const
  return [
    {
      ...route,
      path: '/health',
      summary: 'ok, degraded or unhealthy, with each model; 503 when no model answers.',
      answer: () => {
        const health = fleetHealth(
          catalogue.models.map((served) => ({
            name: served.name,
            expected: served.expectedReplicas,
            available: served.availability,
          })),
        )
        return json({ ...health, version }, health.status === 'unhealthy' ? 503 : 200)
      },
    },
    {
      ...route,
      path: '/livez',
      summary: '200 while the process works.',
      answer: () => json({ status: 'ok' }),
    },
    {
      ...route,
      path: '/readyz',
      summary: '200 while new requests are welcome; 503 until replicas were looked at, and once it stops.',
      answer: () => {
        if (isDraining()) return json({ status: 'draining' }, 503)
        return isLooking() ? json({ status: 'starting' }, 503) : json({ status: 'ok' })
      },
    },
  ]
}

function metricsRoute({ metrics }: LocalRouteContext, scope: LocalRoute['scope']): LocalRoute {
  return {
    kind: 'local',
    method: 'GET',
    path: '/metrics',
    summary: 'Metrics in Prometheus text format.',
    scope,
    answer: async () => ({ status: 200, contentType: metrics.contentType, body: await metrics.render() }),
  }
}

/** What came of each variant of a model; nothing where there is one. */
function variantsOf(split: VariantSplit | null): LoadReport['models'][number]['variants'] {
  if (split === null) return []
  const told = (variant: Variant, share: number) => {
    const { requests, errors, ttft, tpot } = split[variant]
    return {
      variant,
      share,
      requests: requests.value,
      errors: errors.value,
      ttft: { bounds: ttft.bounds, counts: [...ttft.counts] },
      tpot: { bounds: tpot.bounds, counts: [...tpot.counts] },
    }
  }
  return [told('stable', 1 - split.share), told('canary', split.share)]
}

function loadRoutes(context: LocalRouteContext): readonly LocalRoute[] {
  const route = { kind: 'local', method: 'GET', scope: context.isAdminKeyed ? 'admin' : 'open' } as const
  return [
    {
      ...route,
      path: '/admin/v1/load',
      summary: 'The load of every replica as this gateway sees it, and what waits.',
      answer: () => json(loadReport(context)),
    },
    {
      ...route,
      path: '/admin/v1/load/engines',
      summary: 'The same, once engines were asked how full they are; those of up to 64 replicas.',
      answer: async () => {
        await context.lookAtEngines?.()
        return json(loadReport(context))
      },
    },
    {
      ...route,
      path: '/admin/v1/requests/{id}',
      summary: 'Those of the last 1,000 requests of each thread that had this id, with who answered and why.',
      answer: async ({ model: id }) => {
        const requests = [...((await context.findRequests?.(id ?? '')) ?? [])]
        const report: RequestReport = { version: 1, requests }
        return json(report, requests.length === 0 ? 404 : 200)
      },
    },
  ]
}

function loadReport({ fleetName, version, catalogue, replicas, isDraining, exact }: LocalRouteContext): LoadReport {
  const now = performance.now()
  return {
    version: 1,
    gatewayVersion: version,
    fleet: fleetName,
    draining: isDraining(),
    replicas: replicas().map((handle) => ({
      id: handle.id,
      model: handle.replica.model,
      engine: handle.replica.engine,
      address: handle.address,
      phase: handle.replica.phase,
      ready: handle.isReady && !handle.isWarmingUp && !handle.isLoadingAdapters,
      inFlight: handle.ownRequests,
      tokensInFlight: handle.counts.tokens,
      pendingPrefillTokens: handle.ownPrefillTokens,
      requests: handle.requests,
      tokensPerSecond: Math.round(handle.tokensPerSecond(now) * 10) / 10,
      lastError: handle.lastError,
      role: handle.role,
      reported: handle.engineLoad,
    })),
    models: catalogue.models.map(({ name, series, split }) => ({
      model: name,
      arrivals: series.arrivals.value,
      ended: series.duration.counts.reduce((sum, count) => sum + count, 0),
      tokens: series.inputTokens.value + series.outputTokens.value,
      ttft: { bounds: series.ttft.bounds, counts: [...series.ttft.counts] },
      variants: variantsOf(split),
    })),
    queues: catalogue.models.flatMap(({ name, room }) =>
      room instanceof WaitingRoom ? { model: name, ...room.report } : [],
    ),
    exact: exact?.() ?? [],
  }
}
