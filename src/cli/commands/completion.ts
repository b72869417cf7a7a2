import type { Command } from '../command.ts'
import { shellNames } from '../completion/shell-names.ts'

/** `fairlead completion` */
export const completion: Command = {
  name: 'completion',
  section: 'Set up',
  summary: 'Print the completion script of a shell',
  arguments: [{ name: 'SHELL', description: shellNames.join(', '), required: true, completes: shellNames }],
  examples: [
    { command: 'source <(fairlead completion bash)', what: 'in ~/.bashrc' },
    { command: 'source <(fairlead completion zsh)', what: 'in ~/.zshrc, after compinit' },
    { command: 'fairlead completion fish > ~/.config/fish/completions/fairlead.fish', what: 'once' },
  ],
  load: async () => (await import('../handlers/completion.ts')).completion,
}
