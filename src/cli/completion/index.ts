/**
 * Shell completion scripts, generated from the commands as data.
 */
import type { CommandLine } from '../command.ts'
import { renderBash } from './bash.ts'
import { renderFish } from './fish.ts'
import type { ShellName } from './shell-names.ts'
import { renderZsh } from './zsh.ts'

export { shellNames, type ShellName } from './shell-names.ts'

const renderers = { bash: renderBash, zsh: renderZsh, fish: renderFish }

/** The script that teaches `shell` to complete `fairlead`. */
export function renderCompletion(shell: ShellName, { commands, groups }: CommandLine): string {
  return renderers[shell](commands, groups)
}
