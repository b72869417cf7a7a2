/**
 * Our llama.cpp server: node-llama-cpp from the engine cache behind the common HTTP surface, with continuous batching and
 * prompt-prefix reuse. It runs as a process of its own (`main.ts`).
 */
export { LlamacppBackend } from './llamacpp-backend.ts'
export { prepareLlamacpp } from './prepare.ts'
