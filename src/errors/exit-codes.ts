/** Exit codes of every `fairlead` command. 130 and 143 follow the shell's 128 + signal number. */
export const exitCodes = {
  done: 0,
  failed: 1,
  /** The command completed and the answer is no: findings, does not fit, unhealthy, a diff. */
  answerIsNo: 2,
  /** sysexits.h EX_USAGE. */
  usage: 64,
  interrupted: 130,
  terminated: 143,
} as const

/** One of the exit codes above. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]
