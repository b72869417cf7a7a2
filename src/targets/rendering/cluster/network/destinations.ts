import type { Fleet } from '../../../../fleet/index.ts'
import type { EngineService } from '../../engine-service.ts'

/** A place outside the Fleet that one of its pods calls. */
export interface Destination {
  /** Host name or address. */
  readonly host: string
  readonly port: number
  /** Field of the Fleet that names it. */
  readonly path: string
}

/** Ports that URLs mean when they name none. */
const portsOfSchemes: Readonly<Record<string, number>> = {
  http: 80,
  https: 443,
  ws: 80,
  wss: 443,
  redis: 6379,
  rediss: 6379,
}

/**
 * Fields whose URLs the gateway does not call: weights, images, web pages, what platforms read, and where people sign in, which
 * nothing asks yet.
 */
const ofOthers =
  /^(targets|prices|access\.(oidc|ldap)|storage\.(models|images|backup)|gateway\.cors|models\[\d+\]\.(source|fallbackSources|adapters|chat|env|image|speculative|engineArgs|prefill\.engineArgs|decode\.engineArgs))\b/

/** What the gateway calls beside the Fleet’s own engines: upstreams, Redis, trace collectors. */
export function gatewayDestinations(fleet: Fleet): Destination[] {
  return unique(urlsIn(fleet).filter(({ path }) => !ofOthers.test(path)))
}

const web = (field: string, ports: readonly number[]) => ports.map((port) => ({ host: '*', port, path: field }))

/** What containers of an engine’s own pods fetch themselves: weights, adapters, the model that drafts. */
export function fetchedSources({ model, weights }: EngineService, { storage }: Fleet): string[] {
  if (storage.models.offline || weights === null) return []
  const { adapters, fallbackSources, speculative } = model
  const isThere = weights.by === 'present' || weights.by === 'image'
  return [
    ...(isThere ? [] : [weights.source, ...fallbackSources]),
    ...adapters.map(({ source }) => source),
    ...(speculative?.model === undefined ? [] : [speculative.model]),
  ]
}

/** Where an engine’s pods get sources from, and media; empty where all lies there. */
export function weightDestinations(
  { model, path }: EngineService,
  { storage }: Fleet,
  sources: readonly string[],
): Destination[] {
  const field = path.replace(/\.(?:prefill|decode)$/, '')
  const media = model.multimodal.allowedDomains.length === 0 ? [] : web(`${field}.multimodal.allowedDomains`, [80, 443])
  const places = sources
    .filter((source) => !/^(file|pvc):\/\//.test(source))
    .flatMap((source): Destination[] => {
      const given = placeOf(source, storage.models)
      return given === undefined ? web(`${field}.source`, [443]) : urlsIn(given, `${field}.source`)
    })
  return unique([...places, ...media])
}

/** Address that the Fleet names for a source; undefined where it is a place of the internet. */
function placeOf(source: string, { hubMirror, endpoint }: Fleet['storage']['models']) {
  const [scheme = ''] = /^[a-z0-9-]+:/.exec(source) ?? []
  switch (scheme) {
    case 's3:':
      return endpoint
    case 'http:':
    case 'https:':
      return source
    case 'gs:':
    case 'az:':
    case 'pypi:':
      return undefined
    default:
      return hubMirror
  }
}

/** Every URL of a value, with the field that it stands in. */
function urlsIn(value: unknown, path = ''): Destination[] {
  if (typeof value === 'string') {
    const [, scheme = ''] = /^([a-z]+):\/\/[^\s]+$/.exec(value) ?? []
    const start = portsOfSchemes[scheme]
    if (start === undefined || !URL.canParse(value)) return []
    // The scheme decides nothing but the port, and WHATWG reads hosts of its own schemes only.
    const { hostname, port } = new URL(value.replace(/^[a-z]+/, 'http'))
    const given = port === '' && /^[a-z]+:\/\/[^/]*:80(\/|$)/.test(value) ? 80 : Number(port || start)
    return [{ host: hostname.replace(/^\[|\]$/g, ''), port: given, path }]
  }
  if (Array.isArray(value)) return value.flatMap((item, index) => urlsIn(item, `${path}[${index}]`))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, field]) => urlsIn(field, path === '' ? key : `${path}.${key}`))
}

/** The first of each host and port. */
function unique(destinations: readonly Destination[]): Destination[] {
  const seen = new Map<string, Destination>()
  for (const each of destinations) {
    const key = `${each.host} ${each.port}`
    if (!seen.has(key)) seen.set(key, each)
  }
  return [...seen.values()]
}
