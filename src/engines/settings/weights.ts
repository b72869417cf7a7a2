import { UserError } from '../../errors/index.ts'
import type { Model } from '../../fleet/index.ts'
import type { EngineSettings } from '../contract.ts'

/** Places that engines on GPUs read from object storage straight into their memory (vLLM and SGLang, Run:ai Model Streamer). */
const objectStorage = /^(?:s3|gs|az):\/\//

/** Whether an engine streams a model from object storage by itself, so that nothing of it lies on a disk. */
export const isStreamed = ({ engine, source }: Pick<Model, 'engine' | 'source'>): boolean =>
  (engine === 'vllm' || engine === 'sglang') && source !== undefined && objectStorage.test(source)

/**
 * What an engine is told to load: a path on its machine, or the model's name on the Hugging Face hub, which vLLM and SGLang
 * fetch from by themselves, with its revision, or a place in object storage.
 * @throws UserError for a source that only a model store can fetch.
 */
export function weightsOf(
  model: Model,
  modelPath: string | undefined,
): Pick<EngineSettings, 'model' | 'revision' | 'loadFormat'> {
  if (isStreamed(model) && (modelPath === undefined || modelPath === model.source)) {
    return { model: model.source ?? '', loadFormat: 'runai_streamer' }
  }
  if (modelPath !== undefined) return { model: modelPath }
  const { source = '' } = model
  if (source.startsWith('file://')) return { model: decodeURIComponent(source.slice('file://'.length)) }
  const hub = /^hf:\/\/([^:@]+)(?::([^@]+))?(?:@(.+))?$/.exec(source)
  if (hub === null || hub[1] === undefined) {
    throw new UserError({
      what: `Model ${model.name} has no weights that ${model.engine} can load.`,
      why: source === '' ? 'It has no source.' : `${model.engine} does not fetch from ${source}.`,
      mend: 'Give it a `source` such as hf://owner/name or file:///path/of/the/folder.',
    })
  }
  if (hub[2] !== undefined) {
    throw new UserError({
      what: `Model ${model.name} names one file of a repository, and ${model.engine} loads whole ones.`,
      why: `${hub[2]} is a file of ${hub[1]}.`,
      mend: `Write source: hf://${hub[1]} for a safetensors checkpoint, or \`engine: llamacpp\` for a GGUF file.`,
    })
  }
  const revision = hub[3] ?? model.revision
  return revision === undefined ? { model: hub[1] } : { model: hub[1], revision }
}
