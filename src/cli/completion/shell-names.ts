/** Shells that have a completion script. */
export const shellNames = ['bash', 'zsh', 'fish'] as const
/** One of the shells. */
export type ShellName = (typeof shellNames)[number]
