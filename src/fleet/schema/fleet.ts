import type { z } from 'zod'
import { fleetDocument } from './fleet-document.ts'
import { resolveFleet } from './resolve.ts'

/** The Fleet schema: reads what a person wrote, resolves every default. */
export const fleet = fleetDocument.transform(resolveFleet)

/** A Fleet with every default filled in; sizes in bytes, times in milliseconds, contexts in tokens. */
export type Fleet = z.output<typeof fleet>
/** A Fleet as a person writes it. */
export type FleetInput = z.input<typeof fleet>
/** One served model, every default filled in. */
export type Model = Fleet['models'][number]
