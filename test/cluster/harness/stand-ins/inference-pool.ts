/**
 * NOT a gateway: a stand-in, for tests, for what one says of an InferencePool that its routes lead to. It speaks for one Gateway
 * and only of pools of LLMInferenceServices, whose Gateway is not there either; of others nobody says anything, as in a cluster
 * where a picker with a proxy of its own serves a pool. Which pods answer is nowhere written: who chooses among them follows
 * the selector.
 */
import type { InferencePool, LiveObject } from '../../../../src/kubernetes/index.ts'

type Pool = InferencePool & LiveObject

/** Whether an LLMInferenceService made it. */
export const isRouted = ({ metadata }: LiveObject): boolean =>
  (metadata.ownerReferences ?? []).some(({ kind }) => kind === 'LLMInferenceService')

/** What its Gateway says of a pool. */
export function statusOf({ metadata, status, spec }: Pool): object {
  const known = status?.parents?.[0]?.conditions ?? []
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z')
  const isValid = (spec?.targetPorts ?? []).length > 0
  const condition = (type: string, reason: string, is: boolean) => ({
    type,
    status: is ? 'True' : 'False',
    reason,
    message: '',
    observedGeneration: metadata.generation ?? 0,
    lastTransitionTime: known.find((each) => each.type === type)?.lastTransitionTime ?? now,
  })
  return {
    parents: [
      {
        controllerName: 'fairlead.test/gateway-stand-in',
        parentRef: { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'kserve-ingress-gateway' },
        conditions: [condition('Accepted', 'Accepted', isValid), condition('ResolvedRefs', 'ResolvedRefs', isValid)],
      },
    ],
  }
}
