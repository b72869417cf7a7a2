/** What a value may be, as schemas of the API server and of custom resource definitions have it in common. */
export type Shape =
  | { readonly is: 'any' }
  | { readonly is: 'boolean' }
  | { readonly is: 'quantity' }
  | { readonly is: 'int-or-string' }
  | StringShape
  | NumberShape
  | ListShape
  | MapShape
  | ObjectShape
  | { readonly is: 'named'; readonly name: string }

export interface StringShape {
  readonly is: 'string'
  readonly enum?: readonly string[]
  readonly pattern?: string
  readonly format?: string
  readonly minLength?: number
  readonly maxLength?: number
}

export interface NumberShape {
  readonly is: 'integer' | 'number'
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
}

export interface ListShape {
  readonly is: 'list'
  readonly of: Shape
  readonly minItems?: number
  readonly maxItems?: number
  /** Fields that together tell items apart, with the default of each (null: none). */
  readonly keys?: Readonly<Record<string, string | number | null>>
}

export interface MapShape {
  readonly is: 'map'
  readonly of: Shape
  readonly maxProperties?: number
}

export interface ObjectShape {
  readonly is: 'object'
  readonly fields: Readonly<Record<string, Shape>>
  readonly required: readonly string[]
  /** Whether unknown fields are kept. */
  readonly open?: true
}

/** A kind with its schema. */
export interface KindShape {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly typeName: string
  readonly plural: string
  readonly isNamespaced: boolean
  readonly shape: ObjectShape
}
