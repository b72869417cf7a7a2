import type { KubernetesObject } from '../../../../kubernetes/index.ts'
import type { ObjectArtifact } from '../../artifact.ts'
import { writeYaml } from '../../write-yaml.ts'
import { fieldAt, placesOf, type FieldPath, type Place } from './places.ts'
import type { ChartValues, Schema } from './values.ts'

const words: Schema = { type: 'object', additionalProperties: { type: 'string' } }

/**
 * An object as a template of Helm. Fields that become values are written as marks first, since a mark is a plain word that no
 * writer of YAML quotes or folds; then each mark is replaced by what Helm reads, and nothing else of the text changes.
 * @param namespace what the release’s namespace takes the place of
 */
export function templateOf(artifact: ObjectArtifact, values: ChartValues, namespace: string | undefined): string {
  const marks = new Marks()
  const copy = structuredClone(artifact.object) as KubernetesObject & Fields
  for (const place of placesOf(copy)) markPlace(copy, place, { values, marks, artifact })
  markLabels(copy, values, marks)
  const host = hostOf(artifact.object)
  const hostPath = host === undefined ? undefined : values.add({ path: ['ingress', 'host'], start: host, ...hostValue })
  const texts: Replacement[] = [
    ...(namespace === undefined ? [] : namespaceTexts(namespace, marks)),
    ...(host === undefined || hostPath === undefined ? [] : [{ find: host, by: marks.word(expression(hostPath)) }]),
  ]
  const replaced = mapTexts(copy, (text, path) =>
    replaceIn(text, path, { texts, namespace, marks }),
  ) as KubernetesObject
  const comments = artifact.comments?.filter(({ path }) => path.length === 0 || fieldAt(replaced, path) !== undefined)
  const text = marks.resolve(escape(writeYaml(replaced, comments)))
  return artifact.object.kind === 'Namespace' ? onlyWhenAsked(text, values) : text
}

interface Fields {
  [key: string]: unknown
}
interface Scene {
  readonly values: ChartValues
  readonly marks: Marks
  readonly artifact: ObjectArtifact
}

/** Puts a mark in the place of a field. */
function markPlace(object: Fields, place: Place, { values, marks, artifact }: Scene): void {
  const { at, value, shape, schema, description } = place
  const there = fieldAt(artifact.object, at)
  const start = there ?? place.empty
  if (shape === 'block' && there !== undefined && !isWrittenAlike(there, at, artifact)) return
  const path = values.add({ path: value, start, schema, description })
  if (path === undefined) return
  const parent = fieldAt(object, at.slice(0, -1)) as Fields
  const key = String(at.at(-1))
  parent[key] = shape === 'block' ? marks.block(expression(path)) : marks.scalar(path, there, schema)
}

/** Whether Helm writes a block as we do: with the keys of maps in order, and no comment inside. */
function isWrittenAlike(there: unknown, at: FieldPath, { comments = [] }: ObjectArtifact): boolean {
  const isInside = (path: FieldPath) => path.length > at.length && at.every((key, index) => path[index] === key)
  return writeYaml(there) === writeYaml(sorted(there)) && !comments.some(({ path }) => isInside(path))
}

/** Has labels of the chart’s user stand after an object’s own. */
function markLabels(object: KubernetesObject & Fields, values: ChartValues, marks: Marks): void {
  const labels = object.metadata.labels as Record<string, string> | undefined
  if (labels === undefined) return
  const path = values.add({
    path: ['labels'],
    start: {},
    schema: words,
    description: 'Labels that every object gets beside its own.',
  })
  if (path !== undefined) labels[marks.inner(expression(path))] = ''
}

const hostValue = { schema: { type: 'string' }, description: 'Host name that clients use.' } as const

