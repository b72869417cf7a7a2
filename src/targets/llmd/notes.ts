import { goesByKvEvents } from '../../fleet/index.ts'
import type { PlanWarning } from '../../plan/index.ts'
import type { LlmdContext, ObjectsOf } from './context.ts'
import { knowsPolicy, type ModelPool } from './pools/index.ts'
import { targetTitle } from './release.ts'

interface Told extends Pick<PlanWarning, 'severity' | 'id' | 'path'> {
  readonly what: string
  readonly suggestion: string
}

/** What llm-d cannot do of the Fleet, and what it does in another way. */
export const noteDifferences: ObjectsOf = (context) => ({
  notes: [...ofFleet(context), ...context.pools.flatMap((pool) => [...cannot(pool), ...differs(pool)])].map(inOurName),
})

const inOurName = ({ severity, id, path, what, suggestion }: Told): PlanWarning => ({
  severity,
  id,
  path,
  message: `${targetTitle}: ${what}`,
  suggestion,
})

function ofFleet({ llmd, options, gateway, pools }: LlmdContext): Told[] {
  const isGateway = llmd.mode === 'gateway'
  return [
    ...(isGateway && llmd.gatewayClass === undefined
      ? [
          {
            severity: 'error' as const,
            id: 'gateway-class-needed',
            path: 'targets.llmd.mode',
            what: 'mode gateway needs to know whose Gateway it is',
            suggestion: 'targets.llmd.gatewayClass, a name of `kubectl get gatewayclass`; or mode: standalone',
          },
        ]
      : []),
    ...(isGateway && options.gateway
      ? [
          {
            severity: 'error' as const,
            id: 'gateway-behind-gateway',
            path: 'targets.llmd.mode',
            what: 'where a Gateway is reached within the cluster depends on its class, so Fairlead’s gateway cannot be put in front of it',
            suggestion:
              'mode: standalone; or --without-gateway, whereby access, limits and queues of the Fleet do not hold',
          },
        ]
      : []),
    ...(gateway !== null && !isGateway && pools.length > 0
      ? [
          {
            severity: 'warning' as const,
            id: 'picker-chooses',
            path: 'targets.llmd',
            what: 'Fairlead’s gateway sees each model as one replica, and llm-d’s picker behind it chooses: routing by prefix and load, and disaggregation, are the picker’s',
            suggestion: 'target kubernetes, where the gateway chooses; or --without-gateway',
          },
        ]
      : []),
    ...(isGateway && pools.length > 1
      ? [
          {
            severity: 'warning' as const,
            id: 'path-for-each-model',
            path: 'models',
            what: `no route sees which model a body names, so each has a path of its own: ${pools.map(({ modelLabel }) => `/${modelLabel}/v1`).join(', ')}`,
            suggestion: 'mode: standalone with Fairlead’s gateway, which has one URL for all',
          },
        ]
      : []),
  ]
}

function cannot({ model, path, isSplit }: ModelPool): Told[] {
  const error = (id: string, at: string, what: string, suggestion: string): Told => ({
    severity: 'error',
    id,
    path: `${path}${at}`,
    what,
    suggestion,
  })
  const { transfer } = model.routing.disaggregation
  return [
    ...(model.engine === 'llamacpp'
      ? [
          error(
            'engine-unknown',
            '.engine',
            'its picker reads no metrics of llama.cpp',
            'engine: vllm, or target kubernetes',
          ),
        ]
      : []),
    ...(isSplit && model.engine === 'sglang'
      ? [error('split-engine', '.engine', 'prefill and decode of SGLang are not rendered', 'engine: vllm')]
      : []),
    ...(isSplit && transfer !== 'nixl'
      ? [
          error(
            'transfer',
            '.routing.disaggregation.transfer',
            `its sidecar is not rendered for transfer ${transfer}`,
            'transfer: nixl, or target kubernetes',
          ),
        ]
      : []),
    ...(knowsPolicy(model.routing.policy)
      ? []
      : [
          error(
            'policy',
            '.routing.policy',
            `its picker has no policy like ${model.routing.policy}`,
            'policy: prefix, or target kubernetes, where the gateway chooses',
          ),
        ]),
    ...(goesByKvEvents(model.routing.policy) && model.engine !== 'vllm'
      ? [error('exact-needs-vllm', '.routing.policy', 'only vLLM tells its picker what it holds', 'policy: prefix')]
      : []),
  ]
}

function differs({ model, path, services }: ModelPool): Told[] {
  const warning = (id: string, at: string, what: string, suggestion: string): Told => ({
    severity: 'warning',
    id,
    path: `${path}${at}`,
    what,
    suggestion,
  })
  const gpusOf = (role: string) => services.find((service) => service.role === role)?.pool.settings?.tensorParallel ?? 1
  return [
    ...(model.routing.policy === 'roundRobin'
      ? [warning('turns', '.routing.policy', 'there are no turns: replicas are drawn at random', 'policy: load')]
      : []),
    ...(model.routing.session.enabled
      ? [
          warning(
            'sessions',
            '.routing.session',
            'sessions stay with a replica only as far as their prompts do',
            'target kubernetes, where the gateway keeps them',
          ),
        ]
      : []),
    ...(model.flow.priorities.length > 0
      ? [
          warning(
            'objectives',
            '.flow.priorities',
            'requests that its picker is to put in order name an InferenceObjective in x-llm-d-inference-objective; Fairlead’s gateway orders its own queue by x-fairlead-priority',
            'leave flow.priorities to one of them',
          ),
        ]
      : []),
    ...(services.some(({ pool }) => pool.replicas.min === 0 && pool.replicas.max > 0)
      ? [
          warning(
            'no-zero',
            '.minReplicas',
            'its picker refuses requests for which there is no replica, so one stays',
            'minReplicas: 1, or target kubernetes, where requests wait for the first replica',
          ),
        ]
      : []),
    ...(model.autoscale.by === 'fairlead' &&
    services.some(({ pool }) => pool.replicas.max > Math.max(1, pool.replicas.min))
      ? [
          warning(
            'no-autoscaler',
            '.maxReplicas',
            'Fairlead’s own scaler knows nothing of pools: there are as many replicas as minReplicas says, at least one',
            'autoscale.by: keda, or hpa',
          ),
        ]
      : []),
    ...(services.length > 1 && gpusOf('prefill') > gpusOf('decode')
      ? [
          warning(
            'prefill-wider',
            '.prefill.parallelism.tensor',
            `prefill splits the model ${gpusOf('prefill')} ways and decode ${gpusOf('decode')}: NIXL in vLLM 0.25 and 0.26 stops decode replicas at this`,
            'as many GPUs for decode as for prefill, or more',
          ),
        ]
      : []),
  ]
}
