import type { Fleet } from '../../../../fleet/index.ts'
import type { EngineService } from '../../../rendering/index.ts'

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
  ldap: 389,
  ldaps: 636,
}

/** Fields whose URLs the gateway does not call: weights, images, web pages, and what platforms read. */
const ofOthers =
  /^(targets|prices|storage\.(models|images|backup)|gateway\.cors|models\[\d+\]\.(source|fallbackSources|adapters|chat|env|image|speculative|engineArgs|prefill\.engineArgs|decode\.engineArgs))\b/

/** What the gateway calls beside the Fleet’s own engines: upstreams, Redis, trace collectors, directories. */
export function gatewayDestinations(fleet: Fleet): Destination[] {
  return unique(urlsIn(fleet).filter(({ path }) => !ofOthers.test(path)))
}

const web = (field: string, ports: readonly number[]) => ports.map((port) => ({ host: '*', port, path: field }))

/** What an engine’s pods fetch weights and media from; empty where all lies there. */
export function engineDestinations({ model, weights, path }: EngineService, { storage }: Fleet): Destination[] {
  const { hubMirror, endpoint, mlflow, modelRegistry, offline } = storage.models
  const { multimodal, adapters, speculative } = model
  const media = multimodal.allowedDomains.length === 0 ? [] : web(`${path}.multimodal.allowedDomains`, [80, 443])
  if (offline || weights === null) return media
  const sources = [
    ...(weights.by === 'present' || weights.by === 'image' ? [] : [weights.source, ...model.fallbackSources]),
    ...adapters.map(({ source }) => source),
    ...(speculative?.model === undefined ? [] : [speculative.model]),
  ].filter((source) => !/^(file|pvc):\/\//.test(source))
  const places = sources.flatMap((source): Destination[] => {
    const given = source.startsWith('s3://')
      ? endpoint
      : source.startsWith('models:/')
        ? mlflow
        : source.startsWith('model-registry://')
          ? modelRegistry
          : /^https?:/.test(source)
            ? source
            : hubMirror
    return given === undefined ? web(`${path}.source`, [443]) : urlsIn(given, `${path}.source`)
  })
  return unique([...places, ...media])
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
