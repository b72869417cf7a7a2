import { sourceSchemes } from '../checks/sources.ts'
import { schemaNodeAt, type SchemaNode } from '../schema-node.ts'

/**
 * A rule over several fields in the Common Expression Language, which an API server judges by itself. It refuses nothing that
 * `checks/` lets pass; what costs an API server too much, such as names that are told apart over all models, is left to the
 * controller, which says it in the Fleet’s conditions.
 */
export interface FleetRule {
  /** Path of the node that `self` is, such as `models[]`; empty for `spec`. */
  readonly at: string
  readonly rule: string
  readonly message: string
  /** The field below `self` that the message is about. */
  readonly field?: string
}

/** The rules for a node of the schema. */
export function rulesAt(path: string, node: SchemaNode): Omit<FleetRule, 'at'>[] {
  const own = rules.filter(({ at }) => at === path)
  return node['x-fairlead-kind'] === 'secret' ? [...own, onePlace] : own
}

const onePlace = {
  rule: '(has(self.env) ? 1 : 0) + (has(self.file) ? 1 : 0) + (has(self.secretRef) ? 1 : 0) == 1',
  message: 'expected one place of the secret: env, file or secretRef',
}

/** Fewest, most and a fixed number; for a model and each of its pools. */
const scale = ['models[]', 'models[].prefill', 'models[].decode'].flatMap((at): FleetRule[] => [
  {
    at,
    field: 'minReplicas',
    rule: '!has(self.minReplicas) || !has(self.maxReplicas) || self.minReplicas <= self.maxReplicas',
    message: 'more than maxReplicas: swap the two',
  },
  {
    at,
    field: 'minReplicas',
    rule: '!has(self.minReplicas) || has(self.maxReplicas)',
    message: 'stands without maxReplicas: add it, or write replicas for a fixed number',
  },
  {
    at,
    field: 'replicas',
    rule: '!has(self.replicas) || !has(self.maxReplicas)',
    message: 'a fixed number stands beside maxReplicas: write replicas, or minReplicas and maxReplicas',
  },
])

const hasAddresses = 'has(self.addresses) && size(self.addresses) > 0'
const pooled = (role: string) => `has(self.${role}) && has(self.${role}.addresses) && size(self.${role}.addresses) > 0`
/** Those of the model, then those of its pools. */
const addressCount =
  '(has(self.addresses) ? size(self.addresses) : 0) + ' +
  ['prefill', 'decode']
    .map((role) => `(has(self.${role}) && has(self.${role}.addresses) ? size(self.${role}.addresses) : 0)`)
    .join(' + ')
const isExternal = `(has(self.engine) ? self.engine == 'external' : ${hasAddresses})`

/** Engines that load weights are told where they are; external ones are told where the replicas are. */
const engines: FleetRule[] = [
  {
    at: 'models[]',
    rule: `has(self.source) || (has(self.engine) ? self.engine in ['external', 'simulated'] : ${hasAddresses})`,
    message: 'source is missing: an engine needs a model to load, such as hf://owner/name',
  },
  {
    at: 'models[]',
    rule: `!has(self.engine) || self.engine != 'external' || (${hasAddresses}) || (${pooled('prefill')}) || (${pooled('decode')})`,
    message: 'addresses is missing: engine external needs to know where it is',
  },
  {
    at: 'models[]',
    rule: `${isExternal} || !((${hasAddresses}) || (${pooled('prefill')}) || (${pooled('decode')}))`,
    message: 'addresses are for engine external: write engine: external, or remove them',
  },
  {
    at: 'models[]',
    rule: 'has(self.prefill) == has(self.decode)',
    message: 'prefill and decode stand together: add the other one, or remove both',
  },
  {
    at: 'models[]',
    rule: "!has(self.prefill) || !has(self.engine) || self.engine != 'llamacpp'",
    message:
      'engine llamacpp cannot split prefill and decode: use vllm, sglang or simulated, or external with addresses',
  },
  ...['prefill', 'decode'].map((role) => ({
    at: 'models[]',
    field: role,
    rule: `!has(self.engine) || self.engine != 'external' || !has(self.${role}) || (${pooled(role)})`,
    message: 'addresses is missing: engine external needs to know where these replicas are',
  })),
  ...['endpoints', 'replayEndpoints'].map((name) => ({
    at: 'models[]',
    rule:
      `!has(self.kvCache) || !has(self.kvCache.events) || !has(self.kvCache.events.${name}) || ` +
      `size(self.kvCache.events.${name}) == 0 || ` +
      `size(self.kvCache.events.${name}) == ${addressCount}`,
    message: `kvCache.events.${name} has an entry for each of addresses, or none`,
  })),
  {
    at: 'models[].speculative',
    rule: "!(self.method in ['draftModel', 'eagle', 'eagle3', 'medusa']) || has(self.model)",
    message: 'model is missing: this method needs a draft, such as hf://owner/name',
  },
  {
    at: 'models[].chat',
    field: 'templateFile',
    rule: '!has(self.template) || !has(self.templateFile)',
    message: 'stands beside template: remove one of the two',
  },
]

const sources: FleetRule[] = [
  {
    at: 'models[].source',
    rule: sourceSchemes.map((scheme) => `(self.startsWith('${scheme}') && self != '${scheme}')`).join(' || '),
    message: `expected a source that begins with ${sourceSchemes.join(', ')}, and what follows it`,
  },
]

