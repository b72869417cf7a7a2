import type { ManifestDocument } from '../../manifests/contract.ts'
import { findGpu } from '../../sizing/index.ts'
import type { WrittenValue } from '../draft.ts'
import type { Fact, Verdict } from '../contract.ts'
import type { Scene } from '../scene.ts'
import { dropped, kept, needsYou } from '../verdict.ts'
import { isFields, itemsAt, shown, textAt, type FoundField } from './fields.ts'

const isLabelValue = (text: string) => text.length <= 63
const effects = new Set(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])

/** Taints that pods tolerate. */
export function settleTolerations(field: FoundField, document: ManifestDocument, scene: Scene): Verdict {
  for (const { value, position } of itemsAt(document, field.path)) {
    if (!isFields(value)) continue
    const { key, operator, value: text, effect, tolerationSeconds } = value
    const isKnown =
      (operator === undefined || operator === 'Equal' || operator === 'Exists') &&
      (effect === undefined || effects.has(shown(effect)))
    if (!isKnown || tolerationSeconds !== undefined) {
      return needsYou(
        'A toleration has fields that a Fleet does not take.',
        'Write placement.tolerations, or keep it by a patch.',
      )
    }
    const written: Record<string, WrittenValue> = {}
    if (typeof key === 'string') written['key'] = key
    if (operator === 'Exists') written['operator'] = 'Exists'
    if (text !== undefined && text !== null) written['value'] = shown(text)
    if (typeof effect === 'string') written['effect'] = effect
    scene.model.push('placement.tolerations', written, position)
  }
  return kept('placement.tolerations')
}

/** A term of node affinity as a Fleet writes it; undefined when it has what a Fleet does not take. */
function termOf(expression: unknown, weight?: number): WrittenValue | undefined {
  if (!isFields(expression)) return undefined
  const { key, operator, values } = expression
  if (typeof key !== 'string' || typeof operator !== 'string') return undefined
  if (!['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt'].includes(operator)) return undefined
  const list = Array.isArray(values) ? values.map(shown) : []
  if (!list.every(isLabelValue) || list.length > 64) return undefined
  return {
    key,
    ...(operator === 'In' ? {} : { operator }),
    ...(list.length === 0 ? {} : { values: list }),
    ...(weight === undefined ? {} : { weight }),
  }
}

const required = 'requiredDuringSchedulingIgnoredDuringExecution'
const preferred = 'preferredDuringSchedulingIgnoredDuringExecution'

/** `nodeSelectorTerms` of node affinity, or as the field of that name in values of a chart. */
export function settleNodeTerms(field: FoundField, document: ManifestDocument, scene: Scene): Verdict {
  const lost: string[] = []
  addRequired(document, field.path, scene, lost)
  return lost.length > 0 ? unsaid(lost) : kept('placement.nodeAffinity')
}

/** `affinity`: labels of nodes, and pods of the same model that keep apart. */
export function settleAffinity(field: FoundField, document: ManifestDocument, scene: Scene): Verdict {
  const lost: string[] = []
  const node = [...field.path, 'nodeAffinity']
  addRequired(document, [...node, required, 'nodeSelectorTerms'], scene, lost)
  for (const item of itemsAt(document, [...node, preferred])) {
    const weight = isFields(item.value) ? Number(item.value['weight']) : Number.NaN
    addTerms(document, [...item.path, 'preference'], weight >= 1 && weight <= 100 ? weight : 1, scene, lost)
  }
  for (const [rule, isRequired] of [
    [required, true],
    [preferred, false],
  ] as const) {
    for (const item of itemsAt(document, [...field.path, 'podAntiAffinity', rule])) {
      const at = isRequired ? item.path : [...item.path, 'podAffinityTerm']
      const topologyKey = textAt(document, [...at, 'topologyKey'])
      if (topologyKey !== undefined)
        scene.model.push('placement.spread', { topologyKey, ...(isRequired ? { required: true } : {}) }, item.position)
    }
  }
  if (document.get([...field.path, 'podAffinity']) !== undefined) lost.push('podAffinity')
  if (lost.length > 0) return unsaid(lost)
  return kept(scene.model.has('placement.nodeAffinity') ? 'placement.nodeAffinity' : 'placement.spread')
}

const unsaid = (lost: readonly string[]): Verdict => ({
  ...needsYou(`A Fleet cannot say ${lost.join(' and ')}.`, 'Keep that part by a patch of the rendered object.'),
  field: 'placement.nodeAffinity',
})

/** Terms of which one must hold: one of them is a list of labels. */
function addRequired(document: ManifestDocument, path: FoundField['path'], scene: Scene, lost: string[]): void {
  const terms = itemsAt(document, path)
  if (terms.length > 1) lost.push('several node selector terms, of which one must hold')
  else for (const term of terms) addTerms(document, term.path, undefined, scene, lost)
}

function addTerms(
  document: ManifestDocument,
  path: FoundField['path'],
  weight: number | undefined,
  scene: Scene,
  lost: string[],
): void {
  if (document.get([...path, 'matchFields']) !== undefined) lost.push('matchFields')
  for (const { value, position } of itemsAt(document, [...path, 'matchExpressions'])) {
    const term = termOf(value, weight)
    if (term === undefined) lost.push('a term of node affinity')
    else {
      scene.model.push('placement.nodeAffinity', term, position)
      const gpu = weight === undefined ? gpuOfTerm(value) : undefined
      if (gpu !== undefined) scene.model.set('hardware.gpu', gpu, position)
    }
  }
}

/** Pods spread over places. */
export function settleSpread(field: FoundField, document: ManifestDocument, scene: Scene): Verdict {
  for (const { path, position } of itemsAt(document, field.path)) {
    const topologyKey = textAt(document, [...path, 'topologyKey'])
    const isRequired = textAt(document, [...path, 'whenUnsatisfiable']) !== 'ScheduleAnyway'
    if (topologyKey !== undefined)
      scene.model.push('placement.spread', { topologyKey, ...(isRequired ? { required: true } : {}) }, position)
  }
  return scene.model.has('placement.spread') ? kept('placement.spread') : dropped('It names no place.')
}

/** Labels of nodes that name their GPU: GPU Feature Discovery's, those of clouds, and own ones. */
const namesGpu = /(?:^|[./-])gpu$|gpu[.-]?(product|type|model|class|accelerator)|accelerator$/i

/** The GPU that a product label names; `-SHARED` is what the label carries where time slices are shared. */
const gpuOfLabel = (label: string, text: string): string | undefined =>
  namesGpu.test(label) ? findGpu(text.replace(/-SHARED$/, ''))?.key : undefined

/** The one GPU that a required expression of node affinity leaves. */
function gpuOfTerm(expression: unknown): string | undefined {
  if (!isFields(expression) || expression['operator'] !== 'In' || !Array.isArray(expression['values'])) return undefined
  const { key, values } = expression
  const found = new Set(values.map((value) => gpuOfLabel(shown(key), shown(value))))
  return found.size === 1 ? [...found][0] : undefined
}

/** One label that nodes must have. */
export function settleNodeLabel(label: string, text: string, fact: Fact, { model }: Scene): Verdict {
  model.set(['placement', 'nodeSelector', label], text, fact.position)
  const gpu = gpuOfLabel(label, text)
  if (gpu !== undefined) model.set('hardware.gpu', gpu, fact.position)
  return kept('placement.nodeSelector')
}
