import { fileURLToPath } from 'node:url'

/** Where the objects of a Fleet are kept. */
export const goldenPath = (name: string): string => fileURLToPath(new URL(`golden/${name}.yaml`, import.meta.url))
