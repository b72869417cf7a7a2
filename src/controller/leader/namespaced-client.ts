import {
  ClusterError,
  resourceOf,
  type ClusterClient,
  type KubernetesObject,
  type ListQuery,
  type ObjectRef,
  type PageOptions,
} from '../../kubernetes/index.ts'

/**
 * A client that sees one namespace and nothing beside it, whatever the account may do: the verbs look for a Fleet in all
 * namespaces where the own one does not have it, and a Fleet object must never reach one of the same name elsewhere.
 */
export function namespacedClient(client: ClusterClient, namespace: string): ClusterClient {
  const check = (asked: string | undefined) => {
    if (asked === undefined || asked === namespace) return
    throw new ClusterError({
      reason: 'forbidden',
      status: 403,
      message: `Fleets of ${namespace} reach nothing in ${asked}.`,
    })
  }
  const inside = <Query extends ListQuery>(query: Query): Query => {
    check(query.namespace)
    const isNamespaced = resourceOf(query.apiVersion, query.kind)?.isNamespaced !== false
    return isNamespaced ? { ...query, namespace } : query
  }
  const named = <Verb extends 'get' | 'patch' | 'delete'>(verb: Verb) => {
    const ask = client[verb].bind(client) as (ref: ObjectRef, ...rest: unknown[]) => unknown
    return (ref: ObjectRef, ...rest: unknown[]) => {
      check(ref.namespace)
      return ask(ref, ...rest)
    }
  }
  const written = <Verb extends 'apply' | 'create' | 'update'>(verb: Verb) => {
    const ask = client[verb].bind(client) as (object: KubernetesObject, ...rest: unknown[]) => unknown
    return (object: KubernetesObject, ...rest: unknown[]) => {
      check(object.metadata.namespace)
      return ask(object, ...rest)
    }
  }
  const guards = {
    namespace,
    list: (query: ListQuery, options?: PageOptions) => client.list(inside(query), options),
    pages: (query: ListQuery, options?: PageOptions) => client.pages(inside(query), options),
    get: named('get'),
    patch: named('patch'),
    delete: named('delete'),
    apply: written('apply'),
    create: written('create'),
    update: written('update'),
  }
  return new Proxy(client, {
    get: (target, name) => {
      if (Object.hasOwn(guards, name)) return guards[name as keyof typeof guards]
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
