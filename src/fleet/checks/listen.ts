import { isLoopback, readListenAddress, type ListenAddress } from '../listen-address.ts'
import type { Check, Finding } from './check.ts'

/** Listeners have addresses that can be listened on, and not the same one. */
export const listenersAreAddresses: Check = ({ fleet: { gateway } }) => {
  const findings: Finding[] = []
  for (const [field, text] of [
    ['listen', gateway.listen],
    ['admin', gateway.admin],
  ] as const) {
    if (text === undefined) continue
    const read = readListenAddress(text)
    if ('message' in read) {
      findings.push({
        path: ['gateway', field],
        message: `${read.message}, found ${JSON.stringify(text)}`,
        suggestion: read.suggestion,
      })
    }
  }
  const listen = addressOf(gateway.listen)
  const admin = gateway.admin === undefined ? undefined : addressOf(gateway.admin)
  if (listen?.port === 65_535 && gateway.admin === undefined) {
    findings.push({
      path: ['gateway', 'listen'],
      message: 'no port is left after 65535 for administration',
      suggestion: 'write gateway.admin, or a lower port here',
    })
  }
  if (
    listen !== undefined &&
    admin !== undefined &&
    admin.port !== 0 &&
    listen.port === admin.port &&
    listen.host === admin.host
  ) {
    findings.push({
      path: ['gateway', 'admin'],
      message: 'the same address as gateway.listen',
      suggestion: 'write another port; without this line it is loopback, port + 1',
      from: [['gateway', 'listen']],
    })
  }
  return findings
}

/** Who can be reached by others asks for keys, or says that it means not to. */
export const reachableMeansProtected: Check = ({ fleet: { gateway, access } }) => {
  if (access.anonymous || access.keys.length > 0 || access.keysFile !== undefined) return []
  const from = [['access']]
  return (
    [
      ['listen', gateway.listen],
      ['admin', gateway.admin],
    ] as const
  ).flatMap(([field, text]) => {
    const address = text === undefined ? undefined : addressOf(text)
    if (address === undefined || isLoopback(address.host)) return []
    return [
      {
        path: ['gateway', field],
        message: `others can reach ${address.host}, and no keys are asked for`,
        suggestion: 'write access.keys or access.keysFile, listen on 127.0.0.1, or say access.anonymous: true',
        from,
      },
    ]
  })
}

function addressOf(text: string): ListenAddress | undefined {
  const read = readListenAddress(text)
  return 'message' in read ? undefined : read
}
