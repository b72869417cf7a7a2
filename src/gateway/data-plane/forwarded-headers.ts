/** Fields that end at each hop (RFC 9110 section 7.6.1), with those of RFC 2616 section 13.5.1 that are still sent. */
const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/**
 * Request fields that stay here. The body is framed and named anew, so its length, type and `expect` are not passed on; answers are
 * asked for uncompressed, so that usage can be read from them; who the client is concerns nobody behind the gateway.
 */
const keptFromEngines = new Set([
  ...hopByHop,
  'host',
  'content-length',
  'content-type',
  'expect',
  'accept-encoding',
  'authorization',
  'x-api-key',
  'cookie',
  'x-request-id',
  // Fields by which gateways and engines talk among themselves; a client must not steer them.
  'x-data-parallel-rank',
  'x-data-parallel-host-port',
  'x-prefiller-host-port',
  'x-encoder-hosts-ports',
  'x-kv-cache-source-host-port',
])
const internalPrefix = 'x-fairlead-'
/** The same of the Gateway API's inference extension and of llm-d. */
const routingPrefixes = ['x-gateway-', 'x-llm-d-', 'x-slo-']
/** Which pages may call is for `gateway.cors` to say: vLLM allows every origin by default. */
const corsPrefix = 'access-control-'

/** Answer fields that stay here: those of the hop, and those that the gateway writes itself. */
const keptFromClients = new Set([...hopByHop, 'date', 'server', 'x-request-id'])

/** Names that `Connection` fields declare to end at this hop too; null for none, which is the rule. */
function declaredHopByHop(fields: readonly string[]): ReadonlySet<string> | null {
  let declared: Set<string> | null = null
  for (let index = 0; index + 1 < fields.length; index += 2) {
    if (fields[index] !== 'connection') continue
    const value = (fields[index + 1] ?? '').toLowerCase()
    if (value === 'keep-alive' || value === 'close') continue
    declared ??= new Set()
    for (const name of value.split(',')) declared.add(name.trim())
  }
  return declared
}

function isInternal(name: string): boolean {
  if (!name.startsWith('x-')) return false
  if (name.startsWith(internalPrefix)) return true
  for (const prefix of routingPrefixes) if (name.startsWith(prefix)) return true
  return false
}

/**
 * The client's header fields as an engine gets them, names in lower case and values in turn.
 * @param headers ours, to which they are added: the request id, and the upstream's key where it has one
 */
export function headersForEngine(fields: readonly string[], headers: string[]): string[] {
  const declared = declaredHopByHop(fields)
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const name = fields[index] ?? ''
    if (keptFromEngines.has(name) || isInternal(name) || declared?.has(name) === true) continue
    headers.push(name, fields[index + 1] ?? '')
  }
  return headers
}

/** An engine's header fields as the client gets them, names and values in turn. */
export function headersForClient(fields: readonly string[], requestId: string): string[] {
  const headers = ['x-request-id', requestId]
  const declared = declaredHopByHop(fields)
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const name = fields[index] ?? ''
    if (keptFromClients.has(name) || declared?.has(name) === true) continue
    if (name.startsWith(internalPrefix) || name.startsWith(corsPrefix)) continue
    headers.push(name, fields[index + 1] ?? '')
  }
  return headers
}

/** The head of an event stream that begins before the engine has said anything, names and values in turn. */
export function headersForEvents(requestId: string): string[] {
  return [
    'x-request-id',
    requestId,
    'content-type',
    'text/event-stream; charset=utf-8',
    'cache-control',
    'no-cache',
    ...unbuffered,
  ]
}

/** nginx, when it stands in front, would gather events otherwise (ngx_http_proxy_module, proxy_buffering). */
export const unbuffered: readonly string[] = ['x-accel-buffering', 'no']
