import { chatgpt } from './chatgpt.ts';
import { claudeCode } from './claude-code.ts';
import { claude } from './claude.ts';
import { cursor } from './cursor.ts';
import { gemini } from './gemini.ts';
import type { ClientName, ClientProfile } from './profile.ts';
import { vscode } from './vscode.ts';

export const CLIENTS: Readonly<Record<ClientName, ClientProfile>> = {
  claude,
  'claude-code': claudeCode,
  chatgpt,
  cursor,
  vscode,
  gemini,
};
