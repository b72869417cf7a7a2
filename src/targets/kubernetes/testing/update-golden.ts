// node src/targets/kubernetes/testing/update-golden.ts: writes what Fleets render to; read the difference before it is kept.
import { writeFileSync } from 'node:fs'
import { goldenFleets } from './fleets.ts'
import { goldenPath } from './golden.ts'
import { renderText } from './render.ts'

for (const [name, text] of Object.entries(goldenFleets)) writeFileSync(goldenPath(name), renderText(text).stream)
