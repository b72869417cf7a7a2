import { z } from 'zod'
import { invalidValue, sendJson, type Route } from '../serving/index.ts'
import { transferPath } from './kv-transfer/index.ts'
import type { SimulatedBackend } from './simulated-backend.ts'

const transferFields = z.looseObject({ engine_id: z.string(), request_id: z.string() })

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
      // An engine that drains hands over what it keeps.
      method: 'POST',
      path: transferPath,
      isAlwaysOpen: true,
      handle({ body, response }) {
        const checked = transferFields.safeParse(body)
        if (!checked.success) throw invalidValue('A transfer needs engine_id and request_id.')
        const isHandedOver = engine.handOver(checked.data.engine_id, checked.data.request_id)
        sendJson(response, isHandedOver ? 200 : 404, { success: isHandedOver })
      },
    },
  ]
}
