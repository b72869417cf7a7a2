import type { ManifestDocument } from '../../manifests/contract.ts'

/** Kinds in which braces are filled in by the controller, and everything else stands as it is. */
const filledKinds = /^(Cluster)?ServingRuntime$/

/** An expression that is all there is on its lines, and stands for fields. */
const wholeLine = /^[ \t]*\{[{%](?:(?!\}\}|%\})[^\n])*[}%]\}[ \t]*\r?$/m
/** An expression that chooses between texts, or puts a structure in. */
const structural =
  /\{[{%][-~]?\s*(?:if|else|elif|end|endif|for|endfor|range|with|define|block|template|include|set)\b|\{\{[^\n]*\b(?:to(?:Pretty)?(?:Yaml|Json)|n?indent|tpl)\b/

/**
 * Whether parts of a document stand elsewhere, in a chart's templates or in what it patches: what is absent proves nothing then.
 * An expression within a line gives a value, and hides no field.
 */
export function isIncomplete({ isPatch, isTemplate, kind, text }: ManifestDocument): boolean {
  if (isPatch) return true
  if (!isTemplate) return false
  return filledKinds.test(kind) ? /\{\{-|\.Values\b/.test(text) : wholeLine.test(text) || structural.test(text)
}
