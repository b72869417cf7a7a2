import { availableParallelism } from 'node:os'
import { createChatTemplate } from './chat-template.ts'
import { Embedder } from './embedder.ts'
import { Grammars } from './grammars.ts'
import { importEngine, type Llama, type LlamaModel } from './node-llama-cpp.ts'
import { Scheduler } from './scheduler.ts'
import type { LlamacppSettings } from './settings.ts'
import { Vocabulary } from './vocabulary.ts'

/** A model that is loaded, with everything that serves it. */
export interface LoadedEngine {
  readonly contextLength: number
  readonly vocabulary: Vocabulary
  readonly scheduler: Scheduler
  readonly grammars: Grammars
  readonly embedder: Embedder
  close(): Promise<void>
}

/** Loads the library from the engine folder, the model, and a context with all its sequences. */
export async function loadEngine(settings: LlamacppSettings, signal: AbortSignal): Promise<LoadedEngine> {
  const { library, jinja } = await importEngine(settings.engineFolder)
  const llama = await library.getLlama({
    build: 'never',
    gpu: false,
    skipDownload: true,
    progressLogs: false,
    maxThreads: Math.max(settings.threads, availableParallelism()),
    logLevel: 'error',
    logger: (level, message) => process.stderr.write(`llama.cpp ${level}: ${message.trimEnd()}\n`),
  })
  try {
    const model = await llama.loadModel({ modelPath: settings.modelPath, loadSignal: signal })
    const context = await createContext(model, settings, signal)
    const vocabulary = new Vocabulary(model, createChatTemplate(jinja, model))
    const scheduler = new Scheduler({
      sequences: Array.from({ length: settings.sequences }, () => context.getSequence()),
      vocabulary,
      contextLength: context.contextSize,
      batchSize: settings.batchSize,
      maxWaiting: settings.maxWaiting,
    })
    return {
      contextLength: context.contextSize,
      vocabulary,
      scheduler,
      grammars: new Grammars(library, llama, model),
      embedder: new Embedder(model, vocabulary, context.contextSize, settings.threads),
      close: () => close(scheduler, llama),
    }
  } catch (error) {
    await llama.dispose()
    throw error
  }
}

function createContext(model: LlamaModel, settings: LlamacppSettings, createSignal: AbortSignal) {
  const { contextLength, sequences, batchSize, threads } = settings
  return model.createContext({
    // Without a wish: the model's own limit, less where the memory does not hold it.
    contextSize:
      contextLength === 0 ? { max: model.trainContextSize } : Math.min(contextLength, model.trainContextSize),
    sequences,
    batchSize,
    threads,
    createSignal,
  })
}

async function close(scheduler: Scheduler, llama: Llama): Promise<void> {
  await scheduler.close()
  await llama.dispose()
}
