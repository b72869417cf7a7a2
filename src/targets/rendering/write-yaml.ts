import { Document, isCollection, isMap, isNode, isPair, isScalar, type Node } from 'yaml'
import type { Comment } from './artifact.ts'

/**
 * A value as a YAML document that every reader takes alike: what YAML 1.1 would read as something else (`yes`, `0777`) is in
 * quotes, since kubectl reads YAML 1.1. Keys stand in the order of the value, absent ones are left out, a comment stands
 * before what it is about, and one without text is an empty line there.
 */
export function writeYaml(value: unknown, comments: readonly Comment[] = []): string {
  const document = new Document(value, { aliasDuplicateObjects: false, compat: 'yaml-1.1', keepUndefined: false })
  for (const comment of comments) place(document, comment)
  return document.toString({ lineWidth: 0 })
}

function place(document: Document, { path, text }: Comment): void {
  if (text === '') {
    const node = nodeAt(document, path)
    if (node !== undefined) node.spaceBefore = true
    return
  }
  const comment = text
    .split('\n')
    .map((line) => ` ${line}`)
    .join('\n')
  const node = path.length === 0 ? undefined : nodeAt(document, path)
  if (node === undefined) {
    if (path.length > 0) throw new Error(`a comment on ${path.join('.')}, which is not there`)
    document.commentBefore = comment
    return
  }
  node.commentBefore =
    node.commentBefore === null || node.commentBefore === undefined ? comment : `${node.commentBefore}\n${comment}`
}

/** The node that a comment stands before: the key of a field, the item of a list. */
function nodeAt(document: Document, path: readonly (string | number)[]): Node | undefined {
  const last = path.at(-1)
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
  if (!isCollection(parent)) return undefined
  if (!isMap(parent)) {
    const item = typeof last === 'number' ? parent.items[last] : undefined
    return isNode(item) ? item : undefined
  }
  const pair = parent.items.find((each) => isPair(each) && isScalar(each.key) && each.key.value === last)
  return isNode(pair?.key) ? pair.key : undefined
}
