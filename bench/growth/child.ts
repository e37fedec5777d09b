import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Question, Started, Told } from './service.ts';

/** A service of the measurement, seen from the generator. */
export interface Child extends Started {
  ask<T>(question: Question): Promise<T>;
  stop(): Promise<void>;
}

export async function startChild(folder: string, onSaid: (line: string) => void): Promise<Child> {
  const child = fork(fileURLToPath(new URL('./service.ts', import.meta.url)), ['--folder', folder], {
    execArgv: [...process.execArgv, '--expose-gc'],
  });
  const started = await nextAnswer<Started>(child, onSaid);
  const ask: Child['ask'] = (question) => {
    child.send(question);
    return nextAnswer(child, onSaid);
  };
  return {
    ...started,
    ask,
    async stop() {
      const ended = once(child, 'exit');
      await ask({ ask: 'stop' });
      await ended;
    },
  };
}

function nextAnswer<T>(child: ChildProcess, onSaid: (line: string) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`the service ended with ${code}`));
    const onMessage = (told: Told) => {
      if ('say' in told) return onSaid(told.say);
      child.off('exit', onExit);
      child.off('message', onMessage);
      resolve(told.answer as T);
    };
    child.on('exit', onExit);
    child.on('message', onMessage);
  });
}
