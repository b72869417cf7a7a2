import type { Command } from '../command.ts'

/** `fairlead lint` */
export const lint: Command = {
  name: 'lint',
  section: 'Set up',
  summary: 'Tell what is wrong in deployment descriptions, and mend what is safe to mend',
  description:
    'Checks Kubernetes objects, Compose files, scripts and Markdown with engine command lines, Helm values, Prometheus rules, dashboards and .env files. Exit code 2 when there is an error; with --strict also when there is a warning.',
  arguments: [
    {
      name: 'PATH',
      description: 'files and folders, which are walked; - for standard input',
      variadic: true,
      completes: 'file',
    },
  ],
  options: [
    { name: 'fix', description: 'mend in place what is safe to mend, and report what is left' },
    {
      name: 'online',
      description:
        'ask the hub, the registries and the chart repositories whether the models, images and charts that are named exist',
    },
    { name: 'strict', description: 'count warnings as errors' },
    { name: 'rule', short: 'r', value: 'IDS', description: 'only these rules, separated by commas' },
    { name: 'list-rules', description: 'print all rules instead' },
    {
      name: 'config',
      value: 'FILE',
      description: 'file with suppressions; ./.fairlead-lint.yaml when absent',
      completes: 'file',
    },
  ],
  examples: [
    { command: 'fairlead lint deploy/', what: 'every manifest in a folder' },
    { command: 'fairlead lint --fix compose.yaml start.sh', what: 'mend two files' },
    { command: 'fairlead lint --online deploy/', what: 'ask whether models, images and charts exist' },
    { command: 'fairlead lint --format sarif . > lint.sarif', what: 'for code scanning services' },
    { command: 'fairlead lint --format github --strict deploy/', what: 'annotations in GitHub Actions' },
  ],
  reports: true,
  formats: ['sarif', 'github'],
  load: async () => (await import('../handlers/lint.ts')).lint,
}
