import type { KeyOwner } from '../../../access/index.ts'
import type { Model } from '../../../fleet/index.ts'
import type { ExchangeRequest } from '../data-plane.ts'
import { bytesPerToken } from '../replica-handle.ts'
import type { ServedModel } from '../served-model.ts'
import type { Standing } from './room.ts'

/** Names one of `flow.priorities`. */
const priorityField = 'x-fairlead-priority'

/**
 * How a request stands among those that wait for a model.
 * @param highest names the priority that it may have at the most where its key names none; null is that of no name
 */
export function standingOf(
  asked: ExchangeRequest,
  model: ServedModel,
  bytes: number,
  highest: string | null,
): Omit<Standing, 'group'> {
  const { flow } = model.model
  const promptTokens = model.estimatePromptTokens(bytes) || Math.ceil(bytes / bytesPerToken)
  return {
    tenant: tenantOf(asked.owner, flow.fairness),
    priority: Math.min(
      levelOf(asked.request.header(priorityField), flow.priorities),
      levelOf(asked.owner?.priority ?? highest, flow.priorities),
    ),
    tokens: promptTokens + Math.round(model.expectedOutputTokens),
  }
}

/** Who is told apart. Keys tell of a team at the most: users are told apart as keys are. */
function tenantOf(owner: KeyOwner | null, fairness: Model['flow']['fairness']): string {
  if (owner === null || fairness === 'none') return ''
  return fairness === 'team' && owner.team !== null ? `team ${owner.team}` : `key ${owner.name}`
}

/** Its level; 0 for a name that the Fleet does not know, and for none. */
function levelOf(named: string | null | undefined, priorities: Model['flow']['priorities']): number {
  return priorities.find(({ name }) => name === named)?.level ?? 0
}
