import { dnsLabel, type InferenceModelRewrite, type InferenceObjective } from '../../../kubernetes/index.ts'
import type { ObjectsOf } from '../context.ts'
import { routerPart } from './part.ts'

/** Priorities as objectives, which requests name in `x-llm-d-inference-objective`; aliases as rewrites. */
export const renderRules: ObjectsOf = ({ pools, metadata }) => ({
  objects: pools.flatMap((pool) => {
    const part = routerPart(pool)
    const { aliases, name, flow } = pool.model
    const objectives = flow.priorities.map(({ name: priority, level }): InferenceObjective => ({
      apiVersion: 'llm-d.ai/v1alpha2',
      kind: 'InferenceObjective',
      metadata: metadata(dnsLabel(`${pool.name}-${priority}`), part),
      spec: { poolRef: { name: pool.name }, priority: level },
    }))
    const rewrite: InferenceModelRewrite = {
      apiVersion: 'llm-d.ai/v1alpha2',
      kind: 'InferenceModelRewrite',
      metadata: metadata(pool.name, part),
      spec: {
        poolRef: { name: pool.name },
        rules: aliases.map((alias) => ({
          matches: [{ model: { type: 'Exact', value: alias } }],
          targets: [{ modelRewrite: name, weight: 1 }],
        })),
      },
    }
    return [
      ...objectives.map((object) => ({ kind: 'object' as const, object })),
      ...(aliases.length === 0
        ? []
        : [
            {
              kind: 'object' as const,
              object: rewrite,
              comments: [
                {
                  path: ['spec', 'rules'],
                  text: 'Prompts count by the model’s name, so that what one alias left in a cache is found by another.',
                },
              ],
            },
          ]),
    ]
  }),
})
