import { readFileSync } from 'node:fs'

/**
 * Recordings of a real vLLM 0.32.0: one with LoRA, salt and a cleared cache; one with evictions; prefill and decode; two
 * turns with images at a tiny Qwen2-VL of random weights (`--mm-hasher-algorithm sha256`).
 */
export type Recording =
  | 'kv-events-images'
  | 'kv-events'
  | 'kv-events-evict'
  | 'kv-events-pd-prefill'
  | 'kv-events-pd-decode'

/** The messages of a recording, frame by frame. */
export function recordedFrames(recording: Recording): Buffer[][] {
  return readFileSync(new URL(`${recording}.hex`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' ').map((frame) => Buffer.from(frame, 'hex')))
}
