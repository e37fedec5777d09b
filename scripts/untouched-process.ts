import { afterAll } from 'vitest';
import { processState, whatChanged } from './process-state.ts';

// Run for each file, before what the file itself loads and registers: this hook is the last of all.
const before = processState();
afterAll(() => {
  const changed = whatChanged(before, processState());
  if (changed.length > 0)
    throw new Error(`The file leaves its process changed for those after it: ${changed.join('; ')}.`);
});
