import { z } from 'zod'
import type { Listen } from '../ports.ts'
import type { GatewayFlags, Programs } from '../programs.ts'
import type { ProcessRole } from './supervised-process.ts'

const address = z.object({ host: z.string(), port: z.int() })
/** What the gateway says once it listens. */
const listening = z.object({ type: z.literal('listening'), listen: address, admin: address })

/** The addresses that the gateway listens on. */
export interface GatewayAddresses {
  readonly listen: Listen
  readonly admin: Listen
}

/** A start without the key that the Fleet asks for is a mistake that no retry mends, so the first start must succeed. */
const startupBudgetMs = 30_000

/** The gateway as a supervised process: it serves once it says over IPC that it listens, and keeps its ports over restarts. */
export function gatewayRole(
  flags: GatewayFlags,
  programs: Programs,
  onListening: (addresses: GatewayAddresses) => void,
): ProcessRole {
  let ports = { port: flags.port, adminPort: flags.adminPort }
  let heard = Promise.withResolvers<void>()
  return {
    name: 'gateway',
    startupBudgetMs,
    mustServeAtFirst: true,
    commandLine: async () => {
      heard = Promise.withResolvers<void>()
      return programs.gateway({ ...flags, ...ports })
    },
    untilServing: (_child, signal) => {
      const current = heard
      signal.addEventListener('abort', () => current.reject(signal.reason), { once: true })
      return current.promise
    },
    onMessage(message) {
      const parsed = listening.safeParse(message)
      if (!parsed.success) return
      const { listen, admin } = parsed.data
      ports = { port: listen.port, adminPort: admin.port }
      onListening({ listen, admin })
      heard.resolve()
    },
  }
}
