/** The process of the simulated engine. */
import { runEngineProcess } from '../serving/index.ts'
import { prepareSimulated } from './prepare.ts'

await runEngineProcess(() => prepareSimulated(process.argv.slice(2), process.env))
