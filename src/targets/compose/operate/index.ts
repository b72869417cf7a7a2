/**
 * The operating half of target compose: projects that run, by the Docker CLI and its plugin Compose. What is known of a Fleet
 * is read from its containers, whose labels name it; only revisions are kept beside.
 */
export { createComposeTarget, type ComposeTargetParts } from './target.ts'
