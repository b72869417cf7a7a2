import { setTimeout as delay } from 'node:timers/promises'
import { request } from 'undici'
import { UserError } from '../../../errors/index.ts'
import type { Environment } from '../../../files/index.ts'
import type { Fleet } from '../../../fleet/index.ts'
import type { ClusterClient, Pod, Service } from '../../../kubernetes/index.ts'
import type { ProgressReporter } from '../../../progress/index.ts'
import type { FoundFleet } from '../fleets/find-fleet.ts'
import type { Live } from '../fleets/parts.ts'
import type { FleetAddress } from '../looking/addresses.ts'
import { podStage } from './pod-stage.ts'

/** A first answer may have to compile kernels. */
const timeoutMs = 120_000
/** Gateways that look names up ask DNS every 2 s, which may remember for longer that a name had no address. */
const discoveryMs = 60_000
const pollMs = 500

/** What a smoke request is sent with. */
export interface SmokeContext {
  readonly client: ClusterClient
  readonly found: FoundFleet
  readonly fleet: Fleet
  readonly environment: Environment
  readonly progress: ProgressReporter
}

/** Sends one request through each address; those inside the cluster are reached through the API server. */
export async function smokeTest(addresses: readonly FleetAddress[], context: SmokeContext): Promise<void> {
  const model = context.fleet.models.find(
    ({ task = 'generate', replicas, minReplicas }) => task === 'generate' && (minReplicas ?? replicas) > 0,
  )
  if (model === undefined)
    return context.progress.note('No model answers chats and has replicas, so no request was sent.')
  for (const address of addresses) {
    const step = context.progress.step(`Ask ${model.name} by ${address.url}`)
    try {
      step.succeed(
        await (address.isInside
          ? askInside(address, model.name, context)
          : askPatiently(address.url, model.name, context.environment)),
      )
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      // Where the way from here fails, such as a name that does not resolve, the Fleet may serve all the same.
      if (!address.isInside || !(error instanceof Refused)) {
        step.fail(`not asked, it cannot be reached from here: ${why}`)
        continue
      }
      step.fail(why)
      throw new UserError({
        what: `Everything is ready, and ${model.name} does not answer`,
        where: address.url,
        why,
        mend: 'The gateway’s log says more.',
        command: `fairlead logs gateway --fleet ${context.fleet.name}`,
        cause: error,
      })
    }
  }
}

/** The gateway answered, and not with an answer of the model. */
class Refused extends Error {
  readonly status: number

  constructor(status: number, text: string) {
    super(`HTTP ${status}: ${text}`)
    this.status = status
  }
}

/** Asks again while nothing behind the address can answer yet. */
async function askPatiently(url: string, model: string, environment: Environment): Promise<string> {
  for (const deadline = Date.now() + discoveryMs; ; await delay(pollMs)) {
    try {
      return await ask(url, model, environment)
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 503 || Date.now() > deadline) throw error
    }
  }
}

/** Asks a ready pod of the address’s Service, which is reached through the API server. */
async function askInside(
  { by }: FleetAddress,
  model: string,
  { client, found: { namespace }, environment }: SmokeContext,
): Promise<string> {
  const service = (await client.get({ apiVersion: 'v1', kind: 'Service', namespace, name: by.split(' ')[1] ?? '' })) as
    | Live<Service>
    | undefined
  const labelSelector = Object.entries(service?.spec?.selector ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .join(',')
  const pods =
    labelSelector === '' ? [] : (await client.list({ apiVersion: 'v1', kind: 'Pod', namespace, labelSelector })).items
  const pod = (pods as Live<Pod>[]).find((each) => podStage(each) === 'ready')
  const port = pod === undefined ? undefined : portOf(pod, service?.spec?.ports?.[0]?.targetPort)
  if (pod === undefined || port === undefined) return 'no pod of it is ready'
  const forward = await client.portForward({ namespace, pod: pod.metadata.name, port })
  try {
    return await askPatiently(`http://127.0.0.1:${forward.localPort}`, model, environment)
  } finally {
    await forward.close()
  }
}

function portOf({ spec }: Pod, target: string | number | undefined): number | undefined {
  if (typeof target === 'number') return target
  const ports = spec?.containers.flatMap((container) => container.ports ?? [])
  return ports?.find(({ name }) => name === target)?.containerPort
}

async function ask(url: string, model: string, environment: Environment): Promise<string> {
  const key = environment['FAIRLEAD_API_KEY']
  const startedAtMs = performance.now()
  const { statusCode, body } = await request(`${url}/v1/chat/completions`, {
    method: 'POST',
    signal: AbortSignal.timeout(timeoutMs),
    reset: true,
    headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) },
    body: JSON.stringify({ model, max_tokens: 1, messages: [{ role: 'user', content: 'Hello' }] }),
  })
  const text = (await body.text()).slice(0, 400)
  if (statusCode === 401 || statusCode === 403) return `it answers, and wants a key (FAIRLEAD_API_KEY sends one)`
  if (statusCode !== 200) throw new Refused(statusCode, text)
  return `answered in ${((performance.now() - startedAtMs) / 1_000).toFixed(1)} s`
}
