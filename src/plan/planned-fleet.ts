import type { Fleet, Model } from '../fleet/index.ts'
import type { Decision, ModelPlan, PlanFacts } from './contract.ts'
import { makePlan } from './make-plan.ts'

/**
 * The Fleet with what sizing decided written into its models, so that what runs is what was planned. What the Fleet, a
 * profile or the engine decides stays where it is decided.
 */
export function plannedFleet(fleet: Fleet, facts: PlanFacts = {}): Fleet {
  const { models } = makePlan(fleet, facts)
  return { ...fleet, models: fleet.models.map((model, index) => withDecisions(model, models[index])) }
}

function withDecisions(model: Model, planned: ModelPlan | undefined): Model {
  const [pool, ...others] = planned?.pools ?? []
  if (pool === undefined || others.length > 0) return model
  // What was sized for a GPU that nobody named says nothing of the one that is there.
  if (pool.decisions.some(({ field, by }) => field === 'hardware.gpu' && by === 'sizing')) return model
  return pool.decisions.filter(({ by }) => by === 'sizing').reduce(withDecision, model)
}

function withDecision(model: Model, { field, value }: Decision): Model {
  if (typeof value !== 'number') return model
  switch (field) {
    case 'context':
      return { ...model, context: value }
    case 'maxSequences':
      return { ...model, maxSequences: value }
    case 'maxBatchedTokens':
      return { ...model, maxBatchedTokens: value }
    case 'hardware.memoryFraction':
      return { ...model, hardware: { ...model.hardware, memoryFraction: value } }
    case 'parallelism.tensor':
      return { ...model, parallelism: { ...model.parallelism, tensor: value } }
    case 'parallelism.pipeline':
      return { ...model, parallelism: { ...model.parallelism, pipeline: value } }
    case 'parallelism.data':
      return { ...model, parallelism: { ...model.parallelism, data: value } }
    default:
      return model
  }
}
