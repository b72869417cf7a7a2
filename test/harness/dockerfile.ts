import { readFileSync } from 'node:fs'

/** An instruction of a Dockerfile, its lines joined. */
export interface Instruction {
  /** In capitals, such as `COPY`. */
  readonly word: string
  readonly text: string
}

/** What a `FROM` begins. */
export interface Stage {
  readonly name: string
  /** An image, or the name of a stage. */
  readonly base: string
  readonly instructions: readonly Instruction[]
}

/** A Dockerfile, read as far as tests look at it: no here-documents, no escape directive. */
export interface Dockerfile {
  /** Before the first stage. */
  readonly arguments: readonly Instruction[]
  readonly stages: readonly Stage[]
}

/** Reads a Dockerfile. */
export function readDockerfile(path: string): Dockerfile {
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => !/^\s*(#|$)/.test(line))
  const instructions: Instruction[] = lines
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => ({ word: line.split(' ', 1)[0] ?? '', text: line.slice(line.indexOf(' ') + 1).trim() }))
  const first = instructions.findIndex(({ word }) => word === 'FROM')
  const stages: { name: string; base: string; instructions: Instruction[] }[] = []
  for (const instruction of instructions.slice(first)) {
    if (instruction.word !== 'FROM') stages.at(-1)?.instructions.push(instruction)
    else {
      const match = /^(?:--platform=\S+ )?(\S+) AS (\S+)$/.exec(instruction.text)
      stages.push({ base: match?.[1] ?? '', name: match?.[2] ?? '', instructions: [] })
    }
  }
  return { arguments: instructions.slice(0, first), stages }
}

/** The instructions of a stage and of those below it, lowest first. */
export function instructionsOf({ stages }: Dockerfile, name: string): readonly Instruction[] {
  const stage = stages.find((each) => each.name === name)
  return stage === undefined ? [] : [...instructionsOf({ arguments: [], stages }, stage.base), ...stage.instructions]
}

/** Names and values of `ENV`, `LABEL` and the like. */
export function pairsOf(instructions: readonly Instruction[], word: string): ReadonlyMap<string, string> {
  const texts = instructions.filter((instruction) => instruction.word === word).map(({ text }) => text)
  const pairs = texts.join(' ').matchAll(/([\w.]+)=(?:"([^"]*)"|(\S+))/g)
  return new Map([...pairs].map(([, name = '', quoted, plain]) => [name, quoted ?? plain ?? '']))
}

/** The last instruction of a kind. */
export const lastOf = (instructions: readonly Instruction[], word: string): string =>
  instructions.findLast((instruction) => instruction.word === word)?.text ?? ''
