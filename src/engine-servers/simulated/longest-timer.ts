/** Of Node's timers, milliseconds: one that is to fire later fires at once. */
export const longestTimerMs = 2 ** 31 - 1
