import { ClusterError, type ClusterClient } from '../../kubernetes/index.ts'
import type { Term } from './leader-election.ts'

/** What changes something on the server. */
const writes = ['apply', 'create', 'update', 'patch', 'delete', 'exec'] as const
type Write = (typeof writes)[number]

/**
 * The client of one term: nothing is written once the term is over. What is under way then is ended by closing the client, and
 * whoever leads next begins only after that.
 */
export function fencedClient(client: ClusterClient, term: Term): ClusterClient {
  const guarded = (verb: Write) => {
    const ask = client[verb].bind(client) as (...args: unknown[]) => Promise<unknown>
    return async (...args: unknown[]) => {
      if (!term.isHeld()) {
        throw new ClusterError({ reason: 'cancelled', message: 'Another controller leads, or may lead by now.' })
      }
      return ask(...args)
    }
  }
  const guards = Object.fromEntries(writes.map((verb) => [verb, guarded(verb)])) as Pick<ClusterClient, Write>
  return new Proxy(client, {
    get: (target, name) => {
      if (Object.hasOwn(guards, name)) return guards[name as Write]
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
