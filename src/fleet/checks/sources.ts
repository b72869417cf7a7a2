import type { FieldPath } from '../diagnostic.ts'
import { didYouMean } from '../explain/did-you-mean.ts'
import { quote } from '../explain/found.ts'
import { impliedEngine } from '../schema/resolve.ts'
import type { Check, Finding } from './check.ts'

/** How sources begin, with an example of each (requirements of the model store). */
const sourceExamples: Readonly<Record<string, string>> = {
  'hf://': 'hf://owner/name[:file][@revision]',
  'pypi://': 'pypi://package@version/path/in/wheel.gguf',
  'file://': 'file:///path/to/model.gguf',
  's3://': 's3://bucket/path',
  'gs://': 'gs://bucket/path',
  'az://': 'az://account/container/path',
  'oci://': 'oci://registry.example.org/name:tag',
  'pvc://': 'pvc://claim/path',
  'models:/': 'models:/name/version',
  'model-registry://': 'model-registry://name/version',
}
/** How a source may begin. */
export const sourceSchemes = Object.keys(sourceExamples)

/** Engines that load weights are told where they are; external ones are told where the replicas are. */
export const enginesHaveWhatTheyNeed: Check = ({ fleet, wrote }) =>
  fleet.models.flatMap((model, index) => {
    const at: FieldPath = ['models', index]
    const engine = model.engine ?? impliedEngine(model)
    const from = [
      [...at, 'engine'],
      [...at, 'source'],
      [...at, 'addresses'],
    ]
    const findings: Finding[] = []
    const pooled = [...(model.prefill?.addresses ?? []), ...(model.decode?.addresses ?? [])]
    if (engine === 'external' && model.addresses.length + pooled.length === 0) {
      const suggestion = 'add addresses: [http://host:port]'
      findings.push({
        path: [...at, 'addresses'],
        message: 'missing; engine external needs to know where it is',
        suggestion,
        from,
      })
    }
    if (engine !== 'external' && engine !== 'simulated' && model.source === undefined) {
      const suggestion = `add source: ${sourceExamples['hf://']}, or engine: simulated for a fake model`
      findings.push({
        path: [...at, 'source'],
        message: `missing; engine ${engine} needs a model to load`,
        suggestion,
        from,
      })
    }
    if (engine !== 'external' && model.addresses.length + pooled.length > 0) {
      const suggestion = 'write engine: external, or remove the addresses'
      findings.push({
        path: [...at, ...(model.addresses.length > 0 ? [] : [pooledIn(model)]), 'addresses'],
        message: `engine ${engine} has no addresses; they are for engine external`,
        suggestion,
        from,
      })
    }
    for (const field of ['apiKey', 'upstreamModel', 'upstreamTls'] as const) {
      if (engine === 'external' || !wrote([...at, field])) continue
      findings.push({
        severity: 'warning',
        path: [...at, field],
        at: 'key',
        message: `has no effect with engine ${engine}`,
        suggestion: 'it is for engine external',
        from,
      })
    }
    const { certFile, keyFile } = model.upstreamTls ?? {}
    if ((certFile === undefined) !== (keyFile === undefined)) {
      const [there, missing] = certFile === undefined ? ['keyFile', 'certFile'] : ['certFile', 'keyFile']
      findings.push({
        path: [...at, 'upstreamTls', missing],
        message: `missing; ${there} is one half of a pair`,
        suggestion: `add ${missing}, or remove ${there}`,
        from,
      })
    }
    if (engine !== 'simulated' && wrote([...at, 'simulated'])) {
      findings.push({
        severity: 'warning',
        path: [...at, 'simulated'],
        at: 'key',
        message: `has no effect with engine ${engine}`,
        suggestion: 'it is for engine simulated',
        from,
      })
    }
    return findings
  })

const pooledIn = ({ prefill }: { readonly prefill?: { readonly addresses: readonly string[] } | undefined }): string =>
  (prefill?.addresses.length ?? 0) > 0 ? 'prefill' : 'decode'

/** A source begins with a scheme that the model store knows. */
export const sourcesAreKnown: Check = ({ fleet }) =>
  fleet.models.flatMap((model, index) => {
    const at: FieldPath = ['models', index]
    return [
      ...(model.source === undefined ? [] : checkSource(model.source, [...at, 'source'])),
      ...model.fallbackSources.flatMap((source, place) => checkSource(source, [...at, 'fallbackSources', place])),
      ...model.adapters.flatMap(({ source }, place) => checkSource(source, [...at, 'adapters', place, 'source'])),
    ]
  })

function checkSource(source: string, path: FieldPath): Finding[] {
  const scheme = sourceSchemes.find((known) => source.startsWith(known))
  if (scheme === undefined) {
    return [
      {
        path,
        message: `expected a source that begins with ${sourceSchemes.join(', ')}; found ${quote(source)}`,
        suggestion: suggestSource(source),
      },
    ]
  }
  if (source.length === scheme.length)
    return [{ path, message: `nothing follows ${scheme}`, suggestion: `write ${sourceExamples[scheme]}` }]
  return []
}

function suggestSource(source: string): string | undefined {
  const hub = /^https?:\/\/(?:www\.)?(?:huggingface\.co|hf\.co)\/([^/\s]+\/[^/\s?#]+)/.exec(source)
  if (hub !== null) return `write hf://${hub[1]}`
  const scheme = /^([a-z-]+):\/*/i.exec(source)
  if (scheme !== null) {
    const near = didYouMean(
      scheme[1] ?? '',
      sourceSchemes.map((known) => known.replace(/:.*/, '')),
    )
    return near === undefined
      ? undefined
      : `did you mean ${sourceExamples[`${near}://`] ?? sourceExamples[`${near}:/`]}?`
  }
  if (/^[/.~]/.test(source) || /\.gguf$/i.test(source)) return 'write file:// and the absolute path'
  return /^[\w.-]+\/[\w.-]+$/.test(source) ? `write hf://${source}` : undefined
}
