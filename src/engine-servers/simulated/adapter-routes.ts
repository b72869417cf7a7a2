import { z } from 'zod'
import { sendText, ServingError, type Route } from '../serving/index.ts'
import type { SimulatedBackend } from './simulated-backend.ts'

const loadFields = z.looseObject({ lora_name: z.string().min(1), lora_path: z.string().min(1) })
const unloadFields = z.looseObject({ lora_name: z.string().min(1) })

/**
 * How adapters come and go at run time, as vLLM has it (0.32, with VLLM_ALLOW_RUNTIME_LORA_UPDATING): plain text and 200; 400 for
 * one that is loaded already, 404 for one that is not known.
 */
export function adapterRoutes({ adapters }: SimulatedBackend): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/v1/load_lora_adapter',
      handle({ body, response }) {
        const checked = loadFields.safeParse(body)
        if (!checked.success) throw invalidInput("Both 'lora_name' and 'lora_path' must be provided.")
        const { lora_name: name } = checked.data
        if (adapters.has(name)) throw invalidInput(`The lora adapter '${name}' has already been loaded.`)
        adapters.add(name)
        sendText(response, 200, 'text/plain', `Success: LoRA adapter '${name}' added successfully.`)
      },
    },
    {
      method: 'POST',
      path: '/v1/unload_lora_adapter',
      handle({ body, response }) {
        const checked = unloadFields.safeParse(body)
        if (!checked.success) throw invalidInput("'lora_name' needs to be provided to unload a LoRA adapter.")
        const { lora_name: name } = checked.data
        if (!adapters.delete(name))
          throw new ServingError(404, `The lora adapter '${name}' cannot be found.`, 'NotFoundError')
        sendText(response, 200, 'text/plain', `Success: LoRA adapter '${name}' removed successfully.`)
      },
    },
  ]
}

const invalidInput = (message: string) => new ServingError(400, message, 'InvalidUserInput')
