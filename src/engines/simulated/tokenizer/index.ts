/**
 * The simulated model's tokenizer and chat template: its engine uses them, and the gateway reads its KV events by them.
 */
export { chatTokens, type PromptImage } from './chat-tokens.ts'
export { imagePlace, imagesOf, renderChat, type SimulatedMessage } from './render-chat.ts'
export { imagePiece, imageToken, tokenBytes, tokenize, tokenTexts } from './tokenizer.ts'
export { vocabulary, wordAt, wordCount } from './vocabulary.ts'
