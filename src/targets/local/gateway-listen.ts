import { parseListenAddress, type Fleet } from '../../fleet/index.ts'
import type { Listen } from './ports.ts'

/** Where the gateway of a Fleet listens. */
export interface GatewayListen {
  readonly listen: Listen
  readonly admin: Listen
}

/** The two addresses of a Fleet's gateway; administration is on loopback, one port up, unless the Fleet says otherwise. */
export function gatewayListenOf({ gateway }: Fleet): GatewayListen {
  const listen = parseListenAddress(gateway.listen)
  const adminPort = listen.port === 0 ? 0 : listen.port + 1
  const admin = gateway.admin === undefined ? { host: '127.0.0.1', port: adminPort } : parseListenAddress(gateway.admin)
  return { listen, admin }
}
