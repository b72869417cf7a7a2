import { z } from 'zod'
import { list, servedName, text } from './names.ts'

const money = () => z.number().min(0).max(1e9)

/** What things cost. */
export const prices = z.strictObject({
  currency: text(3)
    .regex(/^[A-Z]{3}$/, 'expected a currency code such as EUR (ISO 4217)')
    .default('EUR')
    .describe('Currency of every price.'),
  gpus: list(
    z.strictObject({
      name: text(63).describe('GPU type, as in hardware.gpu.'),
      perHour: money().describe('Price of one GPU for an hour.'),
    }),
    64,
  )
    .default([])
    .describe('Prices of GPUs.'),
  models: list(
    z.strictObject({
      name: servedName().describe('Model of this Fleet.'),
      inputPerMillion: money().default(0).describe('Price of a million prompt tokens.'),
      outputPerMillion: money().default(0).describe('Price of a million generated tokens.'),
    }),
    500,
  )
    .default([])
    .describe('Prices that budgets count with; from the GPUs’ when absent.'),
})
