import type { Fleet, Model } from '../fleet/index.ts'
import type { ModelPlan, Plan, PlanFacts, PlanWarning } from './contract.ts'
import { geometryOf } from './geometry-of.ts'
import { planGroups, type PlannedGroups } from './groups.ts'
import { hourlyCost, planNodes } from './nodes.ts'
import { planReplica } from './plan-replica.ts'
import { replicasOf, type Replica } from './replica.ts'

/** Errors that say that something cannot run where it is to run: the answer of `fairlead plan` is no. */
const isNo = ({ severity }: PlanWarning) => severity === 'error'

/** A Fleet with every default filled in, sized, and every number explained. Pure. */
export function makePlan(fleet: Fleet, facts: PlanFacts = {}): Plan {
  const geometries = new Map(fleet.models.map((model) => [model, geometryOf(model, facts)]))
  const groups = planGroups(fleet, (model) => geometries.get(model))
  const planned = fleet.models.map((model, index) =>
    planModel(model, index, { fleet, groups, geometry: geometries.get(model) }),
  )
  const models = planned.map(({ plan }) => plan)
  const warnings = [...groups.warnings, ...planned.flatMap(({ warnings }) => warnings)]
  const cost = hourlyCost(models, groups.groups, fleet)
  return {
    fleet,
    target: facts.target ?? fleet.targets.default,
    models,
    groups: groups.groups,
    nodes: planNodes(models, groups.groups, fleet),
    ...(cost === undefined ? {} : { costPerHour: cost }),
    warnings,
    fits: !warnings.some(isNo),
  }
}

function planModel(
  model: Model,
  index: number,
  context: { readonly fleet: Fleet; readonly groups: PlannedGroups; readonly geometry: ModelPlan['geometry'] },
): { readonly plan: ModelPlan; readonly warnings: readonly PlanWarning[] } {
  const { fleet, groups, geometry } = context
  const pools = replicasOf(model).map((replica) =>
    planReplica(replica, { fleet, geometry, at: pathOf(index, replica), given: groups.given.get(model.name) }),
  )
  return {
    plan: {
      name: model.name,
      engine: model.engine,
      ...(model.source === undefined ? {} : { source: model.source }),
      ...(geometry === undefined ? {} : { geometry }),
      pools: pools.map(({ pool }) => pool),
    },
    warnings: [...unknownShape(model, index, geometry), ...pools.flatMap(({ warnings }) => warnings)],
  }
}

const pathOf = (index: number, { role }: Replica) => `models[${index}]${role === 'both' ? '' : `.${role}`}`

/** A model whose shape nobody knows is told, since nothing about it is sized. */
function unknownShape(model: Model, index: number, geometry: ModelPlan['geometry']): PlanWarning[] {
  if (geometry !== undefined || model.engine === 'external' || model.engine === 'simulated') return []
  return [
    {
      severity: 'warning',
      id: 'unknown-model',
      path: `models[${index}].source`,
      message: `the catalogue does not have ${model.source ?? model.name}, so nothing of it is sized`,
      suggestion: 'fetch its config.json and try `fairlead size FILE`, or pull the model so that its files are read',
    },
  ]
}
