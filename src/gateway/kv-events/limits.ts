/** A message larger than this is not taken: some two million token ids. */
export const mostMessageBytes = 16 * 1024 * 1024
/** Messages that wait to be read; what comes beyond is dropped by the publisher, and replayed. */
export const mostWaitingMessages = 1000
/** Replies of a replay that wait to be read. */
export const mostWaitingReplies = 4000
/** Problems of single events that are told of. */
export const mostTold = 16
