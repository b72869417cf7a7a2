import { GgufProblem } from './gguf-problem.ts'

const obsolete = 'it is in the obsolete ggml format; convert it to GGUF with llama.cpp, or take a GGUF build of it'

/** What files that are mistaken for GGUF begin with. */
const others: readonly (readonly [begins: string, what: string])[] = [
  ['lmgg', obsolete],
  ['fmgg', obsolete],
  ['tjgg', obsolete],
  ['PK\u0003\u0004', 'it is a zip archive or a PyTorch checkpoint'],
  ['version https://git-lfs', 'it is a Git LFS pointer, not the file that it points to'],
  ['<!', 'it is a web page'],
  ['<html', 'it is a web page'],
]

/** Passes what begins with the magic `GGUF` or is too short to tell; names what people hand over by mistake. */
export function recogniseOther(beginning: Uint8Array): void {
  const start = Buffer.from(beginning).toString('latin1')
  if (start.startsWith('GGUF') || (start.length < 4 && 'GGUF'.startsWith(start))) return
  for (const [begins, what] of others) {
    if (start.toLowerCase().startsWith(begins.toLowerCase())) throw new GgufProblem('not-gguf', what)
  }
  // A safetensors file begins with the 64-bit length of a JSON header.
  if (start[8] === '{') throw new GgufProblem('not-gguf', 'it looks like a safetensors file')
  throw new GgufProblem('not-gguf', 'it does not begin with the letters GGUF')
}