const addressLists = ['models[].addresses[]', 'models[].prefill.addresses[]', 'models[].decode.addresses[]']

const addresses = addressLists.map((at) => ({
  at,
  rule: "!self.endsWith('/v1') && !self.endsWith('/v1/')",
  message: 'expected the base URL, without /v1',
}))

const source = `^(${sourceSchemes.join('|')}).`
const baseUrl = '^(?i:https?)://[^/?#@]*(/[^?#]*)?[?#]?$'

/**
 * Texts whose form is judged by a pattern, since a rule for each of so many would cost an API server too much: sources with
 * something behind their scheme, and base URLs without user, question and fragment.
 */
export const patterns: Readonly<Record<string, string>> = {
  'models[].fallbackSources[]': source,
  'models[].adapters[].source': source,
  ...Object.fromEntries(addressLists.map((at) => [at, baseUrl])),
}

/** Names of variables whose values are secrets, alone or behind an underscore. */
const secretNames = ['TOKEN', 'SECRET', 'PASSWORD', 'PASSWD', 'API_KEY', 'ACCESS_KEY', 'SECRET_KEY']
const isSecretName = secretNames.map((name) => `self.name == '${name}' || self.name.endsWith('_${name}')`).join(' || ')

const environment: FleetRule[] = [
  {
    at: 'models[].env[]',
    rule: 'has(self.value) != has(self.from)',
    message: 'write one of value (plain text) and from (a secret)',
  },
  {
    at: 'models[].env[]',
    field: 'value',
    rule: `!has(self.value) || !(${isSecretName})`,
    message: 'a secret does not stand in the Fleet itself: write from in place of value',
  },
  ...['models[]', 'models[].prefill', 'models[].decode'].map((at) => ({
    at: `${at}.engineArgs[]`,
    rule: "self != '--api-key' && !self.startsWith('--api-key=') && !self.startsWith('--api-key ')",
    message: 'a secret does not stand in the Fleet itself: keys for clients are access.keys',
  })),
]

const octet = '(25[0-5]|2[0-4][0-9]|[01]?[0-9]?[0-9])'

/** Addresses that are listened on. */
const listeners = ['gateway.listen', 'gateway.admin'].flatMap((at): FleetRule[] => [
  {
    at,
    rule: String.raw`self.matches('^(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9][A-Za-z0-9._-]*):[0-9]{1,7}$')`,
    message: 'expected host:port, such as 127.0.0.1:8080 or [::1]:8080',
  },
  {
    at,
    rule: "!self.matches(':[0-9]{1,7}$') || int(self.substring(self.lastIndexOf(':') + 1)) <= 65535",
    message: 'expected a port up to 65535',
  },
  {
    at,
    rule: `!self.matches('^[0-9.]+:') || self.matches('^${octet}([.]${octet}){3}:')`,
    message: 'expected a host name or an IP address before the port',
  },
])

/** The default of a field, in the quotes of an expression. */
function fallback(...path: string[]): string {
  return `'${String(schemaNodeAt(path)?.default ?? '')}'`
}

const written = (field: string, otherwise: string) => `(has(self.${field}) ? self.${field} : ${otherwise})`

/** What expressions read as a duration: our own durations without days. */
const readDuration = "'^([0-9]+([.][0-9]+)?(ms|s|m|h))+$'"

/** The first is not longer than the second, as far as expressions can tell. */
function grows(field: string, limit: string): FleetRule {
  const shorter = written(field, fallback('gateway', 'deadlines', field))
  const longer = written(limit, fallback('gateway', 'deadlines', limit))
  return {
    at: 'gateway.deadlines',
    field,
    rule: `!${shorter}.matches(${readDuration}) || !${longer}.matches(${readDuration}) || duration(${shorter}) <= duration(${longer})`,
    message: `longer than ${limit}, which includes it`,
  }
}

const loopback = String.raw`(?i)^(127[.][0-9.]+|localhost|.*[.]localhost|\\[[0:]+1\\]|\\[[0:]*ffff:(127[.]|7f).*\\]):`

const gateway: FleetRule[] = [
  ...listeners,
  grows('connect', 'ttft'),
  grows('ttft', 'total'),
  {
    at: 'gateway',
    field: 'admin',
    rule: `!has(self.admin) || self.admin.endsWith(':0') || self.admin != ${written('listen', fallback('gateway', 'listen'))}`,
    message: 'the same address as gateway.listen: write another port',
  },
  {
    at: 'gateway',
    field: 'tls',
    rule: '!has(self.tls)',
    message: 'the gateway serves plain HTTP only, so far: put a proxy that ends TLS in front',
  },
  ...['listen', 'admin'].map((field) => ({
    at: '',
    field: 'gateway',
    rule:
      `!has(self.gateway) || !has(self.gateway.${field}) || self.gateway.${field}.matches('${loopback}') || ` +
      '(has(self.access) && (has(self.access.keysFile) || (has(self.access.anonymous) && self.access.anonymous) || ' +
      '(has(self.access.keys) && size(self.access.keys) > 0)))',
    message: `others can reach gateway.${field}, and no keys are asked for: write access.keys or access.keysFile, or access.anonymous: true`,
  })),
]

const rules: readonly FleetRule[] = [...scale, ...engines, ...sources, ...addresses, ...environment, ...gateway]

/** Where rules are written for. */
export const rulePaths: ReadonlySet<string> = new Set(rules.map(({ at }) => at))
