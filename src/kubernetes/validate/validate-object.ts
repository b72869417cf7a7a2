import { didYouMean } from '../../fleet/index.ts'
import { findKind, kindNames } from '../schemas/schema-table.ts'
import { ProblemList, show, type ObjectProblem } from './problem.ts'
import { validateAnnotations, validateIdentity, validateLabels } from './validate-metadata.ts'
import { validateValue } from './validate-value.ts'

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function whyNoKind(apiVersion: unknown, kind: unknown): string {
  const known = kindNames().map((name) => name.split(' ') as [string, string])
  const versions = known.filter(([, other]) => other === kind).map(([version]) => version)
  if (versions.length > 0) return `${String(kind)} is known as ${versions.join(' and ')}`
  const siblings = known.filter(([version]) => version === apiVersion).map(([, other]) => other)
  if (siblings.length > 0) return `known of ${String(apiVersion)} are ${siblings.join(', ')}`
  const kinds = known.map(([, other]) => other)
  const meant = typeof kind === 'string' ? didYouMean(kind, kinds) : undefined
  return meant === undefined ? 'no schema of it is known' : `did you mean ${meant}?`
}

/** Labels and selectors have rules that no schema says. They stand at fixed places: in metadata, and as selectors of Pods. */
function validateLabelMaps(value: unknown, list: ProblemList): void {
  if (Array.isArray(value)) {
    value.forEach((item, index) => list.within(index, () => validateLabelMaps(item, list)))
    return
  }
  if (!isRecord(value)) return
  for (const [name, field] of Object.entries(value)) {
    if (typeof field !== 'object' || field === null) continue
    list.within(name, () => {
      const isMetadata = list.fieldName(1) === 'metadata'
      if (isRecord(field) && (name === 'matchLabels' || name === 'nodeSelector' || (name === 'labels' && isMetadata))) {
        validateLabels(field, list)
      } else if (isRecord(field) && name === 'annotations' && isMetadata) validateAnnotations(field, list)
      else validateLabelMaps(field, list)
    })
  }
}

/**
 * What an API server would refuse or silently drop in an object that is about to be applied: unknown fields, wrong types,
 * values outside their ranges, missing fields, two items with one key, names and labels out of form. Needs no server. Rules that
 * the server has in code or in CEL are not known here.
 */
export function validateObject(object: Readonly<Record<string, unknown>>): readonly ObjectProblem[] {
  const list = new ProblemList()
  const { apiVersion, kind, metadata } = object
  const known = typeof apiVersion === 'string' && typeof kind === 'string' ? findKind(apiVersion, kind) : undefined
  if (known === undefined || typeof kind !== 'string') {
    list.add(`is ${show(apiVersion)} ${show(kind)}`, whyNoKind(apiVersion, kind))
    return list.problems
  }
  const { status, ...written } = object
  if (status !== undefined) list.add('has a status', 'controllers write it; an object that is applied has none')
  validateValue(known.schema, written, list)
  list.within('metadata', () => {
    if (isRecord(metadata)) validateIdentity(kind, known.isNamespaced, metadata, list)
    else if (metadata === undefined) list.add('is missing', 'every object has a name')
  })
  validateLabelMaps(written, list)
  return list.problems
}
