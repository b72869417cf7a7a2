import type { Environment } from '../../../files/index.ts'
import type { Plan } from '../../../plan/index.ts'
import type { Target } from '../../../targets/index.ts'
import type { Machine } from '../machine.ts'
import type { SeenReplica, Symptoms } from './diagnose.ts'

/** Last lines of each log that are looked at. */
const tail = 200

/** What a running Fleet tells of itself: states, metrics that can be reached from here, the ends of its logs. */
export async function gatherSymptoms(
  plan: Plan,
  target: Target,
  {
    environment,
    machine,
    signal,
  }: { readonly environment: Environment; readonly machine: Machine; readonly signal: AbortSignal },
): Promise<Symptoms> {
  const name = plan.fleet.name
  const status = await target.status(name, environment)
  const lines = new Map<string, string[]>()
  for await (const { source, text } of target.logs(name, environment, { follow: false, tail, signal })) {
    const known = lines.get(source)
    if (known === undefined) lines.set(source, [text])
    else known.push(text)
  }
  const metricsAt = async (base: string): Promise<string | undefined> => {
    const answer = await machine.ask(`${base}/metrics`)
    return 'body' in answer && answer.status === 200 ? answer.body : undefined
  }
  const replicas = await Promise.all(
    status.replicas.map(async ({ id, model, state, inFlight, address, lastError }): Promise<SeenReplica> => ({
      id,
      model,
      state,
      inFlight: inFlight ?? 0,
      metrics: state === 'ready' && address !== '' ? await metricsAt(address) : undefined,
      lines: (lines.get(id) ?? []).concat(lastError ?? []),
    })),
  )
  return { plan, replicas, gatewayMetrics: status.gateway === null ? undefined : await metricsAt(status.gateway.admin) }
}
