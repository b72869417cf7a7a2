import type { Readable } from 'node:stream'

/** Before each message: whether it is compressed, and its length. */
const prefixLength = 5

/** A message as gRPC has it on a stream (grpc.io, PROTOCOL-HTTP2: Length-Prefixed-Message). */
export function frame(message: Uint8Array): Buffer {
  const prefix = Buffer.alloc(prefixLength)
  prefix.writeUInt32BE(message.length, 1)
  return Buffer.concat([prefix, message])
}

/** The messages of a stream, until its end; whoever reads no further leaves it open. */
export async function* messagesOf(stream: Readable): AsyncGenerator<Buffer> {
  let held = Buffer.alloc(0)
  for await (const piece of stream.iterator({ destroyOnReturn: false })) {
    held = Buffer.concat([held, piece as Buffer])
    while (held.length >= prefixLength) {
      const end = prefixLength + held.readUInt32BE(1)
      if (held.length < end) break
      yield held.subarray(prefixLength, end)
      held = held.subarray(end)
    }
  }
}

/** Headers of a call. */
export const callHeaders = (path: string): Record<string, string> => ({
  ':method': 'POST',
  ':path': path,
  'content-type': 'application/grpc',
  te: 'trailers',
})
