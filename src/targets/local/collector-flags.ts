import { readFileSync } from 'node:fs'

/** Flags of Node for the process of a gateway; bin/fairlead.js says why, and reads the same file. */
export const collectorFlags = (): readonly string[] =>
  JSON.parse(readFileSync(new URL('../../../bin/collector-flags.json', import.meta.url), 'utf8')) as string[]
