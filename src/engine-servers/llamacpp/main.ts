/** The process of our llama.cpp server. */
import { runEngineProcess } from '../serving/index.ts'
import { prepareLlamacpp } from './index.ts'

await runEngineProcess(() => prepareLlamacpp(process.argv.slice(2), process.env))
