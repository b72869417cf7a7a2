import { z } from 'zod'
import { invalidValue, sendJson, type Route } from '../serving/index.ts'
import { bootstrapEngines, bootstrapQueryPath, transferPath } from './kv-transfer/index.ts'
import type { SimulatedBackend } from './simulated-backend.ts'

const transferFields = z.looseObject({
  engine_id: z.string().nullable(),
  request_id: z.string(),
  prompt: z.string(),
  waits: z.boolean().default(false),
})

/** What a simulated engine answers beside the common paths: vLLM's `/reset_prefix_cache`, and what only it has. */
export function engineRoutes({ engine }: SimulatedBackend): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/reset_prefix_cache',
      isBodiless: true,
      handle: ({ response }) => sendJson(response, 200, { success: engine.forgetPrompts() }),
    },
    {
      method: 'GET',
      path: '/simulated/kv-events',
      isAlwaysOpen: true,
      handle({ response }) {
        const { endpoint = null, replayEndpoint = null, topic = null } = engine.publisher ?? {}
        sendJson(response, 200, { endpoint, replayEndpoint, topic })
      },
    },
    {
      method: 'GET',
      path: bootstrapQueryPath,
      isAlwaysOpen: true,
      handle({ response }) {
        if (engine.isBootstrapServer) sendJson(response, 200, bootstrapEngines(engine.address.id))
        else sendJson(response, 404, { detail: 'Not Found' })
      },
    },
    {
      // An engine that drains hands over what it keeps.
      method: 'POST',
      path: transferPath,
      isAlwaysOpen: true,
      async handle({ body, response, signal }) {
        const checked = transferFields.safeParse(body)
        if (!checked.success) throw invalidValue('A transfer needs engine_id, request_id and prompt.')
        const { engine_id: engineId, request_id: name, prompt, waits } = checked.data
        const isHandedOver =
          engine.isMeant(engineId) &&
          (waits ? await engine.handOverOnceThere(name, prompt, signal) : engine.handOver(name, prompt))
        sendJson(response, isHandedOver ? 200 : 404, { success: isHandedOver })
      },
    },
  ]
}
