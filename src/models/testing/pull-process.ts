/** Pulls one source in a process of its own and prints the stored model: `node pull-process.ts SOURCE [CHECKSUM]`. */
import { openModelStore } from '../index.ts'
import { UserError } from '../../errors/index.ts'
import { KeptProgress, quickSettings } from './store-for-tests.ts'

const [source = '', checksum] = process.argv.slice(2)
const context = { environment: process.env, progress: new KeptProgress(), signal: new AbortController().signal }
try {
  const model = await openModelStore(process.env, quickSettings).pull({ source, checksum }, context)
  process.stdout.write(JSON.stringify(model))
} catch (error) {
  process.stdout.write(JSON.stringify(error instanceof UserError ? error.parts : { crash: String(error) }))
  process.exitCode = 1
}
