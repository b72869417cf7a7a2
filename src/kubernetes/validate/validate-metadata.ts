import { show, type ProblemList } from './problem.ts'

/** Longest of a name that becomes part of a DNS name, in characters (RFC 1123). */
const longestLabel = 63
/** Longest DNS name, in characters. */
const longestSubdomain = 253
/** All keys and values of an object's annotations together, in bytes (ValidateAnnotations in k8s.io/apimachinery). */
const mostAnnotationBytes = 256 * 1024

const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
const labelFromLetter = /^[a-z]([-a-z0-9]*[a-z0-9])?$/
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const qualifiedName = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/
const labelValue = /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/

/** Kinds whose names are no DNS subdomains. */
const names: Readonly<Record<string, { readonly form: RegExp; readonly longest: number; readonly words: string }>> = {
  Namespace: { form: label, longest: longestLabel, words: 'letters a-z, digits and -' },
  Service: {
    form: labelFromLetter,
    longest: longestLabel,
    words: 'letters a-z, digits and -, beginning with a letter',
  },
}
const subdomainName = { form: subdomain, longest: longestSubdomain, words: 'letters a-z, digits, - and .' }
/** Names of these may have any letters but those with a meaning in paths. */
const pathNames = new Set(['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'])

function validateName(kind: string, name: string, list: ProblemList): void {
  if (pathNames.has(kind)) {
    if (/[/%]/.test(name) || name === '.' || name === '..') list.add(`is ${show(name)}`, 'it must not have / or %')
    return
  }
  const { form, longest, words } = names[kind] ?? subdomainName
  if (name.length > longest) list.add(`has ${name.length} characters`, `the name of a ${kind} has at most ${longest}`)
  if (!form.test(name))
    list.add(`is ${show(name)}`, `the name of a ${kind} has ${words}, and ends with a letter or digit`)
}

/** Adds what is wrong with the keys of labels, annotations and selectors. */
function validateKeys(map: Readonly<Record<string, unknown>>, list: ProblemList): void {
  for (const key of Object.keys(map)) {
    const slash = key.indexOf('/')
    const prefix = slash < 0 ? undefined : key.slice(0, slash)
    const name = key.slice(slash + 1)
    const isPrefix = prefix === undefined || (prefix.length <= longestSubdomain && subdomain.test(prefix))
    if (!isPrefix || name.length > longestLabel || !qualifiedName.test(name)) {
      list.add(
        `has the key ${show(key)}`,
        `a key is a name of at most ${longestLabel} characters, with a DNS name and / before it or without`,
      )
    }
  }
}

/** Adds what is wrong with labels, or with a selector of them. */
export function validateLabels(labels: Readonly<Record<string, unknown>>, list: ProblemList): void {
  validateKeys(labels, list)
  for (const [key, value] of Object.entries(labels)) {
    if (typeof value !== 'string') continue
    if (value.length > longestLabel || !labelValue.test(value)) {
      list.within(key, () =>
        list.add(
          `is ${show(value)}`,
          `a label has at most ${longestLabel} letters, digits, -, _ and ., and begins and ends with a letter or digit`,
        ),
      )
    }
  }
}

/** Adds what is wrong with annotations. */
export function validateAnnotations(annotations: Readonly<Record<string, unknown>>, list: ProblemList): void {
  validateKeys(annotations, list)
  let bytes = 0
  for (const [key, value] of Object.entries(annotations))
    bytes += Buffer.byteLength(key) + Buffer.byteLength(String(value))
  if (bytes > mostAnnotationBytes)
    list.add(`has ${bytes} bytes`, `annotations have at most ${mostAnnotationBytes} bytes in all`)
}

/** Adds what is wrong with the name and namespace of an object. */
export function validateIdentity(
  kind: string,
  isNamespaced: boolean,
  metadata: { readonly name?: unknown; readonly generateName?: unknown; readonly namespace?: unknown },
  list: ProblemList,
): void {
  const { name, generateName, namespace } = metadata
  if (name === undefined && generateName === undefined) list.add('has no name', 'every object has one')
  if (typeof name === 'string') list.within('name', () => validateName(kind, name, list))
  if (namespace === undefined) return
  list.within('namespace', () => {
    if (!isNamespaced) list.add(`is ${show(namespace)}`, `a ${kind} is in no namespace`)
    else if (typeof namespace === 'string') validateName('Namespace', namespace, list)
  })
}
