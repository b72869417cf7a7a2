import type { JsonSchema } from '../json-schema.ts'

/** A number of things. */
export const count = (description: string): JsonSchema => ({
  type: 'integer',
  format: 'int32',
  minimum: 0,
  description,
})

/** A name of ours. */
export const name = (description: string): JsonSchema => ({ type: 'string', maxLength: 253, description })
/** A word for programs. */
export const word = (description: string): JsonSchema => ({ type: 'string', maxLength: 63, description })
/** A time (RFC 3339). */
export const date = (description: string): JsonSchema => ({
  type: 'string',
  format: 'date-time',
  maxLength: 64,
  description,
})
/** A figure that may have a fraction. */
export const amount = (description: string): JsonSchema => ({ type: 'number', minimum: 0, description })
