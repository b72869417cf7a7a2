/** Parts of a `tokenizer.json` (Hugging Face tokenizers), read leniently. */
export interface TokenizerPart {
  readonly type: string
  readonly [field: string]: unknown
}

/** A token that is looked for in a prompt before anything else, such as `<|im_start|>`. */
export interface AddedToken {
  readonly id: number
  readonly content: string
  /** Swallows white space before it. */
  readonly lstrip: boolean
  /** Swallows white space behind it. */
  readonly rstrip: boolean
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A normalizer, pre-tokenizer, decoder or post-processor as the list of parts that it consists of. */
export function partsOf(value: unknown): readonly TokenizerPart[] {
  if (!isRecord(value) || typeof value['type'] !== 'string') return []
  if (value['type'] !== 'Sequence') return [{ ...value, type: value['type'] }]
  const inner = value['normalizers'] ?? value['pretokenizers'] ?? value['decoders'] ?? value['processors']
  return Array.isArray(inner) ? (inner as unknown[]).flatMap((each) => partsOf(each)) : []
}

export function addedTokensOf(value: unknown): readonly AddedToken[] {
  if (!Array.isArray(value)) return []
  return (value as unknown[]).flatMap((each) => {
    if (!isRecord(each)) return []
    const { id, content, lstrip, rstrip } = each
    if (typeof id !== 'number' || typeof content !== 'string' || content === '') return []
    return [{ id, content, lstrip: lstrip === true, rstrip: rstrip === true }]
  })
}