/** The host name in an object that lets clients in. */
function hostOf(object: KubernetesObject): string | undefined {
  const places: readonly FieldPath[] = [
    ['spec', 'rules', 0, 'host'],
    ['spec', 'hostnames', 0],
    ['spec', 'dnsNames', 0],
    ['spec', 'listeners', 0, 'hostname'],
  ]
  const found = places.map((path) => fieldAt(object, path)).find((each) => typeof each === 'string')
  const match = fieldAt(object, ['spec', 'routes', 0, 'match'])
  return found ?? (typeof match === 'string' ? /Host\(`([^`]+)`\)/.exec(match)?.[1] : undefined)
}

interface Replacement {
  readonly find: string
  readonly by: string
}

/** Names of Services and conditions of queries that hold the namespace. */
const namespaceTexts = (namespace: string, marks: Marks): Replacement[] => {
  const mark = marks.word('.Release.Namespace')
  return [`.${namespace}.svc`, `namespace="${namespace}"`, `namespace=\\"${namespace}\\"`].map((find) => ({
    find,
    by: find.replace(namespace, mark),
  }))
}

interface Texts {
  readonly texts: readonly Replacement[]
  readonly namespace: string | undefined
  readonly marks: Marks
}

function replaceIn(text: string, path: FieldPath, { texts, namespace, marks }: Texts): string {
  if (text === namespace && isNamespaceField(path)) return marks.word('.Release.Namespace', text)
  return texts.reduce((result, { find, by }) => result.replaceAll(find, by), text)
}

const isNamespaceField = (path: FieldPath) => {
  const [last, before] = [path.at(-1), path.at(-2)]
  return last === 'namespace' || last === 'kubernetes.io/metadata.name' || before === 'matchNames'
}

/** A namespace is of whoever installs: Helm keeps its own notes there before it applies anything. */
function onlyWhenAsked(text: string, values: ChartValues): string {
  const path = values.add({
    path: ['createNamespace'],
    start: false,
    schema: { type: 'boolean' },
    description: 'Whether the chart brings its namespace; `helm install --create-namespace` makes one without labels.',
  })
  const named = text.replace(/^( {2}name: ).*$/m, '$1{{ .Release.Namespace }}')
  return path === undefined ? named : `{{- if ${expression(path)} -}}\n${named}{{- end }}\n`
}

/** `{{` that a template does not mean. */
const escape = (text: string) => text.replaceAll('{{', '{{ "{{" }}')

/** How a template names a value. */
function expression(path: readonly string[]): string {
  const isPlain = path.every((key) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(key))
  if (isPlain) return ['.Values', ...path].join('.')
  return `(index .Values ${path.map((key) => JSON.stringify(key)).join(' ')})`
}

/** Words that stand for what Helm fills in. */
class Marks {
  readonly #resolve: ((text: string) => string)[] = []

  #next(): string {
    return `HelmMark${this.#resolve.length}x`
  }

  /** A word within a text, or a whole one, which is in quotes where its first value is. */
  word(value: string, start?: string): string {
    const mark = this.#next()
    const by = start !== undefined && writeYaml(start).startsWith('"') ? `{{ ${value} | quote }}` : `{{ ${value} }}`
    this.#resolve.push((text) => text.replaceAll(mark, by))
    return mark
  }

  /** A whole scalar. Helm reads numbers as floating-point ones and prints 1000000 as 1e+06, which no count may be. */
  scalar(path: readonly string[], start: unknown, { type }: Schema): string {
    const value = type === 'integer' ? `${expression(path)} | int64` : expression(path)
    return this.word(value, typeof start === 'string' ? start : undefined)
  }

  /** A map or list with its key, which is left out when it is empty. */
  block(value: string): string {
    const mark = this.#next()
    const line = new RegExp(`^( *)(\\S+): ${mark}\\n`, 'm')
    this.#resolve.push((text) =>
      text.replace(line, (_, indent: string, key: string) =>
        [
          `${indent}{{- with ${value} }}`,
          `${indent}${key}:`,
          `${indent}  {{- toYaml . | nindent ${indent.length + 2} }}`,
          `${indent}{{- end }}\n`,
        ].join('\n'),
      ),
    )
    return mark
  }

  /** Fields of a map that come after those that are there. */
  inner(value: string): string {
    const mark = this.#next()
    const line = new RegExp(`^( *)${mark}: ""\\n`, 'm')
    this.#resolve.push((text) =>
      text.replace(line, (_, indent: string) =>
        [
          `${indent}{{- with ${value} }}`,
          `${indent}{{- toYaml . | nindent ${indent.length} }}`,
          `${indent}{{- end }}\n`,
        ].join('\n'),
      ),
    )
    return mark
  }

  /** A text with every mark replaced; later ones first, since one may stand inside another's name. */
  resolve(text: string): string {
    return this.#resolve.reduceRight((result, resolve) => resolve(result), text)
  }
}

/** A value with the keys of its maps in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, field]) => [key, sorted(field)]),
  )
}

/** A value with each of its texts replaced. */
function mapTexts(value: unknown, replace: (text: string, path: FieldPath) => string, path: FieldPath = []): unknown {
  if (typeof value === 'string') return replace(value, path)
  if (Array.isArray(value)) return value.map((item, index) => mapTexts(item, replace, [...path, index]))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key, mapTexts(field, replace, [...path, key])]),
  )
}
