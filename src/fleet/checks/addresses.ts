import type { FieldPath } from '../diagnostic.ts'
import { quote } from '../explain/found.ts'
import type { Check, Finding } from './check.ts'

/** Addresses of external replicas are http(s) base URLs, each once. */
export const addressesAreBaseUrls: Check = ({ fleet }) =>
  fleet.models.flatMap((model, index) => {
    const places = [
      ...placed(model.addresses, ['models', index]),
      ...placed(model.prefill?.addresses ?? [], ['models', index, 'prefill']),
      ...placed(model.decode?.addresses ?? [], ['models', index, 'decode']),
    ]
    return places.flatMap(({ address, path }, place): Finding[] => {
      const wrong = checkBaseUrl(address)
      if (wrong !== undefined) return [{ path, ...wrong }]
      const first = places.findIndex((other) => withoutSlash(other.address) === withoutSlash(address))
      return first === place
        ? []
        : [{ path, message: `${quote(address)} stands here twice`, suggestion: 'remove one of the two' }]
    })
  })

const placed = (addresses: readonly string[], at: FieldPath) =>
  addresses.map((address, place): { readonly address: string; readonly path: FieldPath } => ({
    address,
    path: [...at, 'addresses', place],
  }))

const withoutSlash = (address: string) => address.replace(/\/+$/, '')

function checkBaseUrl(address: string): Omit<Finding, 'path'> | undefined {
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) {
    const example = /^[\w.-]+(:\d+)?(\/\S*)?$/.test(address) ? `http://${address}` : 'http://host:port'
    return {
      message: `expected a URL that begins with http:// or https://, found ${quote(address)}`,
      suggestion: `write ${example}`,
    }
  }
  const url = new URL(address)
  if (url.username !== '' || url.password !== '') {
    return {
      message: 'a secret does not stand in the Fleet file itself',
      suggestion: 'take user and password out of the URL, and write apiKey: { env: NAME }',
      hidesText: true,
    }
  }
  if (/\/v1\/?$/.test(url.pathname)) {
    const base = `${url.origin}${url.pathname.replace(/\/v1\/?$/, '')}`
    return { message: 'expected the base URL, without /v1', suggestion: `write ${base}` }
  }
  if (url.search !== '' || url.hash !== '') {
    return {
      message: 'expected a base URL, without ? and #',
      suggestion: `write ${withoutSlash(`${url.origin}${url.pathname}`)}`,
    }
  }
  return undefined
}
