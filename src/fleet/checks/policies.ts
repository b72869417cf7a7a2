import { impliedEngine } from '../schema/resolve.ts'
import { goesByKvEvents } from '../schema/routing-policies.ts'
import type { Check, Finding } from './check.ts'

/** Engines whose KV events are not read, and why. */
const without: Readonly<Record<string, string>> = {
  llamacpp: 'llama.cpp publishes no KV events',
  sglang: 'SGLang has no way to compare rendered prompts with',
}

/** A policy that an engine has nothing for, and addresses of KV events that are not one for each replica, are told of. */
export const policiesHaveWhatTheyNeed: Check = ({ fleet }) =>
  fleet.models.flatMap((model, index): Finding[] => {
    const found: Finding[] = []
    const policy = model.routing?.policy ?? fleet.routing.policy
    const why = without[model.engine ?? impliedEngine(model)]
    if (goesByKvEvents(policy) && why !== undefined) {
      const path = model.routing?.policy === undefined ? ['routing', 'policy'] : ['models', index, 'routing', 'policy']
      found.push({
        severity: 'warning',
        path,
        message: `acts as ${policy.replace(/Exact$/, '')} for ${model.name}: ${why}`,
      })
    }
    const { endpoints, replayEndpoints } = model.kvCache.events
    const pools = [model, model.prefill, model.decode]
    const addresses = pools.reduce((sum, pool) => sum + (pool?.addresses.length ?? 0), 0)
    for (const [name, list] of Object.entries({ endpoints, replayEndpoints })) {
      if (list.length === 0 || list.length === addresses) continue
      const path = ['models', index, 'kvCache', 'events', name]
      found.push({ path, message: `has ${list.length} entries, and there are ${addresses} addresses` })
    }
    return found
  })
