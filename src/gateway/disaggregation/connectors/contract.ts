import type { Model } from '../../../fleet/index.ts'
import type { FieldValues } from '../../data-plane/json/field-edits.ts'

/** How KV blocks get from prefill to decode, as the Fleet names it. */
export type Transfer = Model['routing']['disaggregation']['transfer']

/** What a request says of its two legs. */
export interface PairFacts {
  /** Names this pair, for nobody to guess: 32 hexadecimal digits. */
  readonly pairId: string
  /** The request's id, as both engines are told. */
  readonly requestId: string
  /** Host of the prefill replica, as addresses have it: IPv6 in brackets. */
  readonly prefillHost: string
  /** Port of the prefill replica at which transfers are arranged. */
  readonly bootstrapPort: number
  /** What `Acquaintance.learn` found of the prefill replica; null where nothing is known yet. */
  readonly known: string | null
}

/** What is different in a leg from what the client sent. */
export interface Leg {
  readonly fields: FieldValues
  /** Header fields, names in lower case and values in turn, in place of those of the same name. */
  readonly headers: readonly string[]
}

/** What a connector has to know of a prefill replica before both legs can go at once. */
export interface Acquaintance {
  /** Where it is learned: from the answer to a first prefill, or by asking a path at its bootstrap port. */
  readonly from: 'answer' | { readonly path: string }
  /** What is kept of that document, or of the answer's `kv_transfer_params`; null where it does not say. */
  learn(document: unknown): string | null
}

/** One way of handing KV blocks over: what each leg's body is. Pure. */
export interface Connector {
  /** Fields by which clients could steer a transfer; theirs are never passed on. */
  readonly ownFields: readonly string[]
  /** Engine paths that it works on. */
  readonly paths: ReadonlySet<string>
  /** Whether both legs go at once; with an acquaintance, once that is made. */
  readonly isConcurrent: boolean
  readonly acquaintance?: Acquaintance
  /** The prefill leg; what every connector does to it (`prefillOnly`) is left out. */
  prefill(facts: PairFacts): Leg
  /**
   * The decode leg.
   * @param params `kv_transfer_params` of the prefill answer as it stands there; null where there is none, or no answer yet
   * @returns null where the decode replica would not know whence to take the prompt
   */
  decode(facts: PairFacts, params: string | null): Leg | null
}

/** A leg that differs in nothing. */
export const plainLeg: Leg = { fields: {}, headers: [] }

/** The fields of a document from outside; none where it is no object. Workers load no schema library. */
export const fieldsOf = (document: unknown): Readonly<Record<string, unknown>> =>
  typeof document === 'object' && document !== null ? { ...document } : {}
