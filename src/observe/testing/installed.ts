import { spawnSync } from 'node:child_process'

/** Whether a program answers on PATH. */
export const isInstalled = (program: string): boolean =>
  spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined

/** Why tests that need Prometheus did not run. */
export const prometheusMissing = 'prometheus and promtool are not installed (Debian package prometheus)'
