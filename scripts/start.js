// `npm start`: installs what is missing, then `fairlead up` with the laptop example or the Fleet file that is named.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { ensureInstall } from './ensure-install.js'

const laptop = fileURLToPath(new URL('../examples/laptop.yaml', import.meta.url))
const launcher = fileURLToPath(new URL('../bin/fairlead.js', import.meta.url))

const args = process.argv.slice(2)
const namesFleet = args.some((arg) => !arg.startsWith('-') && (/\.(ya?ml|json)$/.test(arg) || existsSync(arg)))

/**
 * npm runs this script in a shell that passes no signal on; when npm or that shell is gone, the Fleet stops in order too.
 * A process that lost its parent gets another one (credentials(7), PPID).
 */
function stopWithParent() {
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    process.kill(process.pid, 'SIGTERM')
  }, 500)
  watch.unref()
}

try {
  await ensureInstall()
  stopWithParent()
  process.argv = [process.execPath, launcher, 'up', ...(namesFleet ? [] : [laptop]), ...args]
  createRequire(import.meta.url)(launcher)
} catch (error) {
  process.stderr.write(`error: ${error.message}\n`)
  process.exitCode = 1
}
