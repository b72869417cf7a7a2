import { parse } from 'yaml'

/** What one listener of a proxy does with a request, in the order of its filters. */
export interface ProxyListener {
  readonly port: number
  /** Answers 200 here and asks nobody; 404 to all else. */
  readonly readyPath: string | undefined
  /** Headers that are taken off first. */
  readonly removed: readonly string[]
  /** Where it asks what to do with a request, over TLS. */
  readonly processor: { readonly host: string; readonly port: number; readonly authority: string } | undefined
  /** The header that says where a request goes. */
  readonly destinationHeader: string | undefined
}

interface Address {
  readonly socket_address: { readonly address: string; readonly port_value: number }
}
interface Cluster {
  readonly name: string
  readonly type: string
  readonly transport_socket?: { readonly name: string }
  readonly original_dst_lb_config?: { readonly use_http_header: boolean; readonly http_header_name: string }
  readonly load_assignment?: {
    readonly endpoints: readonly {
      readonly lb_endpoints: readonly { readonly endpoint: { readonly address: Address } }[]
    }[]
  }
}
interface Filter {
  readonly name: string
  readonly typed_config: {
    readonly headers?: readonly { readonly string_match: { readonly exact: string } }[]
    readonly mutations?: { readonly request_mutations: readonly { readonly remove: string }[] }
    readonly grpc_service?: { readonly envoy_grpc: { readonly cluster_name: string; readonly authority: string } }
  }
}
interface Manager {
  readonly typed_config: {
    readonly route_config: {
      readonly virtual_hosts: readonly {
        readonly routes: readonly { readonly route: { readonly cluster: string } }[]
      }[]
    }
    readonly http_filters: readonly Filter[]
  }
}
interface Configuration {
  readonly static_resources: {
    readonly listeners: readonly {
      readonly address: Address
      readonly filter_chains: readonly { readonly filters: readonly Manager[] }[]
    }[]
    readonly clusters: readonly Cluster[]
  }
}

const known = new Set(
  ['health_check', 'header_mutation', 'ext_proc', 'router'].map((name) => `envoy.filters.http.${name}`),
)

/** Reads an Envoy's configuration. Throws where it names what is not there, or a filter that nothing here stands in for. */
export function readSettings(text: string): ProxyListener[] {
  const { listeners, clusters } = (parse(text) as Configuration).static_resources
  const clusterOf = (name: string): Cluster => {
    const found = clusters.find((each) => each.name === name)
    if (found === undefined) throw new Error(`no cluster ${name}`)
    return found
  }
  const processorOf = ({ cluster_name, authority }: { readonly cluster_name: string; readonly authority: string }) => {
    const { load_assignment: assigned, transport_socket: transport } = clusterOf(cluster_name)
    const at = assigned?.endpoints[0]?.lb_endpoints[0]?.endpoint.address.socket_address
    if (at === undefined || transport?.name !== 'envoy.transport_sockets.tls')
      throw new Error(`${cluster_name}: no TLS`)
    return { host: at.address, port: at.port_value, authority }
  }
  return listeners.map(({ address, filter_chains: chains }) => {
    const manager = chains[0]?.filters[0]?.typed_config
    const filters = manager?.http_filters ?? []
    const unknown = filters.find(({ name }) => !known.has(name))
    if (unknown !== undefined) throw new Error(`nothing stands in for ${unknown.name}`)
    const of = (name: string) => filters.find((filter) => filter.name.endsWith(`.${name}`))?.typed_config
    const service = of('ext_proc')?.grpc_service?.envoy_grpc
    const target = manager?.route_config.virtual_hosts[0]?.routes[0]?.route.cluster
    const destination = target === undefined ? undefined : clusterOf(target).original_dst_lb_config
    return {
      port: address.socket_address.port_value,
      readyPath: of('health_check')?.headers?.[0]?.string_match.exact,
      removed: (of('header_mutation')?.mutations?.request_mutations ?? []).map(({ remove }) => remove),
      processor: service === undefined ? undefined : processorOf(service),
      destinationHeader: destination?.use_http_header === true ? destination.http_header_name : undefined,
    }
  })
}
