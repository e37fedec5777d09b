import { expect, test } from 'vitest';
import { operatorLogText } from './operator.ts';

test.each(['backup.made', 'backup.restored', 'organisation.signed_out'])(
  '%s, which a command on the server does, has words in the operators’ log',
  (action) => {
    expect(operatorLogText.actions[action]).toMatch(/^[A-Z]/);
  },
);
