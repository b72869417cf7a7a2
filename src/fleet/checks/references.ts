import type { FieldPath } from '../diagnostic.ts'
import { didYouMean } from '../explain/did-you-mean.ts'
import type { FleetDocument } from '../schema/fleet-document.ts'
import type { Check } from './check.ts'
import { servedNames } from './names.ts'

/** Fields that name a model of the Fleet name one that is there. */
export const referredModelsExist: Check = ({ fleet }) => {
  const served = servedNames(fleet)
  const known = new Set(served.map(({ name }) => name))
  const from = served.map(({ path }) => path)
  return references(fleet)
    .filter(({ name }) => name !== undefined && !known.has(name))
    .map(({ name = '', path }) => {
      const near = didYouMean(name, [...known])
      return {
        path,
        message: `no model of this Fleet is called ${JSON.stringify(name)}`,
        suggestion:
          near === undefined ? `the models are ${[...known].slice(0, 12).join(', ')}` : `did you mean ${near}?`,
        from,
      }
    })
}

/** Rights to priorities name one of the Fleet or of a model. */
export const grantedPrioritiesExist: Check = ({ fleet }) => {
  const known = [...new Set([fleet, ...fleet.models].flatMap(({ flow }) => flow?.priorities ?? []).map(nameOf))]
  const from: FieldPath[] = [
    ['flow', 'priorities'],
    ...fleet.models.map((_, index) => ['models', index, 'flow', 'priorities']),
  ]
  const granted: Reference[] = [
    { path: ['access', 'priority'], name: fleet.access.priority },
    ...fleet.access.keys.map(({ priority }, index) => ({
      path: ['access', 'keys', index, 'priority'],
      name: priority,
    })),
  ]
  return granted
    .filter(({ name }) => name !== undefined && !known.includes(name))
    .map(({ name = '', path }) => {
      const near = didYouMean(name, known)
      const all =
        known.length === 0 ? 'add it to flow.priorities, with its level' : `the priorities are ${known.join(', ')}`
      return {
        path,
        message: `no priority of this Fleet is called ${JSON.stringify(name)}`,
        suggestion: near === undefined ? all : `did you mean ${near}?`,
        from,
      }
    })
}

const nameOf = ({ name }: { readonly name: string }) => name

interface Reference {
  readonly path: FieldPath
  readonly name: string | undefined
}

function references(fleet: FleetDocument): Reference[] {
  return [
    ...sectionReferences(fleet, []),
    ...fleet.models.flatMap((model, index) => sectionReferences(model, ['models', index])),
    ...fleet.experiments.flatMap((experiment, index) => [
      { path: ['experiments', index, 'model'], name: experiment.model },
      ...experiment.variants.map(({ model }, place) => ({
        path: ['experiments', index, 'variants', place, 'model'],
        name: model,
      })),
    ]),
    ...fleet.access.keys.flatMap(({ models }, index) =>
      models.map((name, place) => ({ path: ['access', 'keys', index, 'models', place], name })),
    ),
    ...fleet.prices.models.map(({ name }, index) => ({ path: ['prices', 'models', index, 'name'], name })),
  ]
}

/** References within the sections that the Fleet and a model share. */
function sectionReferences(
  sections: Pick<FleetDocument['models'][number], 'routing' | 'cache' | 'guard'>,
  at: FieldPath,
): Reference[] {
  return [
    ...(sections.routing?.fallbackModels ?? []).map((name, place) => ({
      path: [...at, 'routing', 'fallbackModels', place],
      name,
    })),
    { path: [...at, 'cache', 'semantic', 'model'], name: sections.cache?.semantic?.model },
    { path: [...at, 'guard', 'model'], name: sections.guard?.model },
  ]
}
