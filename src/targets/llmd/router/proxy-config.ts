import { routerPorts } from '../release.ts'

const type = (name: string) => ({ '@type': `type.googleapis.com/${name}` })

/** Headers by which picker and sidecars tell each other where a request goes; what clients send of them is taken off. */
const internalHeaders = [
  'x-gateway-destination-endpoint',
  'x-gateway-destination-endpoint-subset',
  'x-prefiller-host-port',
  'x-encoder-hosts-ports',
  'x-data-parallel-host-port',
  'x-data-parallel-rank',
  'x-kv-cache-source-host-port',
]

/** Most requests at once; Envoy’s own bound of 1,024 would refuse what the picker’s queue is there for. */
const thresholds = [{ max_connections: 40_000, max_pending_requests: 40_000, max_requests: 40_000 }]

const connectionManager = (statPrefix: string, routes: object, filters: readonly object[]) => ({
  name: 'envoy.filters.network.http_connection_manager',
  typed_config: {
    ...type('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'),
    stat_prefix: statPrefix,
    route_config: { name: statPrefix, virtual_hosts: [{ name: statPrefix, domains: ['*'], routes }] },
    http_filters: [
      ...filters,
      {
        name: 'envoy.filters.http.router',
        typed_config: type('envoy.extensions.filters.http.router.v3.Router'),
      },
    ],
    normalize_path: true,
    merge_slashes: true,
  },
})

const listener = (name: string, port: number, filter: object) => ({
  name,
  address: { socket_address: { address: '0.0.0.0', port_value: port } },
  filter_chains: [{ filters: [filter] }],
})

const endpointOf = (name: string, port: number) => ({
  cluster_name: name,
  endpoints: [
    { lb_endpoints: [{ endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: port } } } }] },
  ],
})

/**
 * Envoy’s configuration beside the picker: each request and its body goes to the picker (ext_proc, full duplex), which names the
 * address that Envoy then sends it to (Gateway API Inference Extension, proposal 004).
 */
export const proxyConfig: object = {
  static_resources: {
    listeners: [
      listener(
        'ready',
        routerPorts.proxyReady,
        connectionManager(
          'ready',
          [],
          [
            {
              name: 'envoy.filters.http.health_check',
              typed_config: {
                ...type('envoy.extensions.filters.http.health_check.v3.HealthCheck'),
                pass_through_mode: false,
                headers: [{ name: ':path', string_match: { exact: '/ready' } }],
              },
            },
          ],
        ),
      ),
      listener(
        'http',
        routerPorts.http,
        connectionManager(
          'http',
          // Answers take as long as they take: no limit of the whole, an hour without a byte.
          [{ match: { prefix: '/' }, route: { cluster: 'members', timeout: '0s', idle_timeout: '3600s' } }],
          [
            {
              name: 'envoy.filters.http.header_mutation',
              typed_config: {
                ...type('envoy.extensions.filters.http.header_mutation.v3.HeaderMutation'),
                mutations: { request_mutations: internalHeaders.map((remove) => ({ remove })) },
              },
            },
            {
              name: 'envoy.filters.http.ext_proc',
              typed_config: {
                ...type('envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor'),
                grpc_service: {
                  envoy_grpc: { cluster_name: 'picker', authority: `localhost:${routerPorts.picker}` },
                  timeout: '10s',
                },
                processing_mode: {
                  request_header_mode: 'SEND',
                  response_header_mode: 'SEND',
                  request_body_mode: 'FULL_DUPLEX_STREAMED',
                  response_body_mode: 'FULL_DUPLEX_STREAMED',
                  request_trailer_mode: 'SEND',
                  response_trailer_mode: 'SEND',
                },
                // The picker may hold a request in its queue before it answers.
                message_timeout: '1000s',
              },
            },
          ],
        ),
      ),
    ],
    clusters: [
      {
        name: 'members',
        type: 'ORIGINAL_DST',
        lb_policy: 'CLUSTER_PROVIDED',
        connect_timeout: '10s',
        circuit_breakers: { thresholds },
        original_dst_lb_config: { use_http_header: true, http_header_name: 'x-gateway-destination-endpoint' },
      },
      {
        name: 'picker',
        type: 'STATIC',
        connect_timeout: '10s',
        circuit_breakers: { thresholds },
        // Within the pod, with a certificate that the picker makes at its start, so there is nobody to check it by.
        transport_socket: {
          name: 'envoy.transport_sockets.tls',
          typed_config: {
            ...type('envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext'),
            common_tls_context: { alpn_protocols: ['h2'] },
          },
        },
        typed_extension_protocol_options: {
          'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
            ...type('envoy.extensions.upstreams.http.v3.HttpProtocolOptions'),
            explicit_http_config: { http2_protocol_options: {} },
          },
        },
        load_assignment: endpointOf('picker', routerPorts.picker),
      },
    ],
  },
}
