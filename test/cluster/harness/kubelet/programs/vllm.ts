/**
 * Stands in for vLLM in Pods of the test cluster: the simulated engine under vLLM's command line. It takes what says which
 * model it serves, by which names and where; how vLLM would load and compute it means nothing here.
 */
import { parseArgs } from 'node:util'
import { join } from 'node:path'

const [, ...words] = process.argv.slice(2)
const { values, positionals } = parseArgs({
  args: words,
  strict: false,
  allowPositionals: true,
  options: {
    model: { type: 'string' },
    'served-model-name': { type: 'string' },
    'lora-modules': { type: 'string' },
    host: { type: 'string' },
    port: { type: 'string' },
    'max-model-len': { type: 'string' },
  },
})
// Further words of `--served-model-name a b` and `--lora-modules '{…}' '{…}'` come as positional words after the model.
const isModule = (word: string) => word.startsWith('{')
const [positional, ...aliases] = positionals.filter((word) => !isModule(word))
const modules = [values['lora-modules'], ...positionals].filter((word) => typeof word === 'string').filter(isModule)
const adapters = modules.map((word) => (JSON.parse(word) as { readonly name: string }).name)
const path = typeof values.model === 'string' ? values.model : positional
const name = typeof values['served-model-name'] === 'string' ? values['served-model-name'] : path
const root = join(import.meta.dirname, '..', '..', '..', '..', '..')
const entry = join(root, 'src', 'engine-servers', 'simulated', 'main.ts')
const context = values['max-model-len']
process.execve?.(
  process.execPath,
  [
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    entry,
    `--model=${name}`,
    ...(aliases.length > 0 ? [`--alias=${aliases.join(',')}`] : []),
    ...(adapters.length > 0 ? [`--adapters=${adapters.join(',')}`] : []),
    `--host=${values.host ?? '0.0.0.0'}`,
    `--port=${values.port ?? '8000'}`,
    ...(typeof context === 'string' && /^\d+$/.test(context) ? [`--context=${context}`] : []),
  ],
  process.env,
)
