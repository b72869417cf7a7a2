import { z } from 'zod'
import { access } from './access.ts'
import { gateway } from './gateway.ts'
import { model } from './model.ts'
import { dnsLabel, list } from './names.ts'

/** The whole Fleet document in its short form. */
export const fleet = z.strictObject({
  name: dnsLabel().describe('Name of the Fleet: of its state, its objects and its gateway.'),
  models: list(model, 500).min(1).describe('The models that are served.'),
  gateway: gateway.prefault({}).describe('The process that clients talk to.'),
  access: access.prefault({}).describe('Who may ask.'),
})

/** A Fleet with every default filled in; sizes in bytes, times in milliseconds, contexts in tokens. */
export type Fleet = z.output<typeof fleet>
/** A Fleet as a person writes it. */
export type FleetInput = z.input<typeof fleet>
