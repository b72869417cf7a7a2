import { UserError } from '../../errors/index.ts'
import { GgufProblem, inspectGguf } from '../gguf/index.ts'

/** What is wrong with a model file's format, or undefined when it is a whole GGUF file. */
export async function formatProblem(path: string): Promise<string | undefined> {
  try {
    await inspectGguf(path)
    return undefined
  } catch (error) {
    if (error instanceof GgufProblem) return error.message
    throw error
  }
}

/** Refuses a file that is no whole GGUF file. */
export async function checkFormat(path: string, where: string): Promise<void> {
  const problem = await formatProblem(path)
  if (problem === undefined) return
  throw new UserError({
    what: 'The model file is not a usable GGUF file',
    where,
    why: `Its header was read, and ${problem}.`,
    mend: 'Take another file; models for llama.cpp are GGUF files of version 2 or 3, whole and in one part.',
  })
}
