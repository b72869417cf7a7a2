import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readBoundedFile, type Environment } from '../../files/index.ts'
import type { Model } from '../../fleet/index.ts'
import type { ChatTemplateFiles } from '../../scheduling/index.ts'

/** Files of a model that say how it is prompted. */
export interface ModelFiles {
  /** `tokenizer.json`, parsed. */
  readonly tokenizer: unknown
  readonly template: ChatTemplateFiles
}

/** Where files are looked for. */
export interface FilesContext {
  readonly environment: Environment
  /** Where relative paths of the Fleet start. */
  readonly baseFolder: string
}

/** The largest `tokenizer.json` known has some 35 MB. */
const largestFile = 128 * 1024 * 1024

/** Reads a model's files; a sentence when it has none on this machine. */
export async function readModelFiles(model: Model, context: FilesContext): Promise<ModelFiles | string> {
  const folder = await folderOf(model, context)
  if (folder === null) {
    return `the files of its tokenizer are not on this machine: set models[].chat.tokenizer to a folder that has tokenizer.json`
  }
  try {
    const { templateFile } = model.chat
    const optional = async (path: string): Promise<string | null> =>
      existsSync(path) ? (await readBoundedFile(path, largestFile)).toString('utf8') : null
    const parsed = async (name: string): Promise<unknown> => {
      const text = await optional(join(folder, name))
      return text === null ? null : (JSON.parse(text) as unknown)
    }
    const own = await optional(join(folder, 'chat_template.jinja'))
    const template: ChatTemplateFiles = {
      tokenizerConfig: await parsed('tokenizer_config.json'),
      templateFile:
        templateFile === undefined ? own : (await readFile(resolve(context.baseFolder, templateFile))).toString('utf8'),
      modelConfig: await parsed('config.json'),
      isMistralFormat: existsSync(join(folder, 'tekken.json')) || asksForMistral(model.engineArgs),
    }
    return { tokenizer: await parsed('tokenizer.json'), template }
  } catch (error) {
    return `the files of its tokenizer cannot be read: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** The folder with `tokenizer.json`; null where there is none. */
async function folderOf(model: Model, { environment, baseFolder }: FilesContext): Promise<string | null> {
  const { source, chat, revision } = model
  const candidates: string[] = []
  if (chat.tokenizer !== undefined) candidates.push(resolve(baseFolder, chat.tokenizer))
  else if (source?.startsWith('file://') === true) candidates.push(fileURLToPath(source))
  else if (source?.startsWith('hf://') === true) {
    const cached = await cachedHubFolder(source.slice('hf://'.length), revision, environment)
    if (cached !== null) candidates.push(cached)
  }
  for (const folder of candidates) {
    const isThere = await stat(join(folder, 'tokenizer.json')).then(
      (found) => found.isFile(),
      () => false,
    )
    if (isThere) return folder
  }
  return null
}

/**
 * Where the hub's client, which engines fetch by, keeps a model on this machine.
 * Source: Hugging Face hub 1.0, `constants.py` (HF_HUB_CACHE, HF_HOME) and `file_download.py` (`refs/`, `snapshots/`).
 */
async function cachedHubFolder(
  name: string,
  revision: string | undefined,
  environment: Environment,
): Promise<string | null> {
  const [repository = '', inName] = name.split('@')
  const home = environment['HF_HOME'] ?? join(environment['HOME'] ?? homedir(), '.cache', 'huggingface')
  const cache = environment['HF_HUB_CACHE'] ?? join(home, 'hub')
  if (!isAbsolute(cache) || repository.split('/').length !== 2) return null
  const folder = join(cache, `models--${repository.replace('/', '--')}`)
  const wanted = inName ?? revision ?? 'main'
  const commit = await readFile(join(folder, 'refs', wanted), 'utf8').then(
    (text) => text.trim(),
    () => wanted,
  )
  return join(folder, 'snapshots', commit)
}

/** Whether the engine's arguments ask for mistral-common's way of prompting. */
const asksForMistral = (engineArgs: readonly string[]): boolean =>
  /--tokenizer-mode[= ]mistral\b/.test(engineArgs.join(' '))
