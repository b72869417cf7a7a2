// `npm start`: installs what is missing, then `fairlead up` with the laptop example or the Fleet file that is named.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { ensureInstall } from './ensure-install.js'

const laptop = fileURLToPath(new URL('../examples/laptop.yaml', import.meta.url))
const launcher = fileURLToPath(new URL('../bin/fairlead.js', import.meta.url))

const args = process.argv.slice(2)
const namesFleet = args.some((arg) => !arg.startsWith('-') && (/\.(ya?ml|json)$/.test(arg) || existsSync(arg)))

try {
  await ensureInstall()
  process.argv = [process.execPath, launcher, 'up', ...(namesFleet ? [] : [laptop]), ...args]
  createRequire(import.meta.url)(launcher)
} catch (error) {
  process.stderr.write(`error: ${error.message}\n`)
  process.exitCode = 1
}
