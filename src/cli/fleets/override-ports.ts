import { parseListenAddress, type Fleet } from '../../fleet/index.ts'

/** Ports from the command line. */
export interface PortOverrides {
  readonly port: number | undefined
  readonly adminPort: number | undefined
}

function withPort(address: string, port: number | undefined): string {
  if (port === undefined) return address
  const { host } = parseListenAddress(address)
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** The Fleet with its gateway on other ports, on the same hosts. */
export function overridePorts(fleet: Fleet, { port, adminPort }: PortOverrides): Fleet {
  const { listen, admin } = fleet.gateway
  const adminAddress = adminPort === undefined ? admin : withPort(admin ?? '127.0.0.1:0', adminPort)
  return {
    ...fleet,
    gateway: {
      ...fleet.gateway,
      listen: withPort(listen, port),
      ...(adminAddress === undefined ? {} : { admin: adminAddress }),
    },
  }
}
