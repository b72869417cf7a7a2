import { dirname } from 'node:path'
import { readSecret } from '../../../access/index.ts'
import { UserError } from '../../../errors/index.ts'
import { engineFor } from '../../../engines/index.ts'
import { secretsOf } from '../../../targets/index.ts'
import { failed, notApplicable, ok, type Check } from '../contract.ts'
import { lookAtSource } from '../model-source.ts'
import type { LocalPlace } from './place.ts'

const targets = ['local'] as const

/** Programs that run engines on this machine, where Fairlead installs none. */
const programOf = { vllm: 'vllm', sglang: 'sglang' } as const
const installing = {
  vllm: 'uv pip install vllm',
  sglang: 'uv pip install "sglang[all]"',
} as const

/** Engines, secrets and models. */
export const softwareChecks: readonly Check<LocalPlace>[] = [
  {
    id: 'local.engine',
    targets,
    what: 'the engines are there',
    why: 'vLLM and SGLang are taken from PATH; nothing else fetches them.',
    how: 'looks for their programs on PATH; those of Fairlead’s own are installed when they are first needed',
    mend: 'Install the engine, and put the folder of its program on PATH.',
    after: [],
    look: async ({ fleet, machine, isInstalled }) => {
      const engines = [...new Set(fleet.models.map(({ engine }) => engine))]
      const said: string[] = []
      for (const engine of engines) {
        if (engine === 'vllm' || engine === 'sglang') {
          const path = await machine.findProgram(programOf[engine])
          if (path === undefined) return failed(`${engine} is not on PATH`, undefined, installing[engine])
          said.push(`${engine} at ${path}`)
        } else if (engine === 'llamacpp') {
          const own = await machine.findProgram('llama-server')
          said.push(
            own === undefined
              ? `llamacpp: ${(await isInstalled('llamacpp')) ? 'installed' : 'installed at the first start'}`
              : `llama-server at ${own}`,
          )
        } else said.push(engine)
      }
      return ok(said.join('; '))
    },
  },
  {
    id: 'local.secrets',
    targets,
    what: 'the secrets that the Fleet names are there',
    why: 'The gateway does not start without its keys, nor a download without its token.',
    how: 'reads each one, without showing it',
    mend: 'Set the variable, or write the file.',
    after: [],
    look: async ({ fleet, file, environment }) => {
      const named = secretsOf(fleet)
      if (named.length === 0) return notApplicable('the Fleet names none')
      for (const { reference, path } of named) {
        try {
          await readSecret(reference, path, { environment, baseFolder: dirname(file) })
        } catch (error) {
          if (!(error instanceof UserError)) throw error
          return failed(`${path}: ${error.parts.what}`, error.parts.mend, error.parts.command)
        }
      }
      return ok(`${named.length} of ${named.length}`)
    },
  },
  {
    id: 'local.model-source',
    targets,
    what: 'the models can be fetched',
    why: 'A model that is neither stored nor to be had keeps its replicas from starting.',
    how: 'asks the source of each model that is not stored, with its token',
    mend: 'Correct `source`, name a `token`, or let this machine reach the source.',
    command: 'fairlead models pull',
    after: ['local.secrets'],
    look: async ({ fleet, file, environment, machine, storedBytes }) => {
      const place = { machine, environment, baseFolder: dirname(file), hubMirror: fleet.storage.models.hubMirror }
      const said: string[] = []
      for (const [index, model] of fleet.models.entries()) {
        if (
          model.source === undefined ||
          !(engineFor(model.engine).needsModelFile || model.engine === 'vllm' || model.engine === 'sglang')
        )
          continue
        if ((await storedBytes(model)) !== undefined) {
          said.push(`${model.name} is stored`)
          continue
        }
        if (fleet.storage.models.offline)
          return failed(
            `${model.name} is not stored, and storage.models.offline forbids fetching`,
            'Fetch it beforehand.',
          )
        const finding = await lookAtSource(model, index, place)
        if (finding.state !== 'ok') return { ...finding, detail: `${model.name}: ${finding.detail}` }
        said.push(finding.detail)
      }
      return said.length === 0 ? notApplicable('no model has a source') : ok(said.join('; '))
    },
  },
]
