import { fileURLToPath } from 'node:url'

/** The folder of the package: two levels above this file, both in `src/cli` and in `dist/cli`. */
export const packageRoot = fileURLToPath(new URL('../../', import.meta.url))
